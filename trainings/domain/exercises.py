"""The life of an exercise from preparation to wiping. The server's clock decides; every action locks the exercise."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.domain.pause import pause
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from practice.imitations import CONVERSING
from trainings import rubric, scenario_parsing
from trainings.domain import citizens, notifications, workspaces
from trainings.models import Exercise, Team, Training
from trainings.models.exercises import ENDED, PREPARED
from trainings.queries import exercises as queries

MOST_TEAMS = 20
MORE = timedelta(minutes=5)


def locked(exercise: Exercise) -> Exercise:
    """The exercise as it is now, held until the transaction ends."""
    rows = Exercise.objects.select_for_update(of=("self",)).select_related("training__programme")
    return rows.get(pk=exercise.pk)


@transaction.atomic
def prepare(
    training: Training,
    scenario: str,
    teams: Sequence[tuple[str, Sequence[User]]],
    *,
    minutes: int,
    by: User,
    network: str = "",
) -> Exercise:
    """An exercise that waits for its start, with a workspace for each team of (name, people).

    `network`: the one that the teams' pages imitate, a key of `practice.imitations.CONVERSING`; "" for ordinary pages.
    Raises `ActionNotAllowed` for a scenario that is not there, teams without people, somebody in two teams, and where
    the practice network is switched off or the training is closed.
    """
    training = _open_training(training)
    known = scenario_parsing.built_in().get(scenario)
    if known is None:
        raise ActionNotAllowed(_("There is no such scenario."), "scenario")
    if not scenario_parsing.SHORTEST <= minutes <= scenario_parsing.LONGEST:
        raise ActionNotAllowed(
            _("An exercise lasts %(least)s to %(most)s minutes.")
            % {"least": scenario_parsing.SHORTEST, "most": scenario_parsing.LONGEST},
            "minutes",
        )
    if network and network not in CONVERSING:
        raise ActionNotAllowed(_("The teams' pages cannot be of this kind."), "network")
    _refuse_teams(teams)
    criteria = rubric.criteria(training.programme)
    script = {**known[1], "network": network} if network else known[1]
    new = Exercise(training=training, scenario=scenario, script=script, criteria=criteria, minutes=minutes)
    return _prepared(new, teams, by=by)


def _open_training(training: Training) -> Training:
    """The training, held until the transaction ends. Raises `ActionNotAllowed` if no exercise can be prepared there."""
    if not settings.PRACTICE_ENABLED:
        raise ActionNotAllowed(
            _("The practice network is switched off. An administrator switches it on (PRACTICE_ENABLED).")
        )
    training = Training.objects.select_for_update(of=("self",)).select_related("programme").get(pk=training.pk)
    if training.closed_at:
        raise ActionNotAllowed(_("This training is closed, so nothing of it changes. Open it again first."))
    return training


def _prepared(exercise: Exercise, teams: Sequence[tuple[str, Sequence[User]]], *, by: User) -> Exercise:
    """Store it, with a workspace for each team."""
    exercise.seed, exercise.prepared_by = secrets.randbelow(2**31), by
    exercise.save()
    for number, (name, people) in enumerate(teams, start=1):
        workspaces.open_for(exercise, number, name, people, by=by)
    record("exercise.prepare", by=by, target=exercise, teams=len(teams), training=str(exercise.training))
    notifications.prepared(exercise, by=by)
    return exercise


def _refuse_teams(teams: Sequence[tuple[str, Sequence[User]]]) -> None:
    people = [person.pk for _name, several in teams for person in several]
    if not teams or not all(several for _name, several in teams):
        raise ActionNotAllowed(_("Put at least one person in each team."))
    if len(teams) > MOST_TEAMS:
        raise ActionNotAllowed(_("At most %(most)s teams play at once.") % {"most": MOST_TEAMS})
    if len(people) != len(set(people)):
        raise ActionNotAllowed(_("A person cannot play in two teams."))


@transaction.atomic
def start(exercise: Exercise, *, by: User) -> Exercise:
    """The time runs from now. Raises `ActionNotAllowed` when it has begun before."""
    exercise = locked(exercise)
    if exercise.state != PREPARED:
        raise ActionNotAllowed(_("This exercise has begun already."))
    exercise.started_at, exercise.started_by = timezone.now(), by
    exercise.ends_at = exercise.started_at + timedelta(minutes=exercise.minutes)
    exercise.save(update_fields=["started_at", "started_by", "ends_at"])
    record("exercise.start", by=by, target=exercise, minutes=exercise.minutes)
    return exercise


@transaction.atomic
def extend(exercise: Exercise, *, by: User) -> Exercise:
    """Five more minutes. Raises `ActionNotAllowed` when the time is up."""
    exercise = locked(exercise)
    if not exercise.is_open(timezone.now()):
        raise ActionNotAllowed(_("The time is up, so it cannot be extended."))
    assert exercise.ends_at is not None  # an open exercise has an end
    exercise.ends_at += MORE
    exercise.save(update_fields=["ends_at"])
    record("exercise.extend", by=by, target=exercise, minutes=int(MORE.total_seconds() // 60))
    return exercise


@transaction.atomic
def end(exercise: Exercise, *, by: User | None, now: datetime | None = None) -> Exercise:
    """Measure what each team did; from now on its people read only and nothing goes out. `by` None: the time was up.

    Nothing changes when it has ended. Raises `ActionNotAllowed` before it has begun.
    """
    exercise = locked(exercise)
    if exercise.ended_at:
        return exercise
    if exercise.started_at is None:
        raise ActionNotAllowed(_("This exercise has not begun yet."))
    exercise.ended_at, exercise.ended_by = now or timezone.now(), by
    exercise.save(update_fields=["ended_at", "ended_by"])
    for team in exercise.teams.select_related("workspace", "page"):
        with scope(team.workspace):
            team.facts = queries.measured(team, exercise)
            team.save(update_fields=["facts"])
            workspaces.to_readers(team, by=by)
            # What is still planned must not go out after the end.
            pause(team.workspace, _("The exercise is over."), by=by or exercise.started_by)
    record("exercise.end", by=by, target=exercise)
    return exercise


@transaction.atomic
def end_when_over(exercise_id: int, now: datetime | None = None) -> bool:
    """End an exercise whose time is up; whether it was. Does nothing while another worker is at it."""
    now = now or timezone.now()
    rows = Exercise.objects.select_for_update(skip_locked=True, of=("self",))
    exercise = rows.filter(pk=exercise_id, ended_at__isnull=True, ends_at__lte=now).first()
    if exercise is None:
        return False
    end(exercise, by=None, now=exercise.ends_at)
    return True


@transaction.atomic
def send(exercise: Exercise, key: str, team: Team | None = None, *, by: User) -> int:
    """Let a citizen of the trainer's lines speak, to one team or to all; returns to how many it is new.

    Raises `ActionNotAllowed` when the time is up or there is no such line.
    """
    exercise = locked(exercise)
    now = timezone.now()
    if not exercise.is_open(now):
        raise ActionNotAllowed(_("The time is up. Citizens post no more comments."))
    line = next((spare for spare in scenario_parsing.parse(exercise.script).spare if spare.key == key), None)
    if line is None:
        raise ActionNotAllowed(_("There is no such line."), "line")
    teams = [team] if team else list(exercise.teams.select_related("workspace", "page"))
    reached = sum(citizens.say_at_once(addressed, line, now) for addressed in teams)
    record("exercise.send_line", by=by, target=exercise, citizen=line.who, teams=reached)
    return reached


@transaction.atomic
def wipe(exercise: Exercise, *, by: User) -> Exercise:
    """Really delete everything that was typed in the workspaces of the teams. The debrief stays.

    Nothing changes when it was wiped. Raises `ActionNotAllowed` while the exercise runs, and as `workspaces.empty`
    does.
    """
    exercise = locked(exercise)
    if exercise.wiped_at:
        return exercise
    if exercise.state not in (PREPARED, ENDED):
        raise ActionNotAllowed(_("The exercise still runs. End it first."))
    for team in exercise.teams.select_related("workspace"):
        workspaces.empty(team.workspace, by=by)
    now = timezone.now()
    exercise.ended_at, exercise.wiped_at, exercise.wiped_by = exercise.ended_at or now, now, by
    exercise.save(update_fields=["ended_at", "wiped_at", "wiped_by"])
    record("exercise.wipe", by=by, target=exercise)
    return exercise


@transaction.atomic
def begin_again(exercise: Exercise, *, by: User) -> Exercise:
    """Wipe an exercise that has begun, and prepare it anew: the same scenario, time and teams with the people who still
    have an account, in empty workspaces. Its measured facts and its debrief stay with the old one.

    All of it happens or nothing. Raises `ActionNotAllowed` for one that has not begun or was wiped, and as `prepare`
    and `wipe` do.
    """
    training = _open_training(exercise.training)
    exercise = locked(exercise)
    if exercise.wiped_at:
        raise ActionNotAllowed(_("The workspaces of this exercise are wiped already."))
    if exercise.state == PREPARED:
        raise ActionNotAllowed(_("This exercise has not begun yet."))
    rows = exercise.teams.order_by("number").prefetch_related("people")
    teams = [(row.name, [person for person in row.people.all() if person.is_active]) for row in rows]
    teams = [(name, people) for name, people in teams if people]
    _refuse_teams(teams)
    exercise = end(exercise, by=by)
    exercise = wipe(exercise, by=by)
    record("exercise.begin_again", by=by, target=exercise)
    new = Exercise(
        training=training, scenario=exercise.scenario, script=exercise.script, criteria=exercise.criteria,
        minutes=exercise.minutes,
    )  # fmt: skip
    return _prepared(new, teams, by=by)
