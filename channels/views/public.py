"""Serves one file by its signed address to a network that fetches it. No cookie, no redirect."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from channels import public as signed
from common.access import public

CHUNK = 64 * 1024


@public
@require_safe
def media(request: HttpRequest, word: str, name: str) -> HttpResponseBase:
    """The file, or the part that a Range header names. An address that is not ours, or is over, is 404."""
    try:
        file = signed.named(word)
        whole = _fitted(file) if file.sides else b""
        size = len(whole) or default_storage.size(file.ref)
        requested = signed.part(request.headers.get("range", ""), size)
    except (signed.Unknown, FileNotFoundError, SuspiciousFileOperation):
        raise Http404 from None
    except signed.OutOfRange:
        return _headed(HttpResponse(status=416), file.kind, {"Content-Range": f"bytes */{size}"})
    first, last = requested or (0, size - 1)
    headers = {"Content-Length": str(last - first + 1)}
    if requested:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    content: Iterable[bytes] = ()
    if request.method != "HEAD":
        content = (whole[first : last + 1],) if whole else _chunks(file.ref, first, last - first + 1)
    return _headed(StreamingHttpResponse(content, status=206 if requested else 200), file.kind, headers)


def _fitted(file: signed.File) -> bytes:
    assert file.sides
    with default_storage.open(file.ref) as stored:
        return signed.fitted(stored.read(), file.sides)


def _headed(response: HttpResponseBase, kind: str, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in {
        **headers,
        "Content-Type": kind,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=600",
        "X-Robots-Tag": "noindex",
        # Pictures and videos are compressed already, and a network that asks for bytes wants these bytes.
        "Content-Encoding": "identity",
    }.items():
        response[name] = value
    return response


def _chunks(ref: str, first: int, length: int) -> Iterator[bytes]:
    with default_storage.open(ref) as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
