"""The effect of a training, compared with municipalities that are not trained yet. Pure; docs/training-effect.md
explains the method in plain words.

*Estimate*: group-time average treatment effects of Callaway and Sant'Anna (2021,
https://doi.org/10.1016/j.jeconom.2020.12.001) with those not yet trained as comparison. A cell is a cohort (trained in
the same month) and one of the months after its training. In each, the change since the last month before the training
is compared with the change of all who are not trained by the end of that month. The cells are averaged, each counted as
often as it has trained municipalities (their "simple" aggregation).

*Test and interval*: randomisation inference. Training months are permuted between the municipalities, and a studentised
statistic, with a variance clustered by municipality, is compared with its value under all of these assignments. For the
interval the test is inverted: it holds the effects that the test does not reject.

numpy is imported where it is needed: it would take some 30 MB of each process.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Values = Sequence[Sequence[float | None]]
# Months after the month of the training: those of the mentoring. The month of the training itself is before for some of
# its days and after for the others, and enters no cell.
FIRST_AFTER, LAST_AFTER = 1, 3
# In the month of a training its effect is taken to have been there for half of the month. Only the interval needs this,
# where training months are permuted: the month of one is then before or after the training of another.
SHARE_OF_ITS_MONTH = 0.5
LEVEL = 0.05
ENOUGH_POWER = 0.8
# All assignments where there are no more of them, else so many drawn ones. The seed is fixed: a page reads the same
# whenever it is opened.
MOST_ENUMERATED, DRAWN, SEED = 2000, 999, 20261130
# Of all measured months; with more zeros than these, those that are left out would decide on the result.
MOST_ZEROS = 0.05
# Trained municipalities, and untrained ones, that a verdict takes: an average of fewer depends on single ones.
FEWEST = 3
# How far from the estimate the interval's ends are looked for, in standard errors: closely at first, then in growing
# steps up to about 400. An effect that is not rejected even there has no limit.
DISTANCES = (*(0.25 * n for n in range(25)), *(6 * 1.3**n for n in range(1, 17)))
TOLERANCE = 1e-9


class Scale(StrEnum):
    RATIO = "ratio"  # compared as logarithms: an effect is a factor
    POINTS = "points"  # compared as they are: an effect is a difference


class Obstacle(StrEnum):
    """Why an effect cannot be told, in the order in which it is checked."""

    TOO_EARLY = "too early"  # no training has a month after it
    NO_MONTH_BEFORE = "no month before"  # no trained municipality was measured in the month before and after
    ALL_TRAINED = "all trained"  # nobody to compare with
    ZEROS = "zeros"  # too many values are 0, and 0 has no logarithm
    NO_VARIATION = "no variation"  # not even between municipalities
    TOO_FEW = "too few"  # the power is below ENOUGH_POWER, or municipalities of one side are fewer than FEWEST


@dataclass(frozen=True)
class Behind:
    """What an estimate is made from. `untrained` are all that served as comparison; with several cohorts a municipality
    can do so before its own training, and be among `trained` after it."""

    trained: int = 0
    untrained: int = 0
    municipalities: int = 0
    months: int = 0
    zeros: int = 0  # months left out because their value is 0


@dataclass(frozen=True)
class Effect:
    """All effects are on the scale of the comparison: a difference of logarithms, or of values (`Scale`).

    `low` and `high` are minus and plus infinity where no effect can be excluded. `power` is the probability with which
    an effect of `recognised` would be recognised; `smallest` the smallest one that has `ENOUGH_POWER`, None where none
    up to ten times the standard error has.
    """

    obstacle: Obstacle | None
    behind: Behind
    estimate: float = math.nan
    error: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    p: float = math.nan
    power: float = 0.0
    smallest: float | None = None

    @property
    def is_recognised(self) -> bool:
        return self.p <= LEVEL and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Cell:
    """One cohort in one month after its training, by indexes of months."""

    training: int
    base: int
    month: int


def effect(
    values: Values,
    trained: Sequence[int | None],
    scale: Scale,
    recognised: float,
    *,
    after: tuple[int, int] = (FIRST_AFTER, LAST_AFTER),
) -> Effect:
    """The effect of the training.

    `values`: by municipality and month, None where nothing was measured. `trained`: of each municipality the index of
    the month of its first training; None, or beyond the last month: not trained yet; negative: before the first month.
    `recognised`: the effect, on the scale, whose power decides whether a verdict is given.
    """
    import numpy as np

    months = len(values[0]) if values else 0
    panel, zeros = _panel(values, scale)
    never = months + after[1]  # later than every month of the panel
    # Somebody trained before a month was measured has no change and serves as no comparison.
    usable = [i for i, month in enumerate(trained) if (month is None or month >= 1) and np.isfinite(panel[i]).any()]
    panel = panel[usable]
    labels = np.array([never if (month := trained[i]) is None else min(month, never) for i in usable], dtype=np.int64)
    if not any(month is not None and month + after[0] < months for month in trained):
        return Effect(Obstacle.TOO_EARLY, Behind())
    cells = list(_cells(labels.tolist(), months, after))
    kept = [cell for cell in cells if _measured(panel, cell)[labels == cell.training].any()]
    if not kept:
        return Effect(Obstacle.NO_MONTH_BEFORE, Behind())
    behind = _behind(panel, labels, kept, zeros)
    if not behind.untrained:
        return Effect(Obstacle.ALL_TRAINED, behind)
    if zeros > MOST_ZEROS * (np.isfinite(panel).sum() + zeros):
        return Effect(Obstacle.ZEROS, behind)
    return _inference(panel, labels, cells, behind, recognised)


def _panel(values: Values, scale: Scale) -> "tuple[Floats, int]":
    """Values on the scale, NaN where there is none, and how many were left out because they are 0 (or below it)."""
    import numpy as np

    panel = np.array([[math.nan if value is None else value for value in row] for row in values], dtype=np.float64)
    if scale != Scale.RATIO:
        return panel, 0
    is_zero = panel <= 0
    panel[is_zero] = math.nan
    return np.log(panel), int(is_zero.sum())


def _cells(labels: Sequence[int], months: int, after: tuple[int, int]) -> Iterator[Cell]:
    for training in sorted(set(labels)):
        for month in range(training + after[0], min(training + after[1], months - 1) + 1):
            yield Cell(training, training - 1, month)


def _measured(panel: "Floats", cell: Cell) -> "NDArray[np.bool_]":
    import numpy as np

    is_measured: NDArray[np.bool_] = np.isfinite(panel[:, cell.month] - panel[:, cell.base])
    return is_measured


def _behind(panel: "Floats", labels: "NDArray[np.int64]", cells: Sequence[Cell], zeros: int) -> Behind:
    trained: set[int] = set()
    untrained: set[int] = set()
    months: set[int] = set()
    for cell in cells:
        is_measured = _measured(panel, cell)
        here = (is_measured & (labels == cell.training)).nonzero()[0].tolist()
        there = (is_measured & (labels > cell.month)).nonzero()[0].tolist()
        if here and there:
            trained.update(here)
            untrained.update(there)
            months.update((cell.base, cell.month))
    return Behind(len(trained), len(untrained), len(trained | untrained), len(months), zeros)


@dataclass(frozen=True)
class Statistics:
    """Of each assignment (rows): the estimate, and the sums that its clustered variance consists of, of the values and
    of the exposure to the training that is subtracted from them. Those of values minus `effect` times the exposure are
    a polynomial of the effect, so one pass through the assignments does for all effects.
    """

    value: "Floats"
    exposure: "Floats"
    value_squares: "Floats"
    products: "Floats"
    exposure_squares: "Floats"

    def estimates(self, effect: float) -> "Floats":
        return self.value - effect * self.exposure

    def errors(self, effect: float) -> "Floats":
        import numpy as np

        variance = self.value_squares - 2 * effect * self.products + effect * effect * self.exposure_squares
        return np.sqrt(np.maximum(variance, 0.0))

    def t(self, effect: float, added: float = 0.0) -> "Floats":
        """Absolute values. Where nothing varies it is infinite: the assignment then counts as at least as extreme."""
        import numpy as np

        errors = self.errors(effect)
        estimates = np.abs(self.estimates(effect) + added)
        tiny = TOLERANCE * (1 + np.abs(self.value))
        is_defined = np.isfinite(errors) & (errors > tiny)
        return np.where(is_defined, estimates / np.where(is_defined, errors, 1.0), np.inf)

    def p(self, effect: float) -> float:
        """Of the hypothesis that this is the effect. The first row is the assignment that happened."""
        t = self.t(effect)
        return float((t >= t[0] - TOLERANCE).mean())


def _inference(
    panel: "Floats", labels: "NDArray[np.int64]", cells: Sequence[Cell], behind: Behind, recognised: float
) -> Effect:
    statistics = statistics_of(panel, labels, assignments(labels), cells)
    estimate, error = float(statistics.value[0]), float(statistics.errors(0)[0])
    if not error > TOLERANCE * (1 + abs(estimate)):
        return Effect(Obstacle.NO_VARIATION, behind, estimate)
    low, high = _interval(statistics, estimate, error)

    def power(effect: float) -> float:
        return _power(statistics, estimate, effect)

    has_power = power(recognised)
    is_enough = has_power >= ENOUGH_POWER and min(behind.trained, behind.untrained) >= FEWEST
    return Effect(
        None if is_enough else Obstacle.TOO_FEW,
        behind,
        estimate,
        error,
        low,
        high,
        statistics.p(0.0),
        has_power,
        _smallest(power, 10 * error),
    )


def assignments(labels: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Rows of training months by municipality: first those that happened, then all others, or a random choice."""
    import numpy as np

    sizes = [int((labels == label).sum()) for label in sorted(set(labels.tolist()))]
    count = math.factorial(len(labels))
    for size in sizes:
        count //= math.factorial(size)
    if count <= MOST_ENUMERATED:
        happened = tuple(labels.tolist())
        others = [row for row in _arrangements(sorted(happened)) if row != happened]
        return np.array([happened, *others], dtype=np.int64)
    generator = np.random.default_rng(SEED)
    drawn = generator.permuted(np.tile(labels, (DRAWN, 1)), axis=1)
    return np.vstack([labels[None, :], drawn])


def _arrangements(labels: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Distinct orders of the labels."""
    if not labels:
        yield ()
    for label in sorted(set(labels)):
        at = labels.index(label)
        for rest in _arrangements([*labels[:at], *labels[at + 1 :]]):
            yield (label, *rest)


def exposures(labels: "NDArray[np.int64]", months: int, of_its_month: float) -> "Floats":
    """By municipality and month: 0 before the training, 1 after it, `of_its_month` in its month."""
    import numpy as np

    month = np.arange(months)[None, :]
    training = labels[:, None]
    return (month > training) + of_its_month * (month == training)


def statistics_of(
    panel: "Floats", labels: "NDArray[np.int64]", rows: "NDArray[np.int64]", cells: Sequence[Cell]
) -> Statistics:
    """`panel`: municipalities × months. `rows`: assignments × municipalities."""
    import numpy as np

    # Where the month of a training is a cell itself, it is wholly after it.
    is_cell = any(cell.month == cell.training for cell in cells)
    exposure = exposures(labels, panel.shape[1], 1.0 if is_cell else SHARE_OF_ITS_MONTH)
    total = np.zeros(len(rows))  # municipalities of all cells
    sums = [np.zeros(len(rows)), np.zeros(len(rows))]
    # What each municipality contributes to the deviation of the estimate: its influence. Its sum over the months keeps
    # what the months of a municipality have in common.
    influences = [np.zeros(rows.shape), np.zeros(rows.shape)]
    for cell in cells:
        is_measured = _measured(panel, cell)
        here = ((rows == cell.training) & is_measured).astype(np.float64)
        there = ((rows > cell.month) & is_measured).astype(np.float64)
        n_here, n_there = here.sum(axis=1), there.sum(axis=1)
        is_valid = (n_here > 0) & (n_there > 0)
        n_here *= is_valid
        total += n_here
        share_here, share_there = np.maximum(n_here, 1), np.maximum(n_there, 1)
        # As the sample variance has n − 1.
        factor_here = np.sqrt(share_here / np.maximum(share_here - 1, 1)) * is_valid
        factor_there = np.sqrt(share_there / np.maximum(share_there - 1, 1)) * n_here / share_there
        for kind, outcome in enumerate((panel, exposure)):
            change = np.where(is_measured, outcome[:, cell.month] - outcome[:, cell.base], 0.0)
            mean_here, mean_there = here @ change / share_here, there @ change / share_there
            sums[kind] += n_here * (mean_here - mean_there)
            influences[kind] += here * factor_here[:, None] * (change - mean_here[:, None])
            influences[kind] -= there * factor_there[:, None] * (change - mean_there[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        value, of_exposure = (summed / total for summed in sums)
        by_value, by_exposure = (influence / total[:, None] for influence in influences)
    return Statistics(
        value,
        of_exposure,
        np.einsum("ij,ij->i", by_value, by_value),
        np.einsum("ij,ij->i", by_value, by_exposure),
        np.einsum("ij,ij->i", by_exposure, by_exposure),
    )


def _interval(statistics: Statistics, estimate: float, error: float) -> tuple[float, float]:
    """From the smallest to the largest effect that the test does not reject."""

    def edge(sign: int) -> float:
        def is_kept(distance: float) -> bool:
            return statistics.p(estimate + sign * distance * error) > LEVEL

        # Rejected effects need not be one stretch: the outermost one that is kept counts.
        last = max(n for n, distance in enumerate(DISTANCES) if is_kept(distance))  # the estimate itself is kept
        if last == len(DISTANCES) - 1:
            return sign * math.inf
        inside, outside = DISTANCES[last : last + 2]
        for _ in range(20):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if is_kept(middle) else (inside, middle)
        return estimate + sign * outside * error

    return edge(-1), edge(1)


def _power(statistics: Statistics, estimate: float, effect: float) -> float:
    """The share of assignments in which an effect would be recognised, had it been there: values without the estimated
    effect, each assignment in turn as the one that happened, with the effect added to what was trained in it. The test
    would compare with assignments of values that hold the effect, so the limit is taken from those.
    """
    import numpy as np

    under_effect = np.sort(statistics.t(estimate - effect))
    allowed = math.floor(LEVEL * len(under_effect) + TOLERANCE)
    if not allowed:
        return 0.0
    t = statistics.t(estimate, added=effect)
    return float((np.isfinite(t) & (t >= under_effect[-allowed] - TOLERANCE)).mean())


def _smallest(power: Callable[[float], float], most: float) -> float | None:
    steps = [most * n / 40 for n in range(41)]
    for below, above in pairwise(steps):
        if power(above) >= ENOUGH_POWER:
            low, high = below, above
            for _ in range(12):
                middle = (low + high) / 2
                low, high = (low, middle) if power(middle) >= ENOUGH_POWER else (middle, high)
            return high
    return None


def in_per_cent(effect: float) -> float:
    """Of an effect as a difference of logarithms."""
    return math.expm1(effect) * 100
