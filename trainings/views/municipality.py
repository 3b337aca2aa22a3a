"""A municipality's view: the trainings of its cohorts, one with its agenda, materials and the reader's certificate."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.downloads import pdf, stored
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from trainings import certificate as page
from trainings import queries
from trainings.models import Training
from trainings.queries.attendance import held_by, row_of
from trainings.tabs import tabs


def _training(request: MunicipalityRequest, training: int) -> Training:
    """One that this municipality takes part in; any other is not there."""
    return get_object_or_404(queries.open_to(request.municipality), pk=training)


@requires(Verb.TRAINING_VIEW)
@require_safe
def trainings(request: MunicipalityRequest) -> HttpResponse:
    rows, day = list(queries.open_to(request.municipality)), today()
    context = {
        "pages": tabs(request, "trainings"),
        "coming": sorted((row for row in rows if row.ends_on >= day), key=lambda row: (row.starts_on, row.pk)),
        "past": [row for row in rows if row.ends_on < day],
        "today": day,
    }
    return render(request, "trainings/trainings.html", context)


@requires(Verb.TRAINING_VIEW)
@require_safe
def training(request: MunicipalityRequest, training: int) -> HttpResponse:
    row = _training(request, training)
    lines, me = list(queries.sessions(row)), queries.as_participant(request.user, row)
    context = {
        "training": row,
        "days": queries.agenda(row, lines),
        "colleagues": list(queries.colleagues(row, request.municipality)),
        "mine": row_of(me, lines) if me else None,
        "materials": list(queries.visible(queries.materials(row))),
        "certificate_state": ("good", "badge-check", _("Certificate issued")),
        "today": today(),
    }
    return render(request, "trainings/training.html", context)


@requires(Verb.TRAINING_VIEW)
@require_safe
def certificate(request: MunicipalityRequest, training: int) -> HttpResponseBase:
    """One's own certificate only."""
    row = _training(request, training)
    me = queries.as_participant(request.user, row)
    held = held_by(me) if me else None
    if held is None:
        messages.info(request, _("You have no certificate of this training."))
        return redirect("training", request.municipality.slug, row.pk)
    return pdf(page.pdf([held]), f"certificate-{held.number}.pdf")


@requires(Verb.TRAINING_VIEW)
@require_safe
def file(request: MunicipalityRequest, training: int, material: int) -> HttpResponseBase:
    """One that is shown by now; a file of tomorrow is not there yet."""
    row = _training(request, training)
    chosen = get_object_or_404(queries.visible(queries.materials(row)), pk=material)
    return stored(chosen.file, name=chosen.file_name, mime=chosen.mime)
