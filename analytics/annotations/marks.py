"""Events as marks of charts over time, and as the list in words below them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from analytics.annotations.queries import Event
from analytics.enums import AnnotationKind
from analytics.periods import Stretches
from common import charts
from common.dates import short_date

# More names than these would be higher than the chart; the list has all.
MOST_MARKS = 6
# Letters of a name that has room on a telephone to the left or the right of its line.
LONGEST = 20


def position(day: date, axis: Stretches) -> float | None:
    """Position of a day on an axis; the point of a stretch is at its middle. None: the day is not on it."""
    for index, (first, last) in enumerate(zip(axis.firsts, axis.lasts, strict=True)):
        if first <= day <= last:
            length = (last - first).days + 1
            return min(max(index + ((day - first).days + 0.5) / length - 0.5, 0), len(axis) - 1)
    return None


def marks(events: Sequence[Event], axis: Stretches) -> list[charts.Mark]:
    """Of the latest ones, where they lie on the axis; what began before it begins at its edge."""
    drawn = []
    for event in events[-MOST_MARKS:]:
        first, last = max(event.first, axis.firsts[0]), min(event.last, axis.lasts[-1])
        at, until = position(first, axis), position(last, axis)
        if at is not None and until is not None:
            drawn.append(charts.Mark(at, _short(event.text), until=until if until > at else None))
    return drawn


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def listed(events: Iterable[Event], *, slug: str = "", of_programme: bool = False) -> list[dict[str, Any]]:
    """For the template. `slug`: of the municipality whose own events the reader may change; `of_programme`: the page is
    the programme's, whose staff may change its events."""
    entries = []
    for event in events:
        edit = ""
        if event.is_shared and of_programme:
            edit = reverse("programme_annotation", args=[event.pk])
        elif slug and not event.is_shared:
            edit = reverse("annotation", args=[slug, event.pk])
        days = " – ".join(dict.fromkeys((short_date(event.first), short_date(event.last))))
        kind, is_shared = AnnotationKind(event.kind).label, event.is_shared and not of_programme
        entries.append({"text": event.text, "days": days, "kind": kind, "is_shared": is_shared, "edit": edit})
    return entries
