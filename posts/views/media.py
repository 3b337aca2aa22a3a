"""Pictures: taken in by the composer, shown to people of the municipality only.

Networks never fetch from here; what a network gets leaves with the delivery.
"""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from posts.domain.pictures import BadPicture, add
from posts.draft import Shown
from posts.models import Media, Publication
from posts.queries import SEEN
from posts.views.pictures import row

# A picture never changes under its address: the file's name says its content.
KEEP = "private, max-age=604800, immutable"


@requires(Verb.POST_EDIT)
@require_POST
def upload(request: Any) -> HttpResponse:
    """One picture. Answers with its row for the composer, or with `problem`, a sentence."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"problem": gettext("No file arrived. Choose the picture again.")}, status=422)
    try:
        media = add(request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user)
    except BadPicture as bad:
        return JsonResponse({"problem": str(bad)}, status=422)
    shown = row(request.municipality.slug, media, Shown(media.pk, media.alt))
    return render(request, "posts/_picture.html", {"picture": shown})


@requires(Verb.POST_VIEW)
@require_safe
def media(request: Any, pk: int) -> HttpResponseBase:
    """The picture, or with `?box=` a part of it that a post uses: looking makes no new files."""
    found = _found(request, pk)
    box = request.GET.get("box", "")
    if not box:
        return _sent(request, str(found.file.name), found.mime)
    if box not in found.crops:
        raise Http404
    made = found.crops[box]
    return _sent(request, made["file"], made["mime"])


@requires(Verb.POST_VIEW)
@require_safe
def thumbnail(request: Any, pk: int) -> HttpResponseBase:
    found = _found(request, pk)
    name = str(found.thumbnail.name)
    return _sent(request, name, "image/png" if name.endswith(".png") else "image/jpeg")


def _found(request: Any, pk: int) -> Media:
    found = get_object_or_404(Media, pk=pk)
    if not request.access.may(Verb.DRAFT_VIEW) and not _is_public(found):
        raise Http404
    return found


def _is_public(media: Media) -> bool:
    sent = Publication.objects.filter(version__media__contains=[{"id": media.pk}], delivery__state__in=SEEN)
    return sent.exists()


def _sent(request: Any, name: str, mime: str) -> HttpResponseBase:
    tag = f'"{name.rsplit("/", 1)[-1]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        try:
            response = FileResponse(default_storage.open(name, "rb"), content_type=mime)
        except FileNotFoundError as gone:
            raise Http404 from gone
    response["ETag"], response["Cache-Control"] = tag, KEEP
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
