"""Municipalities in groups: which one belongs where, what a group says, and what must stay unsaid.

A group says its median and of how many; never a sum, and nothing of fewer than `SMALLEST_GROUP`. So that what is left
out cannot be found from what is shown (all together minus the others), a single small group takes the next smallest
with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText

Member = TypeVar("Member")


class Size(StrEnum):
    """Size classes of `domain.md`; the pilots run from 11 to 171 thousand and must not be compared as one."""

    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"
    UNKNOWN = "unknown"


SIZES: dict[Size, LazyText] = {
    Size.SMALL: _("Under 20,000 inhabitants"),
    Size.MIDDLE: _("20,000 to 100,000 inhabitants"),
    Size.LARGE: _("Over 100,000 inhabitants"),
    Size.UNKNOWN: _("Population not entered"),
}
MIDDLE_FROM, MIDDLE_TO = 20_000, 100_000


def size(population: int | None) -> Size:
    """Both 20,000 and 100,000 are in the middle."""
    if not population:
        return Size.UNKNOWN
    if population < MIDDLE_FROM:
        return Size.SMALL
    return Size.MIDDLE if population <= MIDDLE_TO else Size.LARGE


def hidden(counts: Mapping[str, int], minimum: int) -> frozenset[str]:
    """The groups of which nothing is said, given how many are in each.

    All that are smaller than `minimum`; and as long as only one is hidden, or fewer than `minimum` municipalities are
    hidden together, the next smallest too: else the rest of all would be told.
    """
    order = sorted((key for key, count in counts.items() if count), key=lambda key: (counts[key], key))
    small = [key for key in order if counts[key] < minimum]
    for key in order[len(small) :]:
        if not small or (len(small) > 1 and sum(counts[each] for each in small) >= minimum):
            break
        small.append(key)
    return frozenset(small)


@dataclass(frozen=True)
class Middle:
    """The median of what some municipalities told; None where too few of them did."""

    value: float | None
    n: int


def middle(values: Iterable[float | None], minimum: int) -> Middle:
    known = [value for value in values if value is not None]
    return Middle(median(known) if known and len(known) >= minimum else None, len(known))


@dataclass(frozen=True)
class Group(Generic[Member]):
    """`members` is empty and `is_hidden` true where the group is too small to be told."""

    key: str
    label: LazyText
    count: int
    members: Sequence[Member]
    is_hidden: bool


def grouped(members: Iterable[tuple[str, Member]], labels: Mapping[str, LazyText], minimum: int) -> list[Group[Member]]:
    """Groups in the order of `labels`, those without members left out."""
    found: dict[str, list[Member]] = {key: [] for key in labels}
    for key, member in members:
        found[key].append(member)
    small = hidden({key: len(those) for key, those in found.items()}, minimum)
    return [
        Group(key, labels[key], len(those), [] if key in small else those, key in small)
        for key, those in found.items()
        if those
    ]
