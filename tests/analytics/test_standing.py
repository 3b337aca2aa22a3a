"""Where a value stands: the straight line from the baseline through the milestones to the target, reckoned by hand."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.enums import Better, TargetKind, TargetStatus
from analytics.indicators.target_status import Start, TargetPoint, change, due, goal, is_step_back, judge

START = Start(20, date(2026, 1, 1))
TARGET = TargetPoint(TargetKind.VALUE, 60, date(2026, 2, 10))  # 40 days on
MILESTONE = TargetPoint(TargetKind.VALUE, 50, date(2026, 1, 11), is_milestone=True)  # 10 days on


@pytest.mark.parametrize(
    ("actual", "today", "standing", "asked"),
    [
        (60, date(2026, 1, 5), TargetStatus.REACHED, None),
        (40, date(2026, 1, 21), TargetStatus.ON_TRACK, 40),  # half of the way, half of the time
        (39, date(2026, 1, 21), TargetStatus.BEHIND, 40),
        (59, date(2026, 2, 10), TargetStatus.BEHIND, 60),  # the day itself
        (20, date(2026, 1, 1), TargetStatus.NOT_DUE, None),  # the line has not begun
        (None, date(2026, 1, 21), TargetStatus.NO_DATA, None),
    ],
)
def test_the_line_runs_straight_from_the_baseline_to_the_target(
    actual: float | None, today: date, standing: TargetStatus, asked: float | None
) -> None:
    judged = judge(actual, Better.UP, START, [TARGET], today)
    assert (judged.standing, judged.due) == (standing, asked)


def test_milestones_bend_the_line() -> None:
    assert judge(40, Better.UP, START, [TARGET, MILESTONE], date(2026, 1, 11)).due == 50
    assert judge(34, Better.UP, START, [MILESTONE, TARGET], date(2026, 1, 6)).standing == TargetStatus.BEHIND  # 35
    assert judge(56, Better.UP, START, [MILESTONE, TARGET], date(2026, 1, 26)).standing == TargetStatus.ON_TRACK  # 55
    late = TargetPoint(TargetKind.VALUE, 90, date(2026, 3, 1), is_milestone=True)
    assert judge(40, Better.UP, START, [TARGET, late], date(2026, 1, 21)).due == 40  # after the target it is none


def test_where_less_is_better_the_line_falls() -> None:
    target = TargetPoint(TargetKind.VALUE, 0, date(2026, 2, 10))
    assert judge(10, Better.DOWN, START, [target], date(2026, 1, 21)).standing == TargetStatus.ON_TRACK
    assert judge(11, Better.DOWN, START, [target], date(2026, 1, 21)).standing == TargetStatus.BEHIND
    assert judge(0, Better.DOWN, START, [target], date(2026, 1, 2)).standing == TargetStatus.REACHED


def test_without_a_baseline_nothing_is_due_until_the_day_of_the_target() -> None:
    assert judge(10, Better.UP, None, [TARGET], date(2026, 1, 21)).standing == TargetStatus.NOT_DUE
    assert judge(10, Better.UP, None, [TARGET], date(2026, 2, 10)).standing == TargetStatus.BEHIND
    assert judge(60, Better.UP, None, [TARGET], date(2026, 1, 21)).standing == TargetStatus.REACHED


def test_without_a_target_nothing_is_judged() -> None:
    assert judge(10, Better.UP, START, [], date(2026, 1, 21)).standing == TargetStatus.NO_TARGET
    assert judge(10, Better.UP, START, [MILESTONE], date(2026, 1, 21)).standing == TargetStatus.NO_TARGET


def test_a_target_in_per_cent_of_change_is_reckoned_from_the_baseline() -> None:
    quarter_more = TargetPoint(TargetKind.CHANGE, 25, date(2026, 2, 10))
    assert goal(quarter_more, START) == 25
    assert judge(25, Better.UP, START, [quarter_more], date(2026, 1, 21)).standing == TargetStatus.REACHED


def test_a_change_against_zero_or_nothing_is_not_defined() -> None:
    quarter_more = TargetPoint(TargetKind.CHANGE, 25, date(2026, 2, 10))
    zero = Start(0, date(2026, 1, 1))
    assert goal(quarter_more, zero) is goal(quarter_more, None) is None
    assert judge(5, Better.UP, zero, [quarter_more], date(2026, 3, 1)).standing == TargetStatus.NOT_DUE
    assert change(5, 0) is change(None, 20) is change(5, None) is None
    assert change(25, 20) == 25


def test_an_aim_worse_than_the_baseline_is_a_step_back() -> None:
    assert is_step_back(10, 20, Better.UP)
    assert not is_step_back(20, 20, Better.UP)
    assert is_step_back(30, 20, Better.DOWN)


def test_a_line_over_new_year_counts_days() -> None:
    start = Start(0, date(2025, 12, 22))
    points = [(date(2026, 1, 11), 20.0)]
    assert due(start, points, date(2026, 1, 1)) == 10
    assert due(start, points, date(2025, 12, 22)) is None
    assert due(start, points, date(2026, 2, 1)) == 20
