"""*New post* on a telephone: the picture first, then its description, then a text that fits."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionNotAllowed
from library import queries
from library.domain import picture_posts
from library.forms import PicturePostForm
from library.models import Template
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import parse
from posts.media.domain import pictures


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    """Takes the picture, keeps the draft, and goes on in the composer. A form that comes back keeps everything but the
    file, which browsers do not give back."""
    key, templates = _key(request), _fitting(request)
    form = PicturePostForm(request.POST or None, request.FILES or None, templates=templates)
    if request.method == "POST" and form.is_valid() and (post := _begun(request, form, templates, key)):
        return redirect("post_edit", request.municipality.slug, post.pk)
    return shown(request, "library/picture_post.html", {"key": key}, form=form)


def _key(request: HttpRequest) -> UUID:
    """The key that the page generated for its post, so that sending it twice begins one post."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _fitting(request: MunicipalityRequest) -> list[Template]:
    """Templates that a picture can go with: on most networks a poll has none."""
    if not request.access.may(Verb.LIBRARY_VIEW):
        return []
    return [row for row in queries.templates() if not parse(row.content).interactive.options]


def _begun(request: MunicipalityRequest, form: PicturePostForm, templates: list[Template], key: UUID) -> Any:
    """The post, or None when the form says why there is none."""
    file, chosen = form.file(), form.cleaned_data["template"]
    try:
        media = pictures.add(request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user)
        return picture_posts.begin(
            request.municipality,
            media,
            alt=form.cleaned_data["alt"],
            template=next((row for row in templates if row.ref == chosen), None),
            key=key,
            by=request.user,
        )
    except pictures.BadPicture as bad:
        form.add_error(form.filled_field, str(bad))
    except ActionNotAllowed as refused:
        form.add_error(None, str(refused) or _("This page is not yours. Start a new post."))
    return None
