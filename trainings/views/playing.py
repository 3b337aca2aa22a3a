"""Participants: the exercise in their training workspace, and its debrief afterwards."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import int_param
from municipalities.access import requires, signed_in
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import storable
from trainings.domain import team_answers
from trainings.domain.team_answers import MOST_ANSWER
from trainings.exercise_forms import LEVELS, criteria
from trainings.models import Play, Team
from trainings.queries import exercises as queries


@requires(Verb.TRAINING_VIEW)
@require_safe
def exercise(request: MunicipalityRequest) -> HttpResponse:
    """The brief, the time and the citizens; in a real municipality's workspace the exercises one has played."""
    team = queries.team_of(request.municipality)
    if team is None:
        return render(request, "trainings/exercises.html", {"teams": list(queries.played_by(request.user))})
    now = timezone.now()
    row = team.exercise
    context = {
        "team": team,
        "exercise": row,
        "training": row.training,
        "script": queries.script_of(row),
        "is_open": row.is_open(now),
        "may_speak": row.is_open(now) and request.access.may(Verb.POST_EDIT),
        "most": MOST_ANSWER,
        "now": now,
        "desk": queries.team_snapshot(team, now),
    }
    return render(request, "trainings/_talks.html" if request.htmx else "trainings/exercise.html", context)


@requires(Verb.POST_EDIT)
@require_POST
def answer(request: MunicipalityRequest) -> HttpResponse:
    return _spoken(
        request,
        lambda team, play: team_answers.answer(team, play, storable(request.POST.get("text", "")), by=request.user),
        _("Your answer is on the practice network."),
    )


@requires(Verb.POST_EDIT)
@require_POST
def hide(request: MunicipalityRequest) -> HttpResponse:
    return _spoken(
        request,
        lambda team, play: team_answers.hide(team, play, by=request.user),
        _("This comment is now hidden from everyone."),
    )


def _spoken(request: MunicipalityRequest, act: Any, message: str) -> HttpResponse:
    """A play that is not of this workspace is not there."""
    team = queries.team_of(request.municipality)
    number = int_param(request.POST, "play")
    if team is None or number is None:
        messages.error(request, _("Choose whom you answer."))
        return redirect("exercise", request.municipality.slug)
    play = get_object_or_404(Play, pk=number, team=team)
    try:
        act(team, play)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, message)
    return redirect("exercise", request.municipality.slug)


@signed_in
@require_safe
def debrief(request: SignedInRequest, team: int) -> HttpResponse:
    """What a team reads of itself once the trainer shows it; also when its workspace is long wiped."""
    rows = Team.objects.select_related("exercise__training").prefetch_related("people")
    one = get_object_or_404(rows, pk=team, people=request.user)
    if one.shown_at is None:
        raise Http404
    marks = queries.marks([one])[one.pk]
    judged = [
        {**criterion, "mark": marks[criterion["key"]], "label": LEVELS[marks[criterion["key"]].level],
         "text": criterion["levels"][marks[criterion["key"]].level - 1]}
        for criterion in criteria(one.exercise)
        if criterion["key"] in marks
    ]  # fmt: skip
    context = {"team": one, "exercise": one.exercise, "facts": one.facts, "judged": judged}
    return render(request, "trainings/exercise_debrief.html", context)
