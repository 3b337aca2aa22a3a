"""Where a value stands: the straight line from the baseline through the milestones to the target, reckoned by hand."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.enums import Better, TargetKind, TargetStatus
from analytics.indicators.target_status import Start, TargetPoint, change, due, goal, is_for_worse, is_step_back, judge
from demo.indicators import AIMS, sensible

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


# ---------------------------------------------------------------- a target on the wrong side of its baseline

DOWNHILL = TargetPoint(TargetKind.VALUE, 40, date(2026, 2, 10))
HALF = Start(50, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("actual", "standing"),
    [
        (47.7, TargetStatus.WORSE),  # a decline, though it is above the target
        (40, TargetStatus.WORSE),
        (50, TargetStatus.REACHED),  # as it was
        (60, TargetStatus.REACHED),
        (39.9, TargetStatus.BEHIND),
    ],
)
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 1, 21), date(2026, 2, 10), date(2027, 1, 1)])
def test_a_decline_is_never_reached(actual: float, standing: TargetStatus, today: date) -> None:
    judged = judge(actual, Better.UP, HALF, [DOWNHILL], today)
    assert (judged.standing, judged.is_step_back) == (standing, True)


def test_where_less_is_better_a_rise_is_never_reached() -> None:
    none_before = Start(0, date(2026, 1, 1))
    two = TargetPoint(TargetKind.VALUE, 2, date(2026, 2, 10))
    assert judge(1, Better.DOWN, none_before, [two], date(2026, 3, 1)).standing == TargetStatus.WORSE
    assert judge(0, Better.DOWN, none_before, [two], date(2026, 3, 1)).standing == TargetStatus.REACHED
    assert judge(3, Better.DOWN, none_before, [two], date(2026, 3, 1)).standing == TargetStatus.BEHIND


def test_a_target_equal_to_the_baseline_is_reached_by_keeping_it() -> None:
    keep = TargetPoint(TargetKind.VALUE, 50, date(2026, 2, 10))
    assert judge(50, Better.UP, HALF, [keep], date(2026, 1, 21)).standing == TargetStatus.REACHED
    assert judge(49, Better.UP, HALF, [keep], date(2026, 1, 21)).standing == TargetStatus.BEHIND
    third = Start(100 / 3, date(2026, 1, 1))
    assert not is_step_back(33.3, third.value, Better.UP)  # what the page shows


def test_a_milestone_worse_than_the_baseline_asks_for_no_decline() -> None:
    dip = TargetPoint(TargetKind.VALUE, 35, date(2026, 1, 11), is_milestone=True)
    up = TargetPoint(TargetKind.VALUE, 60, date(2026, 2, 10))
    judged = judge(40, Better.UP, HALF, [dip, up], date(2026, 1, 11))
    assert (judged.standing, judged.due) == (TargetStatus.BEHIND, 50)


def test_a_change_that_goes_the_wrong_way_is_known_without_a_baseline() -> None:
    assert is_for_worse(TargetKind.CHANGE, -10, None, Better.UP)
    assert is_for_worse(TargetKind.CHANGE, 10, None, Better.DOWN)
    assert not is_for_worse(TargetKind.CHANGE, 10, None, Better.UP)
    assert not is_for_worse(TargetKind.VALUE, 10, None, Better.UP)


@pytest.mark.parametrize("start", [0, 12.5, 35, 50, 80, 99, 100])
@pytest.mark.parametrize("better", list(Better))
def test_the_targets_of_the_demo_are_on_the_right_side_of_any_baseline(start: float, better: str) -> None:
    for kind, milestone, target in AIMS.values():
        if kind == TargetKind.VALUE:
            for aim in sensible(milestone, target, Start(start, date(2026, 1, 1)), better):
                assert not is_step_back(aim, start, better)
                assert 0 <= aim <= 100


def test_a_line_over_new_year_counts_days() -> None:
    start = Start(0, date(2025, 12, 22))
    points = [(date(2026, 1, 11), 20.0)]
    assert due(start, points, date(2026, 1, 1)) == 10
    assert due(start, points, date(2025, 12, 22)) is None
    assert due(start, points, date(2026, 2, 1)) == 20
