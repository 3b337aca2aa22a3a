"""The effect of a training: the estimate against an independent one and published figures, the test and its interval
against programmes of known truth, and panels from which nothing can be told."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from analytics.comparison.training_effect import (
    DRAWN,
    Cell,
    Effect,
    Obstacle,
    Scale,
    assignments,
    effect,
    statistics_of,
)
from tests.analytics import effect_simulation
from tests.analytics.effect_simulation import RECOGNISED, run

TEN_POINTS = 10.0


def points(values, trained, **fields) -> Effect:
    return effect(values, trained, Scale.POINTS, TEN_POINTS, **fields)


def panel(size=12, months=8, seed=1):
    generator = np.random.default_rng(seed)
    return (50 + generator.normal(0, 3, (size, 1)) + generator.normal(0, 2, (size, months))).tolist()


# ---- the estimate


def test_two_groups_and_two_months_are_a_regression_with_two_fixed_effects() -> None:
    values = panel(months=3)
    trained = [1] * 5 + [None] * 7
    rows, outcome = [], []
    for place, series in enumerate(values):
        for after, month in enumerate((0, 2)):
            dummies = [float(place == other) for other in range(12)]
            rows.append([*dummies, float(after), float(after and trained[place] is not None)])
            outcome.append(series[month])
    regression = np.linalg.lstsq(np.array(rows), np.array(outcome), rcond=None)[0][-1]
    assert points(values, trained).estimate == pytest.approx(regression)


def test_an_example_that_can_be_checked_by_hand() -> None:
    """Trained in month 1: from 10 to 16 and 14 to 22, in the month after next to 18 and 26. Not yet: from 20 to 22 and
    30 to 34; the last of them is trained in month 3 and stays in the comparison until month 2."""
    values = [[10, 0, 16, 18], [14, 0, 22, 26], [20, 0, 22, 23], [30, 0, 34, 99]]
    one = points(values, [1, 1, None, 3])
    in_month_2, in_month_3 = (6 + 8) / 2 - (2 + 4) / 2, (8 + 12) / 2 - 3
    assert one.estimate == pytest.approx((in_month_2 + in_month_3) / 2)
    assert (one.behind.trained, one.behind.untrained, one.behind.municipalities, one.behind.months) == (2, 2, 4, 3)


def did_example() -> tuple[list[list[float]], list[int | None]]:
    """The input of tests/fixtures/parity/f008 in https://github.com/pedrohcgs/csdid-stata: 48 units in three
    groups over four periods, written as what it was made from."""
    values: list[list[float]] = []
    trained: list[int | None] = []
    for unit in range(1, 49):
        first = 2 if unit <= 16 else 3 if unit <= 32 else None
        is_second = first == 3
        y = 0.4 + 0.11 * (unit % 7) + 0.22 * is_second
        last = 0.4 + 0.02 * unit + (0.2 if first == 2 else 0.26 if is_second else 0)
        steps = [0.62 if is_second else 0.4, 0.62 if is_second else 0.4 + 0.89 * (first == 2), last]
        values.append([y, *(y + sum(steps[: n + 1]) for n in range(3))])
        trained.append(first)
    assert values[16] == pytest.approx([0.95, 1.57, 2.19, 3.19])
    assert values[47] == pytest.approx([1.06, 1.46, 1.86, 3.22])
    return values, trained


@pytest.mark.parametrize(
    ("cell", "att", "error"),
    [
        (Cell(2, 1, 2), 0.78, 0.0194454364826301),
        (Cell(2, 1, 3), 0.45, 0.0325960120260132),
        (Cell(3, 2, 3), -0.06, 0.0325960120260132),
    ],
)
def test_effects_and_errors_of_a_cell_are_those_of_the_authors_package(cell: Cell, att: float, error: float) -> None:
    """Computed by the R package `did` with `control_group = "notyettreated"` (expected/r/control-group-grid.csv). It
    divides by n where we divide by n − 1, in each of the two groups."""
    values, trained = did_example()
    labels = np.array([9 if month is None else month for month in trained])
    one = statistics_of(np.array(values), labels, labels[None, :], [cell])
    assert one.value[0] == pytest.approx(att)
    here = np.array(
        [row[cell.month] - row[cell.base] for row, month in zip(values, trained, strict=True) if month == cell.training]
    )
    there = np.array(
        [row[cell.month] - row[cell.base] for row, g in zip(values, labels, strict=True) if g > cell.month]
    )
    assert math.sqrt(here.var() / len(here) + there.var() / len(there)) == pytest.approx(error)
    assert one.errors(0)[0] == pytest.approx(math.sqrt(here.var(ddof=1) / len(here) + there.var(ddof=1) / len(there)))


def test_all_cells_are_averaged_by_their_municipalities() -> None:
    values, trained = did_example()
    assert points(values, trained, after=(0, 3)).estimate == pytest.approx((16 * 0.78 + 16 * 0.45 - 16 * 0.06) / 48)


def plain_estimate(values, trained) -> float:
    """The same by loops over dictionaries, without matrices."""
    total, weight = 0.0, 0
    for start in {month for month in trained if month is not None}:
        for month in range(start + 1, min(start + 4, len(values[0]))):
            changes: dict[bool, list[float]] = {True: [], False: []}
            for row, theirs in zip(values, trained, strict=True):
                if row[month] is None or row[start - 1] is None:
                    continue
                if theirs == start:
                    changes[True].append(row[month] - row[start - 1])
                elif theirs is None or theirs > month:
                    changes[False].append(row[month] - row[start - 1])
            if changes[True] and changes[False]:
                size = len(changes[True])
                total += size * (sum(changes[True]) / size - sum(changes[False]) / len(changes[False]))
                weight += size
    return total / weight


def test_the_estimate_is_that_of_plain_loops_also_with_missing_months() -> None:
    generator = np.random.default_rng(4)
    for seed in range(20):
        values = panel(14, 12, seed)
        for place, month in generator.integers([14, 12], size=(20, 2)):
            values[place][month] = None
        trained = [3] * 4 + [5] * 4 + [8] * 3 + [None] * 3
        assert points(values, trained).estimate == pytest.approx(plain_estimate(values, trained))


def test_what_all_have_in_common_and_levels_are_no_effect() -> None:
    values = panel(months=8)
    shocked = [[value + 100 * place + 40 * math.sin(month) for month, value in enumerate(row)]
               for place, row in enumerate(values)]  # fmt: skip
    trained = [2] * 4 + [4] * 4 + [None] * 4
    assert points(shocked, trained).estimate == pytest.approx(points(values, trained).estimate)
    assert points(shocked, trained).p == points(values, trained).p


def test_a_ratio_is_the_same_for_the_small_and_the_large() -> None:
    base = np.exp(np.array(panel(12, 8)) / 50)
    trained = [2] * 5 + [None] * 7
    sized = base * np.array([10.0**n for n in range(12)])[:, None] * 1000
    sized[:5, 3:] *= 1.5
    plain, scaled = (effect(rows.tolist(), trained, Scale.RATIO, RECOGNISED) for rows in (base, sized))
    assert scaled.estimate == pytest.approx(plain.estimate + math.log(1.5))


# ---- the test and its interval


def test_of_few_assignments_all_are_compared_and_of_many_a_random_choice() -> None:
    labels = np.array([1, 1, 1, 3, 3, 9])
    rows = [tuple(row) for row in assignments(labels).tolist()]
    assert rows[0] == tuple(labels.tolist())
    assert len(rows) == len(set(rows)) == 60
    assert set(rows) == set(permutations(labels.tolist()))
    many = assignments(np.repeat([1, 3, 9], 40))
    assert len(many) == DRAWN + 1
    assert all((np.sort(row) == np.repeat([1, 3, 9], 40)).all() for row in many)
    assert (many == assignments(np.repeat([1, 3, 9], 40))).all()  # the same at each opening


def test_the_p_value_is_the_share_of_assignments_that_are_as_extreme() -> None:
    values = panel(6, 4, 3)
    trained = [1, 1, 1, 9, 9, 9]

    def t(assigned) -> float:
        cells = (
            {place: values[place][2] - values[place][0] for place in range(6)},
            {place: values[place][3] - values[place][0] for place in range(6)},
        )
        mean = [sum(cell[place] for cell in cells) / 2 for place in range(6)]
        here = [mean[place] for place in range(6) if assigned[place] == 1]
        there = [mean[place] for place in range(6) if assigned[place] != 1]
        error = math.sqrt(np.var(here, ddof=1) / 3 + np.var(there, ddof=1) / 3)
        return abs(np.mean(here) - np.mean(there)) / error

    every = [t(row) for row in set(permutations(trained))]
    assert len(every) == 20
    assert points(values, trained).p == pytest.approx(sum(one >= t(trained) - 1e-9 for one in every) / 20)


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    trained = [2] * 8 + [4] * 8 + [None] * 8
    values = panel(24, 8)
    one = points(values, trained)

    def p(added: float) -> float:
        """Of the effect `added`: the test of no effect, on values that it was subtracted from."""
        less = [
            [value - added * (0 if start is None or month < start else 0.5 if month == start else 1)
             for month, value in enumerate(row)]
            for row, start in zip(values, trained, strict=True)
        ]  # fmt: skip
        return points(less, trained).p

    assert one.low < one.estimate < one.high
    assert p(one.low + 0.01) > 0.05 >= p(one.low - 0.01)
    assert p(one.high - 0.01) > 0.05 >= p(one.high + 0.01)
    assert p(one.estimate) == 1


def test_what_the_test_does_not_reject_is_in_the_interval() -> None:
    for outcome in run(20, has_effect=True):
        one = outcome.effect
        assert one.low < one.estimate < one.high
        assert one.p <= 0.06 or one.low <= 0 <= one.high
        assert one.is_recognised == (not one.low <= 0 <= one.high)


@pytest.mark.parametrize("count", [120, pytest.param(1000, marks=pytest.mark.long)])
def test_the_interval_holds_the_truth_and_no_effect_is_seldom_seen(count: int) -> None:
    """The margins of the small instance are those that chance needs: 2.5 standard deviations below 95 %."""
    spread = 2.5 * math.sqrt(0.05 * 0.95 / count) if count < 1000 else 0
    with_effect = list(run(count, has_effect=True))
    without = list(run(count, has_effect=False))
    assert np.mean([one.is_covered for one in with_effect]) >= (0.95 - spread if spread else 0.93)
    assert np.mean([one.is_covered for one in without]) >= (0.95 - spread if spread else 0.93)
    assert np.mean([one.effect.is_recognised for one in without]) <= (0.05 + spread if spread else 0.065)
    # Showing only what has enough power must not favour the lucky ones.
    verdicts = [one for one in with_effect if one.effect.obstacle is None]
    assert len(verdicts) > count / 5
    assert np.mean([one.is_covered for one in verdicts]) >= 0.9 if spread else 0.93


@pytest.mark.long
def test_the_interval_holds_the_truth_of_six_municipalities_too() -> None:
    with_effect = list(run(400, has_effect=True, size=6))
    assert np.mean([one.is_covered for one in with_effect]) >= 0.93
    assert np.mean([one.effect.is_recognised for one in run(400, has_effect=False, size=6)]) <= 0.065
    assert np.mean([one.effect.obstacle == Obstacle.TOO_FEW for one in with_effect]) >= 0.95


@pytest.mark.long
def test_the_power_is_about_the_share_that_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect_simulation, "EFFECTS", (1.25,))
    likely = [one.effect for one in run(400, has_effect=True, first=50_000) if 0.3 < one.effect.power < 0.9]
    recognised, power = np.mean([one.is_recognised for one in likely]), np.mean([one.power for one in likely])
    # In a third of the programmes the effect comes about over three months, and is less than the stated one.
    assert 0.7 * power <= recognised <= 1.1 * power


# ---- where nothing can be told


def test_with_one_cohort_and_nobody_untrained_there_is_no_comparison() -> None:
    assert points(panel(), [2] * 12).obstacle == Obstacle.ALL_TRAINED


def test_a_cohort_that_follows_at_once_is_no_comparison() -> None:
    assert points(panel(), [2] * 6 + [3] * 6).obstacle == Obstacle.ALL_TRAINED


@pytest.mark.parametrize("trained", [[None] * 12, [7] * 12, [20] * 12, [7] * 6 + [None] * 6])
def test_before_a_month_after_a_training_is_over_there_is_nothing_to_compare(trained: list[int | None]) -> None:
    assert points(panel(), trained).obstacle == Obstacle.TOO_EARLY


def test_who_was_trained_from_the_first_month_is_neither_trained_nor_compared() -> None:
    assert points(panel(), [0] * 12).obstacle == Obstacle.NO_MONTH_BEFORE
    assert points(panel(), [-3] * 6 + [0] * 6).obstacle == Obstacle.NO_MONTH_BEFORE
    values = panel(16)
    with_early = points(values, [2] * 5 + [None] * 7 + [0] * 2 + [-1] * 2)
    assert with_early == points(values[:12], [2] * 5 + [None] * 7)


def test_few_municipalities_are_too_few() -> None:
    one = points(panel(6), [2, 2, 2, None, None, None])
    assert one.obstacle == Obstacle.TOO_FEW
    assert one.power < 0.8


def test_of_two_against_two_no_effect_can_be_excluded() -> None:
    """Six assignments: none can be as rare as one in twenty."""
    one = points(panel(4), [2, 2, None, None])
    assert (one.low, one.high, one.power) == (-math.inf, math.inf, 0)


def test_an_average_of_two_is_no_verdict_however_clear() -> None:
    generator = np.random.default_rng(2)
    values = (50 + generator.normal(0, 0.01, (60, 8))).tolist()
    one = points(values, [2] * 2 + [None] * 58)
    assert one.power >= 0.8
    assert one.obstacle == Obstacle.TOO_FEW


def test_values_that_are_all_equal_tell_nothing() -> None:
    assert points([[5.0] * 8] * 12, [2] * 6 + [None] * 6).obstacle == Obstacle.NO_VARIATION
    same_step = [[5.0] * 3 + [9.0] * 5] * 6 + [[5.0] * 8] * 6
    assert points(same_step, [2] * 6 + [None] * 6).obstacle == Obstacle.NO_VARIATION


def test_ties_do_not_break_it() -> None:
    generator = np.random.default_rng(9)
    values = generator.integers(0, 2, (20, 8)).astype(float).tolist()
    one = points(values, [2] * 10 + [None] * 10)
    assert 0 < one.p <= 1
    assert one.low < one.high


def test_zeros_are_left_out_and_named_and_many_are_an_obstacle() -> None:
    values = (np.array(panel(24, 8)) + 100).tolist()
    trained = [2] * 12 + [None] * 12
    values[0][4] = 0.0
    one = effect(values, trained, Scale.RATIO, RECOGNISED)
    assert (one.obstacle, one.behind.zeros) == (None, 1)
    for place in range(12):
        values[place][5] = 0.0
    assert effect(values, trained, Scale.RATIO, RECOGNISED).obstacle == Obstacle.ZEROS


def test_missing_months_municipalities_that_left_and_empty_ones() -> None:
    values = panel(24, 8)
    trained = [2] * 12 + [5] * 6 + [None] * 6
    whole = points(values, trained)
    assert points([*values, [None] * 8], [*trained, None]) == whole
    for place in (3, 20):
        values[place][4:] = [None] * 4
    values[0][1] = None  # nothing to compare with
    left = points(values, trained)
    assert left.behind.trained == whole.behind.trained - 1
    assert left.obstacle is None


def test_no_municipality_and_nothing_measured() -> None:
    assert points([], []).obstacle == Obstacle.TOO_EARLY
    assert points([[None] * 8] * 4, [2, 2, None, None]).obstacle == Obstacle.NO_MONTH_BEFORE
