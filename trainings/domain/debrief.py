"""The debrief of a team: a level for each criterion of the exercise, comments, and when it is shown."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from trainings.models import Mark, Team


@transaction.atomic
def write(team: Team, levels: Mapping[str, tuple[int, str]], *, went_well: str, next_time: str, by: User) -> Team:
    """`levels` are (level, note) by criterion; one that is left out is not judged. Raises `ActionNotAllowed` before the
    end.
    """
    team = _ended(team)
    known = {criterion["key"] for criterion in team.exercise.criteria}
    team.marks.exclude(criterion__in=levels).delete()
    for criterion, (level, note) in levels.items():
        if criterion in known:
            Mark.objects.update_or_create(team=team, criterion=criterion, defaults={"level": level, "note": note[:500]})
    team.went_well, team.next_time = went_well, next_time
    team.save(update_fields=["went_well", "next_time"])
    record("exercise.score", by=by, target=team, exercise=str(team.exercise))
    return team


@transaction.atomic
def show(team: Team, *, by: User) -> Team:
    """From now on the team reads it, with every later change. Nothing changes when it does. Raises as `write` does."""
    team = _ended(team)
    if team.shown_at:
        return team
    team.shown_at, team.shown_by = timezone.now(), by
    team.save(update_fields=["shown_at", "shown_by"])
    record("exercise.show_debrief", by=by, target=team, exercise=str(team.exercise))
    return team


def _ended(team: Team) -> Team:
    team = Team.objects.select_for_update(of=("self",)).select_related("exercise").get(pk=team.pk)
    if team.exercise.ended_at is None:
        raise ActionNotAllowed(_("The exercise still runs. The debrief comes after its end."))
    return team
