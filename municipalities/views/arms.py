"""Coats of arms. They are public; their names are unguessable and never used twice, so browsers may keep them."""

from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from municipalities.access import public
from municipalities.arms import ArmsStorage


@public
@require_safe
def arms(request: HttpRequest, name: str) -> FileResponse:
    try:
        picture = ArmsStorage().open(name)
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    response = FileResponse(picture, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
