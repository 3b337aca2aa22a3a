"""Uploads of pictures, videos and documents, and their delivery to members of the municipality.

Networks never fetch from here; they receive files with the delivery.
"""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels.public import OutOfRange, part
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.composer.views.picture_rows import picture_row
from posts.draft import Shown
from posts.media import captions as media_captions
from posts.media.domain import videos
from posts.media.domain.pictures import BadPicture
from posts.models import Media, Publication
from posts.queries import SEEN

# A picture is immutable under its URL: the file's name is derived from its content.
KEEP = "private, max-age=604800, immutable"
CHUNK = 256 * 1024


@requires(Verb.POST_EDIT)
@require_POST
def upload(request: MunicipalityRequest) -> HttpResponse:
    """One picture, video or document. Returns its row for the composer, or `problem`, a sentence."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"problem": gettext("No file arrived. Choose the picture or video again.")}, status=422)
    try:
        media = videos.add(request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user)
    except BadPicture as bad:
        return JsonResponse({"problem": str(bad)}, status=422)
    return _row(request, media)


def _row(request: MunicipalityRequest, media: Media) -> HttpResponse:
    shown = picture_row(request.municipality.slug, media, Shown(media.pk, media.alt))
    return render(request, "posts/_picture.html", {"picture": shown})


@requires(Verb.POST_EDIT)
@require_safe
def state(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The current row of the composer, polled while a worker probes a video."""
    return _row(request, get_object_or_404(Media, pk=pk))


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def caption(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The dialog of the composer that sets or removes captions; the POST returns the same as `upload`."""
    media = get_object_or_404(Media, pk=pk)
    if request.method == "GET":
        shown = picture_row(request.municipality.slug, media, Shown(media.pk, media.alt))
        return render(request, "posts/composer/_captions.html", {"picture": shown, "media": media})
    if "remove" in request.POST:
        return _row(request, videos.remove_captions(media, by=request.user))
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"problem": gettext("No file arrived. Choose the captions again.")}, status=422)
    try:
        body = file.read(media_captions.MOST_BYTES + 1)
        media = videos.set_captions(media, body, tag=request.POST.get("tag", ""), by=request.user)
    except media_captions.BadCaptions as bad:
        return JsonResponse({"problem": str(bad)}, status=422)
    return _row(request, media)


@requires(Verb.POST_VIEW)
@require_safe
def media(request: MunicipalityRequest, pk: int) -> HttpResponseBase:
    """The picture, or with `?box=` a crop that a post uses (others are not generated). For a video or a document its
    poster."""
    row = _media_or_404(request, pk)
    if row.is_probed:
        return _poster(request, row, str(row.poster.name))
    box = request.GET.get("box", "")
    if not box:
        return _sent(request, str(row.file.name), row.mime)
    if box not in row.crops:
        raise Http404
    crop = row.crops[box]
    return _sent(request, crop["file"], crop["mime"])


@requires(Verb.POST_VIEW)
@require_safe
def thumbnail(request: MunicipalityRequest, pk: int) -> HttpResponseBase:
    row = _media_or_404(request, pk)
    return _poster(request, row, str(row.thumbnail.name))


def _poster(request: HttpRequest, row: Media, name: str) -> HttpResponseBase:
    if not name:
        # It is not probed yet, or the probe failed.
        answer = redirect(static("img/document.svg" if row.is_document else "img/video.svg"))
        answer["Cache-Control"] = "no-store"
        return answer
    return _sent(request, name, "image/png" if name.endswith(".png") else "image/jpeg")


@requires(Verb.POST_VIEW)
@require_safe
def film(request: MunicipalityRequest, pk: int) -> HttpResponseBase:
    """The video, or the byte range that a player requests. Only after a successful probe."""
    row = _media_or_404(request, pk)
    if not row.is_video or not row.poster:
        raise Http404
    name = str(row.file.name)
    try:
        size = default_storage.size(name)
        requested = part(request.headers.get("range", ""), size)
    except FileNotFoundError as error:
        raise Http404 from error
    except OutOfRange:
        return _walled(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    first, last = requested or (0, size - 1)
    content = () if request.method == "HEAD" else _chunks(name, first, last - first + 1)
    answer = StreamingHttpResponse(content, status=206 if requested else 200, content_type=row.mime)
    answer["Content-Length"], answer["Accept-Ranges"] = str(last - first + 1), "bytes"
    # A video is compressed already, and byte ranges refer to these bytes.
    answer["Content-Encoding"] = "identity"
    if requested:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Cache-Control"] = KEEP
    return _walled(answer)


def _chunks(name: str, first: int, length: int) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


@requires(Verb.POST_VIEW)
@require_safe
def document(request: MunicipalityRequest, pk: int) -> HttpResponseBase:
    """The document as a file to save: a browser does not open it here. Only after a successful probe."""
    row = _media_or_404(request, pk)
    if not row.is_document or not row.poster:
        raise Http404
    answer = _sent(request, str(row.file.name), row.mime)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name) or "attachment"
    return answer


@requires(Verb.POST_VIEW)
@require_safe
def captions(request: MunicipalityRequest, pk: int) -> HttpResponseBase:
    """The captions of a video, for the player on the page."""
    row = _media_or_404(request, pk)
    if not row.captions:
        raise Http404
    try:
        with default_storage.open(str(row.captions.name)) as file:
            cues = media_captions.parse_captions(file.read())
    except FileNotFoundError as error:
        raise Http404 from error
    return _walled(HttpResponse(media_captions.vtt(cues), content_type="text/vtt; charset=utf-8"))


def _media_or_404(request: MunicipalityRequest, pk: int) -> Media:
    row = get_object_or_404(Media, pk=pk)
    if not request.access.may(Verb.DRAFT_VIEW) and not _is_public(row):
        raise Http404
    return row


def _is_public(media: Media) -> bool:
    sent = Publication.objects.filter(version__media__contains=[{"id": media.pk}], delivery__state__in=SEEN)
    return sent.exists()


def _sent(request: HttpRequest, name: str, mime: str) -> HttpResponseBase:
    tag = f'"{name.rsplit("/", 1)[-1]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        try:
            response = FileResponse(default_storage.open(name, "rb"), content_type=mime)
        except FileNotFoundError as error:
            raise Http404 from error
    response["ETag"], response["Cache-Control"] = tag, KEEP
    return _walled(response)


def _walled(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
