"""How a file of a report is handed out."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone

from accounts.web import SignedInRequest
from reports.domain import make
from reports.enums import TYPES, Format, State
from reports.models import Made


def answer(request: SignedInRequest, row: Made, wanted: str, name: str) -> HttpResponseBase:
    """The file in that format, never shown in the page and never kept by what lies between; 404 when it is gone."""
    is_there = row.state == State.READY and row.expires_at is not None and row.expires_at > timezone.now()
    kept = row.files.get(wanted) if is_there else None
    if kept is None:
        raise Http404
    try:
        file = (Path(settings.REPORTS_ROOT) / Path(kept["name"]).name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        make.note_download(row, wanted, by=request.user)
    found = FileResponse(file, as_attachment=True, filename=f"{name}.{wanted}", content_type=TYPES[Format(wanted)])
    found.headers["Cache-Control"] = "private, no-store"
    return found
