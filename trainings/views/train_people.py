"""Trainers: the list of participants, and the attendance sheet."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common.dates import short_date, weekday
from common.errors import ActionNotAllowed
from common.integers import parse_ints
from common.templatetags.sr import percent
from common.web.errors import flash_error, run_verb
from common.web.params import int_param
from municipalities.queries import today
from municipalities.web import ProgrammeRequest
from trainings import queries
from trainings.domain import attendance
from trainings.domain import people as verbs
from trainings.forms import ParticipantForm, PastedForm
from trainings.models import Participant, Session, Training
from trainings.queries import attendance as sheets
from trainings.views.pages import acted, form_page, get_training, shown, trains


@trains
@require_safe
def people(request: ProgrammeRequest, training: int) -> HttpResponse:
    """The sheet of one day: `?day=` by its number, else today's, else the first."""
    row = get_training(request, training)
    sheet = sheets.sheet(row)
    days = queries.agenda(row, sheet.sessions)
    requested_day = request.GET.get("day", "")
    chosen = next((day for day in days if str(day.number) == requested_day), None)
    chosen = chosen or next((day for day in days if day.day == today()), days[0])
    context = {
        "sheet": sheet,
        "day": chosen,
        "days": [
            {"label": f"{weekday(day.day).capitalize()}, {short_date(day.day)}", "url": f"?day={day.number}",
             "current": day == chosen}
            for day in days
        ],
        "lines": [(person, [_cell(person, session) for session in chosen.sessions]) for person in sheet.rows],
    }  # fmt: skip
    return shown(request, "trainings/train_people.html", row, "train_people", context)


def _cell(row: sheets.AttendanceRow, line: Session) -> dict[str, Any]:
    at = f"{line.starts:%H:%M}"
    return {
        "value": f"{row.participant.pk}-{line.pk}",
        "at": at,
        "label": f"{at} {line.title}, {row.participant.name}",
        "present": row.marks.get(line.pk, False),
    }


@trains
@require_POST
def mark(request: ProgrammeRequest, training: int) -> HttpResponse:
    """`was` and `is`: the cells that were checked, and that are now; what differs is written. `all`: a session.

    A script sends single changes and gets the shares of the people concerned back.
    """
    row = get_training(request, training)
    was, now = _pairs(request.POST.getlist("was")), _pairs(request.POST.getlist("is"))
    changes = {pair: pair in now for pair in was ^ now}
    by_script = request.headers.get("Accept") == "application/json"
    try:
        count = attendance.mark(row, changes, by=request.user)
        if line := _line(row, int_param(request.POST, "all")):
            count += attendance.mark_all(line, by=request.user)
    except ActionNotAllowed as refused:
        if by_script:
            return JsonResponse({"problem": refused.message}, status=409)
        flash_error(request, refused)
    else:
        if by_script:
            return JsonResponse({"shares": _shares(row, {participant for participant, _session in changes})})
        message = ngettext("%(count)s mark is saved.", "%(count)s marks are saved.", count) % {"count": count}
        messages.success(request, message if count else _("Nothing was changed."))
    day = int_param(request.POST, "day")
    return redirect(reverse("train_people", args=[row.pk]) + ("" if day is None else f"?day={day}"))


def _pairs(values: list[str]) -> set[tuple[int, int]]:
    """Values that are no pair of numbers are ignored."""
    pairs = set()
    for value in values:
        participant, _dash, session = value.partition("-")
        numbers = parse_ints((participant, session))
        if len(numbers) == 2:
            pairs.add((numbers[0], numbers[1]))
    return pairs


def _line(training: Training, pk: int | None) -> Session | None:
    if pk is None:
        return None
    return queries.sessions(training).filter(pk=pk, is_break=False).select_related("training").first()


def _shares(training: Training, people: set[int]) -> dict[int, str]:
    return {row.participant.pk: percent(row.fraction) for row in sheets.sheet(training).rows
            if row.participant.pk in people}  # fmt: skip


# ---------------------------------------------------------------- the list


@trains
@require_http_methods(["GET", "POST"])
def add(request: ProgrammeRequest, training: int) -> HttpResponse:
    """Three ways: people of the cohort's municipalities, one by hand, or a pasted list."""
    row = get_training(request, training)
    sent = request.POST if request.method == "POST" else None
    act = sent.get("act") if sent else ""
    places, candidates = sheets.places(row), sheets.candidates(row)
    initial = {"language": "sr"}
    one = ParticipantForm(sent if act == "one" else None, places=places, initial=initial, prefix="one")
    many = PastedForm(sent if act == "many" else None, places=places, initial=initial, prefix="many")
    if sent is not None:
        added = _added(request, row, one if act == "one" else many if act == "many" else None, candidates)
        if added is not None:
            message = ngettext("%(count)s person is on the list.", "%(count)s people are on the list.", added)
            messages.success(request, message % {"count": added} if added else _("They were on the list already."))
            return redirect("train_people", row.pk)
    context = {"candidates": candidates, "person_form": one, "list_form": many, "act": act}
    problem = (one if one.errors else many) if one.errors or many.errors else None
    return shown(request, "trainings/train_people_add.html", row, "train_people", context, form=problem)


def _added(request: SignedInRequest, training: Training, form: Any, candidates: list[sheets.Candidate]) -> int | None:
    """How many are new on the list; None when something is to be put right first."""
    if form is None:
        chosen = set(request.POST.getlist("people"))
        members = [
            candidate for candidate in candidates if f"{candidate.user.pk}-{candidate.municipality.pk}" in chosen
        ]
        if not members:
            messages.error(request, _("No one was selected."))
            return None
        try:
            return len(verbs.add_members(training, members, by=request.user))
        except ActionNotAllowed as refused:
            flash_error(request, refused)
            return None
    if not form.is_valid():
        return None
    if isinstance(form, PastedForm):
        added = run_verb(form, lambda: verbs.add_lines(training, form.people(), by=request.user))
        return None if added is None else len(added)
    return 1 if run_verb(form, lambda: verbs.add(training, form.cleaned_data, by=request.user)) else None


@trains
@require_http_methods(["GET", "POST"])
def person(request: ProgrammeRequest, training: int, participant: int) -> HttpResponse:
    row = get_training(request, training)
    chosen = _participant(row, participant)
    form = ParticipantForm(request.POST or None, places=sheets.places(row), participant=chosen)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and run_verb(form, lambda: verbs.change(chosen, form.cleaned_data, by=request.user)) is not None:
        messages.success(request, _("Saved."))
        return redirect("train_people", row.pk)
    more = {"act": _("Save"), "removing": _("Take them off the list")}
    more["remove"] = reverse("train_person_remove", args=[row.pk, chosen.pk])
    return form_page(request, row, form, chosen.name, back=reverse("train_people", args=[row.pk]), **more)


def _participant(training: Training, participant: int) -> Participant:
    row: Participant = get_object_or_404(queries.participants(training), pk=participant)
    row.training = training
    return row


@trains
@require_POST
def remove(request: ProgrammeRequest, training: int, participant: int) -> HttpResponse:
    row = get_training(request, training)
    chosen = _participant(row, participant)
    message = _("%(person)s is off the list.") % {"person": chosen}
    return acted(request, lambda: verbs.remove(chosen, by=request.user), message, "train_people", row.pk)
