"""Uploads: their temporary storage and their maximum size.

A body that is too large is refused by its Content-Length, before any of it is read: otherwise the form would be written
to the disk before a view could refuse it. A body without a length (chunked) is refused too: Django would take it for an
empty one. gunicorn reads a body only when a view does; of one that no view reads it takes 64 KB, and closes the
connection.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

# The other fields of a form, and the lines between them.
AROUND = 2 * 1024 * 1024
# Who is not signed in sends files only where a view has a `body_limit`; a network's notice may be long.
STRANGERS = 4 * 1024 * 1024
ABANDONED_SECONDS = 24 * 3600


def incoming() -> Path:
    """Where uploads lie while they arrive: on the disk of the media, so that a large one is moved and not copied."""
    place = Path(settings.MEDIA_ROOT) / "incoming"
    place.mkdir(parents=True, exist_ok=True)
    return place


def purge_abandoned() -> int:
    """Delete files that killed processes left there; returns how many."""
    old = [path for path in incoming().iterdir() if path.stat().st_mtime < time.time() - ABANDONED_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


class Arriving(TemporaryUploadedFile):
    """A file that is being uploaded. It is deleted when it is closed, unless it was moved."""

    def __init__(self, name: str, content_type: str, charset: str | None, extra: dict[str, Any] | None) -> None:
        # Deletes itself when it is closed: there is nothing to close it here.
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=incoming())  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


class OnDiskUploadHandler(TemporaryFileUploadHandler):
    """Django's own for files that are too large for memory, with that place."""

    file: Arriving

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = Arriving(self.file_name or "", self.content_type or "", self.charset, self.content_type_extra or {})


def most_bytes() -> int:
    """Of one video."""
    return int(settings.VIDEO_MOST_BYTES)


def too_large(size: int) -> str:
    """The message about a file of so many bytes."""
    sizes = {"size": filesizeformat(size), "most": filesizeformat(most_bytes())}
    return (
        _(
            "This file has %(size)s, and a video may have %(most)s at most. Save it in Full HD (1080p) or cut it "
            "shorter, and add it again."
        )
        % sizes
    )


@dataclass(frozen=True)
class BodyLimit:
    """The largest body of a public view, in bytes. `own_answer`: the view refuses a larger one itself, unread."""

    most: int
    own_answer: bool = False


View = TypeVar("View", bound=Callable)


def body_limit(most: int, *, own_answer: bool = False) -> Callable[[View], View]:
    """Decorate a public view that takes more than `STRANGERS` bytes."""

    def limited(view: View) -> View:
        view.body_limit = BodyLimit(most, own_answer)  # type: ignore[attr-defined]
        return view

    return limited


def body_size(request: HttpRequest) -> int:
    """The Content-Length of its body, in bytes."""
    return int(request.META.get("CONTENT_LENGTH") or 0)


class PublicBodyLimitMiddleware:
    """Refuses what no public view takes: 413 for a body that is too large, 411 for one without a length.

    Before every middleware that answers, so it knows no session. `BodyLimitMiddleware` decides about members' views.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers:
            return HttpResponse("Send the body with its Content-Length.", status=411, content_type="text/plain")
        size = body_size(request)
        if size > STRANGERS and self._is_too_large(request, size):
            return HttpResponse("The body of this request is too large.", status=413, content_type="text/plain")
        return self.get_response(request)

    def _is_too_large(self, request: HttpRequest, size: int) -> bool:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return True
        permission = getattr(view, "permission", None)
        if permission is not None and permission.kind != "public":
            return False
        limit: BodyLimit | None = getattr(view, "body_limit", None)
        return limit is None or (size > limit.most and not limit.own_answer)


class BodyLimitMiddleware:
    """Answers 413, with advice, to a body that no members' view takes. After sign-in and language, before the forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = body_size(request)
        if size <= STRANGERS or size <= self._most(request):
            return self.get_response(request)
        sentence = too_large(size)
        if "X-CSRFToken" in request.headers:
            return JsonResponse({"problem": sentence}, status=413)
        return render(request, "413.html", {"sentence": sentence}, status=413)

    def _most(self, request: HttpRequest) -> int:
        return most_bytes() + AROUND if request.user.is_authenticated else STRANGERS
