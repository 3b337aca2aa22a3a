"""Whether a value of an indicator, measured or frozen, is of enough data to be judged. Pure; only this module decides.

What is of too little is shown and marked. Nothing is computed from it: it enters no median, is no start of a line to a
target, and no change is counted against it. The board, pages, charts, reports and exports ask here.
"""

from collections.abc import Iterable

from analytics.logframe import FEW_PLACES, INDICATORS
from analytics.models import Baseline, MunicipalityBaseline

# In the `quality` of a programme's baseline: how many municipalities' values were of too little to enter its median.
LEFT_OUT = "left_out"


def needed(code: str) -> int:
    """How many posts, questions … a value takes; 0 for an indicator whose values people enter."""
    return INDICATORS[code].least if code in INDICATORS else 0


def is_enough(code: str, value: float | None, n: int) -> bool:
    """Of nothing counted a value is exact where there is one: no posts are no interactions."""
    return value is not None and (n == 0 or n >= needed(code))


def is_frozen_of_enough(code: str, row: MunicipalityBaseline) -> bool:
    return is_sound(code, row.value, row.n, row.few_because)


def is_sound(code: str, value: float, n: int, few_because: str) -> bool:
    """The columns of a frozen row. One that somebody had to explain stays marked, also if less is needed one day."""
    return not few_because and is_enough(code, value, n)


def is_median_of_enough(row: Baseline, entered: Iterable[MunicipalityBaseline], code: str) -> bool:
    """Whether the programme's frozen value is a median of values of enough data. `entered`: the baselines of its
    municipalities. A median frozen before the rule does not name what was left out; it counts if each of the values
    that it can have been taken of is of enough data."""
    if code not in INDICATORS or LEFT_OUT in row.quality:
        return True
    of_then = [frozen for frozen in entered if frozen.frozen_at <= row.frozen_at]
    return row.n >= FEW_PLACES and all(is_frozen_of_enough(code, frozen) for frozen in of_then)
