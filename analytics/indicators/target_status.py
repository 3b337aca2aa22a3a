"""Where a value stands against what was agreed. Pure: numbers and days in, a standing with its reason out.

The way that is expected is the straight line from the baseline, on its last day, through the milestones to the target
on its day. Who is at or beyond that line today is on track, who is short of it is behind. Before there is a line (no
baseline, or one that cannot be reckoned with) nothing is due until the target's day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.enums import AimKind, Better, Standing


@dataclass(frozen=True)
class Start:
    """A frozen baseline: its value, and the last of the days it was taken from."""

    value: float
    on: date


@dataclass(frozen=True)
class Aim:
    """A target or a milestone: a value, or per cent of change against the baseline, on a day."""

    kind: str
    value: float
    due_on: date
    is_milestone: bool = False


@dataclass(frozen=True)
class Judged:
    """`due` is what the line asks for today, where there is one; `goal` the target as a value."""

    standing: Standing
    due: float | None = None
    goal: float | None = None


def goal(aim: Aim, start: Start | None) -> float | None:
    """The aim as a value. None: a change against a baseline that is not there or is 0 cannot be reckoned."""
    if aim.kind == AimKind.VALUE:
        return aim.value
    if start is None or start.value == 0:
        return None
    return start.value * (1 + aim.value / 100)


def change(value: float | None, start: float | None) -> float | None:
    """Difference against the baseline in per cent. None where it is not defined: no value, no baseline, or one of 0."""
    if value is None or not start:
        return None
    return (value - start) * 100 / abs(start)


def is_good(value: float, wanted: float, better: str) -> bool:
    return value <= wanted if better == Better.DOWN else value >= wanted


def is_step_back(value: float, start: float, better: str) -> bool:
    """Whether an aim of `value` would be worse than the baseline."""
    return not is_good(value, start, better)


def due(start: Start, points: Sequence[tuple[date, float]], today: date) -> float | None:
    """What the line asks for on `today`; None before it begins. `points` are days with values, in order."""
    if today <= start.on:
        return None
    since, value = start.on, start.value
    for until, wanted in points:
        if today <= until:
            share = (today - since).days / max((until - since).days, 1)
            return value + (wanted - value) * share
        since, value = until, wanted
    return value


class Way:
    """What was agreed of one indicator, put in order once for all that are judged by it. `aims` may be in any order and
    hold one target at most."""

    def __init__(self, better: str, aims: Sequence[Aim]) -> None:
        self.better = better
        self.target = target = next((aim for aim in aims if not aim.is_milestone), None)
        self.points = sorted(
            (aim for aim in aims if target is not None and (aim is target or aim.due_on < target.due_on)),
            key=lambda aim: aim.due_on,
        )

    def judge(self, actual: float | None, start: Start | None, today: date) -> Judged:
        """The standing of `actual` today."""
        target = self.target
        if target is None:
            return Judged(Standing.NO_TARGET)
        wanted = goal(target, start)
        if actual is None:
            return Judged(Standing.NO_DATA, goal=wanted)
        if wanted is None:
            return Judged(Standing.NOT_DUE)
        if is_good(actual, wanted, self.better):
            return Judged(Standing.REACHED, goal=wanted)
        expected = wanted if today >= target.due_on else self._due(start, today)
        if expected is None:
            return Judged(Standing.NOT_DUE, goal=wanted)
        standing = Standing.ON_TRACK if is_good(actual, expected, self.better) else Standing.BEHIND
        return Judged(standing, expected, wanted)

    def _due(self, start: Start | None, today: date) -> float | None:
        """What the line through all aims asks for today; None where there is no line yet."""
        if start is None:
            return None
        points = [(aim.due_on, value) for aim in self.points if (value := goal(aim, start)) is not None]
        return due(start, points, today)


def judge(actual: float | None, better: str, start: Start | None, aims: Sequence[Aim], today: date) -> Judged:
    """The standing of `actual` today, by these aims alone."""
    return Way(better, aims).judge(actual, start, today)
