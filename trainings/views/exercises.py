"""Trainers: the exercises of a training, preparing one, watching all its teams, and the debrief."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import flash_error, run_verb
from municipalities.web import ProgrammeRequest
from trainings import queries as trainings
from trainings.domain import debrief as debriefs
from trainings.domain import exercises as verbs
from trainings.exercise_forms import DebriefForm, ExerciseForm, LineForm
from trainings.models import Exercise, Team
from trainings.models.exercises import RUNNING
from trainings.queries import exercises as queries
from trainings.views.pages import acted, get_training, shown, trains


@trains
@require_safe
def exercises(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    context = {"exercises": list(queries.of_training(row)), "can_play": settings.PRACTICE_ENABLED}
    return shown(request, "trainings/train_exercises.html", row, "train_exercises", context)


@trains
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest, training: int) -> HttpResponse:
    """`?scenario=` chooses it beforehand, with its usual time."""
    row = get_training(request, training)
    people = list(trainings.participants(row))
    sent = (request.POST,) if request.method == "POST" else ()
    form = ExerciseForm(*sent, people=people, chosen=request.GET.get("scenario", ""))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        exercise = run_verb(
            form,
            lambda: verbs.prepare(
                row,
                values["scenario"],
                form.teams(),
                minutes=values["minutes"],
                by=request.user,
                network=values["network"],
            ),
        )
        if exercise:
            messages.success(request, _("The exercise is ready. Its time runs once you start it."))
            return redirect("train_exercise", row.pk, exercise.pk)
    context = {"without_account": len(people) - len(form.people)}
    return shown(request, "trainings/train_exercise_new.html", row, "train_exercises", context, form=form)


@trains
@require_safe
def exercise(request: ProgrammeRequest, training: int, exercise: int) -> HttpResponse:
    """All teams side by side; asked again every few seconds while it runs."""
    row = _exercise(request, training, exercise)
    teams = queries.teams(row)
    context: dict[str, Any] = {"exercise": row, "now": timezone.now(), "script": queries.script_of(row)}
    context["desks"] = queries.team_snapshots(teams, row)
    if request.htmx:
        return render(request, "trainings/_board.html", {"training": row.training, **context})
    if row.state == RUNNING:
        context["send"] = LineForm(lines=context["script"].spare, teams=teams)
        context["sent"] = queries.sent_lines(row, teams)
    context["judged"] = queries.marks(teams)
    return shown(request, "trainings/train_exercise.html", row.training, "train_exercises", context)


def _exercise(request: ProgrammeRequest, training: int, exercise: int) -> Exercise:
    """One of the programmes that this person trains; another's is not there."""
    return get_object_or_404(queries.of_programmes(request.programmes), pk=exercise, training=training)


@trains
@require_POST
def act(request: ProgrammeRequest, training: int, exercise: int) -> HttpResponse:
    """Start it, make it longer, end it, wipe it or put it back to its beginning: `act` says which."""
    row = _exercise(request, training, exercise)
    if request.POST.get("act") == "again":
        return _again(request, row)
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "start": (verbs.start, _("The time runs.")),
        "extend": (verbs.extend, _("The teams have five more minutes.")),
        "end": (verbs.end, _("The exercise is over. The teams read what they did, and write nothing more.")),
        "wipe": (verbs.wipe, _("Everything that was typed in the workspaces of the teams is deleted.")),
    }
    wanted = acts.get(request.POST.get("act", ""))
    if wanted is None:
        messages.error(request, _("Choose what to do with the exercise."))
        return redirect("train_exercise", training, exercise)
    verb, message = wanted
    return acted(request, lambda: verb(row, by=request.user), message, "train_exercise", training, exercise)


def _again(request: ProgrammeRequest, row: Exercise) -> HttpResponse:
    """On to the new one; its teams have their old places in empty workspaces."""
    try:
        new = verbs.begin_again(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("train_exercise", row.training_id, row.pk)
    messages.success(request, _("The exercise is at its beginning again. Its time runs once you start it."))
    return redirect("train_exercise", new.training_id, new.pk)


@trains
@require_POST
def send(request: ProgrammeRequest, training: int, exercise: int) -> HttpResponse:
    row = _exercise(request, training, exercise)
    teams = queries.teams(row)
    form = LineForm(request.POST, lines=queries.script_of(row).spare, teams=teams)
    if not form.is_valid():
        messages.error(request, _("Choose a citizen and a team."))
        return redirect("train_exercise", training, exercise)
    team = next((candidate for candidate in teams if str(candidate.pk) == form.cleaned_data["team"]), None)
    try:
        count = verbs.send(row, form.cleaned_data["line"], team, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        _report_sent(request, count)
    return redirect("train_exercise", training, exercise)


def _report_sent(request: HttpRequest, count: int) -> None:
    if count:
        message = ngettext(
            "The citizen has written to %(count)s team.", "The citizen has written to %(count)s teams.", count
        )
        messages.success(request, message % {"count": count})
    else:
        messages.info(request, _("This citizen has written to them already."))


@trains
@require_http_methods(["GET", "POST"])
def debrief(request: ProgrammeRequest, training: int, exercise: int, team: int) -> HttpResponse:
    row = _exercise(request, training, exercise)
    one = _team(row, team)
    sent = (request.POST,) if request.method == "POST" else ()
    form = DebriefForm(*sent, team=one, marks=queries.marks([one])[one.pk])
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = run_verb(
            form,
            lambda: debriefs.write(
                one, form.levels(), went_well=values["went_well"], next_time=values["next_time"], by=request.user
            ),
        )
        if done:
            messages.success(request, _("The debrief is saved."))
            return redirect("train_exercise_debrief", training, exercise, team)
    context = {"exercise": row, "team": one, "facts": one.facts}
    return shown(request, "trainings/train_exercise_debrief.html", row.training, "train_exercises", context, form=form)


@trains
@require_POST
def show(request: ProgrammeRequest, training: int, exercise: int, team: int) -> HttpResponse:
    one = _team(_exercise(request, training, exercise), team)
    back = ("train_exercise_debrief", training, exercise, team)
    return acted(request, lambda: debriefs.show(one, by=request.user), _("The team reads its debrief now."), *back)


def _team(exercise: Exercise, team: int) -> Team:
    rows = Team.objects.filter(exercise=exercise).select_related("exercise", "workspace").prefetch_related("people")
    return get_object_or_404(rows, pk=team)
