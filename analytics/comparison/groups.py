"""Groups of municipalities: which one belongs where, what a group shows, and what has to be suppressed.

A group shows its median and its size, never a sum, and nothing if it has fewer than `SMALLEST_GROUP` members. To keep a
suppressed group from being derived (all together minus the others), a single small group takes the next smallest along.
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
    """The groups to suppress, given the size of each.

    These are all groups smaller than `minimum`. While only one is suppressed, or the suppressed groups together have
    fewer than `minimum` municipalities, the next smallest is added; otherwise it could be derived from the rest.
    """
    order = sorted((key for key, count in counts.items() if count), key=lambda key: (counts[key], key))
    small = [key for key in order if counts[key] < minimum]
    for key in order[len(small) :]:
        if not small or (len(small) > 1 and sum(counts[group] for group in small) >= minimum):
            break
        small.append(key)
    return frozenset(small)


@dataclass(frozen=True)
class Middle:
    """The median of some municipalities; None where too few of them have a value."""

    value: float | None
    n: int


def middle(values: Iterable[float | None], minimum: int) -> Middle:
    known = [value for value in values if value is not None]
    return Middle(median(known) if known and len(known) >= minimum else None, len(known))


@dataclass(frozen=True)
class Group(Generic[Member]):
    """`members` is empty and `is_hidden` true where the group is too small to be shown."""

    key: str
    label: LazyText
    count: int
    members: Sequence[Member]
    is_hidden: bool


def grouped(members: Iterable[tuple[str, Member]], labels: Mapping[str, LazyText], minimum: int) -> list[Group[Member]]:
    """Groups in the order of `labels`, those without members left out."""
    by_key: dict[str, list[Member]] = {key: [] for key in labels}
    for key, member in members:
        by_key[key].append(member)
    small = hidden({key: len(those) for key, those in by_key.items()}, minimum)
    return [
        Group(key, labels[key], len(those), [] if key in small else those, key in small)
        for key, those in by_key.items()
        if those
    ]
