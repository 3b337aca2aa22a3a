"""Trainers: the trainings of their programmes, one with its agenda, editing, closing and deleting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import flash_error, run_verb
from municipalities.queries import cohorts, today
from municipalities.web import ProgrammeRequest
from trainings import queries
from trainings.domain import lifecycle as verbs
from trainings.forms import TrainingForm
from trainings.models import Training
from trainings.views.pages import acted, get_training, shown, trains


@trains
@require_safe
def trainings(request: ProgrammeRequest) -> HttpResponse:
    rows = list(queries.with_counts(queries.of_programmes(request.programmes)))
    day = today()
    context = {
        "coming": sorted((row for row in rows if row.ends_on >= day), key=lambda row: (row.starts_on, row.pk)),
        "past": [row for row in rows if row.ends_on < day],
        "several": len(request.programmes) > 1,
        "today": day,
    }
    return render(request, "trainings/train_list.html", context)


@trains
@require_safe
def agenda(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    context = {"days": queries.agenda(row), "today": today()}
    return shown(request, "trainings/train_agenda.html", row, "train_agenda", context)


@trains
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest) -> HttpResponse:
    """`?cohort=` chooses it beforehand, with the day on which its training is planned."""
    return _written(request, None)


@trains
@require_http_methods(["GET", "POST"])
def edit(request: ProgrammeRequest, training: int) -> HttpResponse:
    return _written(request, get_training(request, training))


def _written(request: ProgrammeRequest, row: Training | None) -> HttpResponse:
    programmes = [row.programme] if row else request.programmes
    groups = list(cohorts(programmes))
    chosen = next((cohort for cohort in groups if str(cohort.pk) == request.GET.get("cohort")), None)
    sent = (request.POST,) if request.method == "POST" else ()
    form = TrainingForm(*sent, programmes=programmes, cohorts=groups, training=row, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        saved = run_verb(
            form,
            lambda: (
                verbs.change(row, values, by=request.user)
                if row
                else verbs.create(form.of_programme(), values, by=request.user)
            ),
        )
        if saved:
            message = (
                _("Saved.") if row else _("The training is there, with the usual agenda. Change what is different.")
            )
            messages.success(request, message)
            return redirect("train_agenda", saved.pk)
    context = {"form": form, "training": row, "back": _back(row), "offered": [] if row else groups, "chosen": chosen}
    return render(request, "trainings/train_edit.html", context, status=422 if form.errors else 200)


def _back(row: Training | None) -> str:
    return reverse("train_agenda", args=[row.pk]) if row else reverse("train_list")


@trains
@require_POST
def close(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    undo = reverse("train_reopen", args=[row.pk])
    message = _("The training is closed.")
    return acted(request, lambda: verbs.close(row, by=request.user), message, "train_agenda", row.pk, undo=undo)


@trains
@require_POST
def reopen(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    message = _("The training is open again.")
    return acted(request, lambda: verbs.reopen(row, by=request.user), message, "train_agenda", row.pk)


@trains
@require_POST
def delete(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    try:
        verbs.delete(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("train_agenda", row.pk)
    messages.success(request, _("“%(training)s” is deleted.") % {"training": row})
    return redirect("train_list")
