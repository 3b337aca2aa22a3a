"""An exercise for tests: a training of the cast's programme, two teams, and a script that fits on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any

from django.utils import timezone

from municipalities.tenancy import scope
from practice.domain import write
from practice.models import Status
from tests.people import Cast
from trainings.domain import citizens, exercises
from trainings.enums import CitizenAct
from trainings.models import Exercise, Play, Team, Training


def training(cast: Cast) -> Training:
    today = timezone.localdate()
    return Training.objects.create(
        programme=cast.programme,
        name="Обука",
        starts_on=today,
        ends_on=today + timedelta(days=1),
        created_by=cast.staff,
    )


@dataclass
class Group:
    """Ćuprija's officer and approver in one team, Novi Pazar's officer in the other."""

    cast: Cast
    exercise: Exercise

    @property
    def first(self) -> Team:
        return self.team(1)

    @property
    def second(self) -> Team:
        return self.team(2)

    def team(self, number: int) -> Team:
        rows = Team.objects.select_related("workspace", "page", "exercise__training")
        return rows.get(exercise=self.exercise, number=number)

    def post(self, team: Team, text: str, **fields: Any) -> Status:
        """What the outbox would have brought to the network."""
        assert team.page is not None
        return write.publish(team.page, write.Draft(text, "sr", **fields))

    def play(self, minutes: float) -> int:
        """Citizens as they are so many minutes after the beginning: the worker rings until nobody has more to do."""
        began = Exercise.objects.get(pk=self.exercise.pk).started_at
        assert began is not None
        rings = (citizens.play(self.exercise.pk, began + timedelta(minutes=minutes)) for _ in range(40))
        return sum(takewhile(bool, rings))

    def plays(self, team: Team, act: str = CitizenAct.SAYS) -> dict[str, Play]:
        with scope(team.workspace):
            return {row.key: row for row in Play.objects.filter(team=team, act=act)}


def prepared(cast: Cast, scenario: str = "voda", teams: Sequence[Sequence[Any]] | None = None, **options: Any) -> Group:
    several = teams or [[cast.officer, cast.approver], [cast.stranger]]
    named = [(f"Екипа {number}", people) for number, people in enumerate(several, start=1)]
    within = options.pop("within", None) or training(cast)
    exercise = exercises.prepare(within, scenario, named, minutes=options.get("minutes", 25), by=cast.staff)
    exercise.seed = 7  # who reacts when is drawn from it: the same in every run
    exercise.save(update_fields=["seed"])
    return Group(cast, exercise)


def started(cast: Cast, scenario: str = "voda", **options: Any) -> Group:
    group = prepared(cast, scenario, **options)
    exercises.start(group.exercise, by=cast.staff)
    return group
