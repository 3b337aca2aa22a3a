"""Status of a value against its target. Pure: takes numbers and days, returns a status with its reason.

The expected way is the straight line from the baseline, on its last day, through the milestones to the target on its
due day. A value at or beyond that line today is on track, a value short of it is behind; the line never asks for less
than the baseline. Before there is a line (no baseline, or an unusable one) nothing is due until the day of the target.

A target on the wrong side of its baseline, worse than it, has no line: it is reached by a value that is no worse than
the baseline; a value between the two has declined, and is never reached; a value worse than the target is behind. All
statuses are defined in docs/operations/numbers.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.enums import Better, TargetKind, TargetStatus

# Pages show three figures: a difference of less than this share of the baseline is not to be seen.
SHOWN = 0.005


@dataclass(frozen=True)
class Start:
    """A frozen baseline: its value, and the last of the days it was taken from."""

    value: float
    on: date


@dataclass(frozen=True)
class TargetPoint:
    """A target or a milestone: a value, or per cent of change against the baseline, on a day."""

    kind: str
    value: float
    due_on: date
    is_milestone: bool = False


@dataclass(frozen=True)
class Judged:
    """`due` is the value due today, where there is a line; `goal` the target as a value. `is_step_back`: the target is
    worse than the baseline."""

    standing: TargetStatus
    due: float | None = None
    goal: float | None = None
    is_step_back: bool = False


def goal(aim: TargetPoint, start: Start | None) -> float | None:
    """The target as a value. None: it is a change against a baseline that is missing or 0."""
    if aim.kind == TargetKind.VALUE:
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
    """Whether an aim of `value` is worse than the baseline, by more than pages show: 33.3 keeps 33.333."""
    return not is_good(value, start, better) and abs(value - start) > SHOWN * abs(start)


def is_for_worse(kind: str, value: float, start: Start | None, better: str) -> bool:
    """Whether an aim asks for a decline: its value against the baseline, a change in per cent also without one."""
    if kind == TargetKind.CHANGE:
        return value > 0 if better == Better.DOWN else value < 0
    return start is not None and is_step_back(value, start.value, better)


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

    def __init__(self, better: str, aims: Sequence[TargetPoint]) -> None:
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
            return Judged(TargetStatus.NO_TARGET)
        wanted = goal(target, start)
        if actual is None:
            return Judged(TargetStatus.NO_DATA, goal=wanted)
        if wanted is None:
            return Judged(TargetStatus.NOT_DUE)
        if start is not None and is_step_back(wanted, start.value, self.better):
            return self._judge_step_back(actual, start.value, wanted)
        return self._judge_on_line(actual, start, target, wanted, today)

    def _judge_on_line(
        self, actual: float, start: Start | None, target: TargetPoint, wanted: float, today: date
    ) -> Judged:
        if is_good(actual, wanted, self.better):
            return Judged(TargetStatus.REACHED, goal=wanted)
        expected = wanted if today >= target.due_on else self._due(start, today)
        if expected is None:
            return Judged(TargetStatus.NOT_DUE, goal=wanted)
        standing = TargetStatus.ON_TRACK if is_good(actual, expected, self.better) else TargetStatus.BEHIND
        return Judged(standing, expected, wanted)

    def _judge_step_back(self, actual: float, start: float, wanted: float) -> Judged:
        """Against a target worse than the baseline: a decline is never reached."""
        if is_good(actual, start, self.better):
            return Judged(TargetStatus.REACHED, goal=wanted, is_step_back=True)
        if is_good(actual, wanted, self.better):
            return Judged(TargetStatus.WORSE, goal=wanted, is_step_back=True)
        return Judged(TargetStatus.BEHIND, wanted, wanted, is_step_back=True)

    def _due(self, start: Start | None, today: date) -> float | None:
        """What the line through all aims asks for today; None where there is no line yet."""
        if start is None:
            return None
        points = [(aim.due_on, value) for aim in self.points if (value := goal(aim, start)) is not None]
        wanted = due(start, points, today)
        if wanted is not None and not is_good(wanted, start.value, self.better):
            return start.value  # a milestone worse than the baseline asks for no decline
        return wanted


def judge(actual: float | None, better: str, start: Start | None, aims: Sequence[TargetPoint], today: date) -> Judged:
    """The standing of `actual` today, by these aims alone."""
    return Way(better, aims).judge(actual, start, today)
