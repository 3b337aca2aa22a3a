"""Attachments of citizens' messages: pictures, sounds and videos to see and hear, everything else to save.

A file is served under the type that its content has (`inbox.attachment_types`), never under the one that its sender
claims, and as a document of its own it may load nothing and run nothing.
"""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from channels.public import OutOfRange, part
from inbox.models import AttachmentState, MessageAttachment
from inbox.queries.readable import readable
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

CHUNK = 64 * 1024


@requires(Verb.INBOX_VIEW)
@require_safe
def attachment(request: MunicipalityRequest, message: int, attachment: int) -> HttpResponseBase:
    """The file, or the byte range that a player requests."""
    rows = MessageAttachment.objects.filter(readable(request.access, "message__")).select_related("message")
    row = get_object_or_404(rows, pk=attachment, message=message, state=AttachmentState.STORED)
    try:
        size = default_storage.size(row.file)
        requested = part(request.headers.get("range", ""), size)
    except FileNotFoundError as error:
        raise Http404 from error
    except OutOfRange:
        return _walled(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    first, last = requested or (0, size - 1)
    content = () if request.method == "HEAD" else _chunks(row.file, first, last - first + 1)
    answer = StreamingHttpResponse(content, status=206 if requested else 200, content_type=row.file_mime)
    answer["Content-Length"], answer["Accept-Ranges"] = str(last - first + 1), "bytes"
    answer["Content-Encoding"] = "identity"  # byte ranges refer to these bytes
    if requested:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    if row.shown_as == "file":
        name = row.name or row.file.rsplit("/", 1)[-1]
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return _walled(answer)


def _chunks(name: str, first: int, length: int) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _walled(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
