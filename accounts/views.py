"""Pages about oneself that django-allauth does not have."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import domain
from common.access import public


@public
@require_POST
def set_language(request: Any) -> HttpResponse:
    """Interface language: in the person's row when signed in, and in a cookie for the sign-in page."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404(_("There is no such interface language."))
    if request.user.is_authenticated:
        domain.choose_language(request.user, language)
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=31536000, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
    return response
