"""Error pages in the network's own style."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from common.access import public
from common.templatetags.ui import html_lang
from practice.views.who import trouble
from practice.web import VisitorRequest


@public
def not_found(request: VisitorRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"error": "Record not found"}, status=404)
    return trouble(
        request, 404, _("This is not here"), _("It was deleted, or the address is wrong. Go back to the feed.")
    )


@public
def csrf(request: VisitorRequest, reason: str = "") -> HttpResponse:
    return trouble(
        request, 403, _("This page was open for too long"), _("Go back, load the page again and repeat what you did.")
    )


@public
def broken(request: VisitorRequest) -> HttpResponse:
    # No template: whatever broke may be in there.
    if request.path.startswith("/api/"):
        return JsonResponse({"error": "Internal server error"}, status=500)
    message = _("An error occurred here. It was logged; go back and try again.")
    page = (
        f'<!doctype html><html lang="{html_lang()}"><title>500</title><main><h1>500</h1><p>{message}</p></main></html>'
    )
    return HttpResponse(page, status=500)
