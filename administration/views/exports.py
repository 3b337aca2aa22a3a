"""The page on which exports of a municipality are requested and downloaded."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from administration.domain import exports as verbs
from administration.enums import ExportState
from administration.models import Export
from common import job_progress
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

SHOWN = 20


@requires(Verb.EXPORT)
@require_safe
def exports(request: MunicipalityRequest) -> HttpResponse:
    rows = list(Export.objects.select_related("asked_by").order_by("-pk")[:SHOWN])
    context = {
        "exports": rows,
        "waits": any(row.is_open for row in rows),
        "progress": next((job_progress.read(verbs.job(row)) for row in rows if row.is_open), None),
        "failed": any(row.state == ExportState.FAILED for row in rows),
        "days": settings.EXPORT_DAYS,
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, f"administration/{'_exports' if part else 'exports'}.html", context)


@requires(Verb.EXPORT)
@require_POST
def ask(request: MunicipalityRequest) -> HttpResponse:
    verbs.ask(request.municipality, by=request.user)
    messages.success(
        request, _("The file is being created. You receive an e-mail when it is ready; you need not wait here.")
    )
    return redirect("exports", request.municipality.slug)


def _mine(request: MunicipalityRequest, pk: int) -> Export:
    """One that this person asked for and that is there; 404 to everybody else."""
    rows = Export.objects.filter(asked_by=request.user, state=ExportState.READY, expires_at__gt=timezone.now())
    row: Export = get_object_or_404(rows.select_related("municipality"), pk=pk)
    if row.contents.get("private") and not request.access.may(Verb.INBOX_PRIVATE):
        raise Http404
    return row


@requires(Verb.EXPORT)
@never_cache
@require_safe
def download(request: MunicipalityRequest, export: int) -> HttpResponseBase:
    row = _mine(request, export)
    try:
        file = (Path(settings.EXPORTS_ROOT) / row.name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        verbs.note_download(row, by=request.user)
    name = f"{row.municipality.slug}-{timezone.localdate(row.ready_at):%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@requires(Verb.EXPORT)
@require_POST
def discard(request: MunicipalityRequest, export: int) -> HttpResponse:
    verbs.discard(_mine(request, export), by=request.user)
    messages.success(request, _("The file is deleted."))
    return redirect("exports", request.municipality.slug)
