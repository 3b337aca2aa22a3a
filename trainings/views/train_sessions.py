"""Trainers: sessions of the agenda."""

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web import SignedInRequest
from common.web.errors import run_verb
from municipalities.web import ProgrammeRequest
from trainings import queries
from trainings.domain import agenda as verbs
from trainings.forms import SessionForm
from trainings.models import Session, Training
from trainings.views.pages import acted, form_page, get_training, trains


@trains
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest, training: int) -> HttpResponse:
    """`?day=` chooses it beforehand; the line begins where the last of that day ends."""
    row = get_training(request, training)
    return _written(request, row, None, begun=_begun(row, request.GET.get("day", "")))


def _begun(training: Training, requested_day: str) -> dict[str, Any]:
    days = {day.day.isoformat(): day for day in queries.agenda(training)}
    chosen = days.get(requested_day) or next(iter(days.values()))
    starts = max((session.ends for session in chosen.sessions), default=time(9))
    ends = starts.replace(hour=starts.hour + 1) if starts.hour < 23 else time(23, 59)
    return {"day": chosen.day.isoformat(), "starts": starts, "ends": ends}


@trains
@require_http_methods(["GET", "POST"])
def edit(request: ProgrammeRequest, training: int, session: int) -> HttpResponse:
    row = get_training(request, training)
    return _written(request, row, _line(row, session))


def _line(training: Training, session: int) -> Session:
    line = get_object_or_404(queries.sessions(training), pk=session)
    line.training = training
    return line


def _written(request: SignedInRequest, row: Training, line: Session | None, begun: Any = None) -> HttpResponse:
    sent = (request.POST,) if request.method == "POST" else ()
    form = SessionForm(*sent, training=row, session=line, begun=begun)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if run_verb(form, lambda: verbs.write(row, line, values, by=request.user)):
            messages.success(request, _("Saved."))
            return redirect("train_agenda", row.pk)
    title = line.title if line else _("New line of the agenda")
    more = {"act": _("Save"), "removing": _("Remove it from the agenda")}
    more["remove"] = reverse("train_session_remove", args=[row.pk, line.pk]) if line else ""
    return form_page(request, row, form, title, back=reverse("train_agenda", args=[row.pk]), **more)


@trains
@require_POST
def remove(request: ProgrammeRequest, training: int, session: int) -> HttpResponse:
    row = get_training(request, training)
    line = _line(row, session)
    message = _("“%(session)s” is out of the agenda.") % {"session": line}
    return acted(request, lambda: verbs.remove(line, by=request.user), message, "train_agenda", row.pk)
