"""Serves a file of a report."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone

from accounts.web import SignedInRequest
from reports.domain import make
from reports.enums import TYPES, Format, State
from reports.models import GeneratedReport


def formats(row: GeneratedReport) -> list[tuple[str, str]]:
    """Of the files that it has: not every report has each."""
    return [(value, str(label)) for value, label in Format.choices if value in row.files]


def answer(request: SignedInRequest, row: GeneratedReport, wanted: str, name: str) -> HttpResponseBase:
    """The file in that format, as a download that no proxy may store; 404 when it has expired."""
    is_there = row.state == State.READY and row.expires_at is not None and row.expires_at > timezone.now()
    stored = row.files.get(wanted) if is_there else None
    if stored is None:
        raise Http404
    try:
        file = (Path(settings.REPORTS_ROOT) / Path(stored["name"]).name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        make.record_download(row, wanted, by=request.user)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.{wanted}", content_type=TYPES[Format(wanted)])
    response.headers["Cache-Control"] = "private, no-store"
    return response
