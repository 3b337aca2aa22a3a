"""Uploaded files are served as attachments, so that nothing in them runs in our pages, and are never cached."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header


def stored(file: Any, *, name: str, mime: str) -> HttpResponseBase:
    """What a row's file field holds, as `name`. Raises `Http404` where it holds none, or the store has lost it."""
    if not file:
        raise Http404
    try:
        body = default_storage.open(str(file.name), "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return guarded(FileResponse(body, as_attachment=True, filename=name, content_type=mime))


def ending(file: Any) -> str:
    """Of the name under which a file field stores it; "" where it holds none."""
    return str(file.name).rsplit(".", 1)[-1] if file else ""


def pdf(body: bytes, name: str) -> HttpResponseBase:
    """One that we made ourselves; its words may be somebody's, so it is guarded too."""
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return guarded(answer)


def png(body: bytes, name: str) -> HttpResponseBase:
    """As `pdf`, a picture."""
    answer = HttpResponse(body, content_type="image/png")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return guarded(answer)


def guarded(answer: HttpResponseBase) -> HttpResponseBase:
    """With the headers that let a browser neither run, nor guess at, nor keep what is in it."""
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
