"""Input and output of charts: series, texts, marks, and the drawn chart with its table and summary.

Numbers have the format of the interface's language, unless the caller's `ChartTexts` define another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Self

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common import numbers
from common.markup import NOTHING

Number = Callable[[float], str]
Values = Sequence[float | None]


class Figure(str):
    """A figure as a chart's table shows it, with its `value` for programs; None where it is missing."""

    value: float | None

    def __new__(cls, text: str, value: float | None = None) -> Self:
        figure = super().__new__(cls, text)
        figure.value = value
        return figure


def plain(value: float) -> str:
    """Whole figures whole, others as they are: a computed figure gets its rounding from the caller."""
    return numbers.number(int(value) if value == int(value) else round(value, 2))


@dataclass(frozen=True)
class Series:
    """One row of figures. `reasons` says per index why a value is missing; the chart's `gap` stands in elsewhere.

    `muted` is for what one compares with (the period before, the own baseline, the peers' median): grey and dashed.
    """

    name: str
    values: Values
    reasons: dict[int, str] = field(default_factory=dict)
    muted: bool = False


@dataclass(frozen=True)
class Mark:
    """What happened on the way, e.g. a training: a hairline with its name. `at` is an index, 2.5 is between two.

    `broken` says that what is left and right of it must not be compared (a channel was connected to another page).
    `until` is where it ended, if it lasted.
    """

    at: float
    label: str
    broken: bool = False
    until: float | None = None


@dataclass(frozen=True)
class ChartTexts:
    """What a chart cannot know by itself: how numbers are written, what a gap and the first column are called."""

    number: Number = plain
    gap: str = ""
    heading: str = ""
    formula: str = ""

    def remembered(self) -> "ChartTexts":
        """The same, writing each number once: where thousands of them are few different ones."""
        return replace(self, number=lru_cache(maxsize=None)(self.number))

    def missing(self, reason: str = "") -> str:
        return reason or self.gap or _("No value")

    def of(self, series: Series, index: int) -> Figure:
        return self.format_value(series.values[index], series.reasons.get(index, ""))

    def format_value(self, value: float | None, reason: str = "") -> Figure:
        return Figure(self.number(value) if value is not None else self.missing(reason), value)


PLAIN = ChartTexts()
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]  # headings and rows


@dataclass(frozen=True)
class Chart:
    """A drawn chart with its texts and table; `{% chart %}` prints all of it.

    - `svg` is the picture for wide rooms and for paper, `narrow` the same one for a telephone (nothing where one does).
    - `headings` and `rows` are the table beside it: each figure as a `Figure`, a gap with its reason.
    - `summary` says in a sentence or two what the eye takes from the picture; it is the picture's text alternative.
    - `legend` pairs a name with a small SVG sample; it is empty for one series, whose name is the title.
    - `is_labelled`: the wide picture names its series itself, so that the legend is for the narrow one alone.
    """

    title: str
    svg: SafeString
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, SafeString], ...] = ()
    formula: str = ""
    summary: str = ""
    narrow: SafeString = NOTHING
    is_labelled: bool = False


def summary(series: Sequence[Series], labels: Sequence[str], texts: ChartTexts, marks: Sequence[Mark] = ()) -> str:
    """Range and last figure of each series, how many are missing, and what happened when."""
    sentences = [_describe_series(row, labels, texts) for row in series]
    for mark in marks:
        where = labels[min(max(round(mark.at), 0), len(labels) - 1)] if labels else ""
        sentences.append(pgettext("mark of a chart", "%(when)s: %(what)s.") % {"when": where, "what": mark.label})
    return " ".join(sentences)


def describe_ends(labels: Sequence[str], values: Values, texts: ChartTexts) -> str:
    """Of places side by side: which is highest, which lowest, how many are missing."""
    present = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
    if not present:
        return f"{texts.missing()}."
    lowest, highest = min(present, key=lambda pair: pair[0]), max(present, key=lambda pair: pair[0])
    description = _("Highest: %(highest)s (%(most)s). Lowest: %(lowest)s (%(least)s).") % {
        "highest": highest[1],
        "most": texts.number(highest[0]),
        "lowest": lowest[1],
        "least": texts.number(lowest[0]),
    }
    missing = len(values) - len(present)
    return description if not missing else f"{description} {_describe_missing(missing)}"


def _describe_series(series: Series, labels: Sequence[str], texts: ChartTexts) -> str:
    present = [(value, index) for index, value in enumerate(series.values) if value is not None]
    if not present:
        return f"{series.name}: {texts.missing()}."
    lowest, highest, last = min(present), max(present), max(present, key=lambda pair: pair[1])
    parts = {"name": series.name, "last": texts.number(last[0]), "last_at": labels[last[1]]}
    if lowest[0] == highest[0]:
        text = _("%(name)s: always %(last)s.") if len(present) > 1 else _("%(name)s: %(last)s (%(last_at)s).")
        description = text % parts
    else:
        description = _describe_range(parts, lowest, highest, labels, texts)
    missing = len(series.values) - len(present)
    return description if not missing else f"{description} {_describe_missing(missing)}"


def _describe_range(
    parts: dict[str, str],
    lowest: tuple[float, int],
    highest: tuple[float, int],
    labels: Sequence[str],
    texts: ChartTexts,
) -> str:
    ends = {
        "lowest": texts.number(lowest[0]),
        "lowest_at": labels[lowest[1]],
        "highest": texts.number(highest[0]),
        "highest_at": labels[highest[1]],
    }
    description = _(
        "%(name)s: lowest %(lowest)s (%(lowest_at)s), highest %(highest)s (%(highest_at)s), "
        "last %(last)s (%(last_at)s)."
    )
    return description % (parts | ends)


def _describe_missing(count: int) -> str:
    return ngettext("%(count)s value is missing.", "%(count)s values are missing.", count) % {"count": count}


def checked(labels: Sequence[str], series: Sequence[Series]) -> None:
    for row in series:
        if len(row.values) != len(labels):
            raise ValueError(f"{row.name!r} has {len(row.values)} values for {len(labels)} labels.")
