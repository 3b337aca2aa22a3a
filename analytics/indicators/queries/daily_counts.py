"""Reads daily counts: indicators over some days, and the figures of one municipality by week and by month.

Runs within the scope of the municipalities; one query each, for any number of municipalities and days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.db.models import QuerySet, Sum

from analytics.logframe import Measure, Measured
from analytics.models import Tally


def share(code: str, nothing: str) -> Measure:
    """How a code is measured that is a share; `nothing`: the word of `WHY` for days without any."""

    def measure(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
        rows = _days(code, places, first, last).order_by().values("municipality")
        summed = rows.annotate(counts=Sum("counted"), kept=Sum("met"))
        return _none(places, nothing) | {
            row["municipality"]: Measured(row["kept"] * 100 / row["counts"], row["counts"])
            for row in summed
            if row["counts"]
        }

    return measure


def median_hours(code: str, nothing: str) -> Measure:
    """How a code is measured that is the median of working hours."""

    def measure(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
        hours: dict[int, list[float]] = defaultdict(list)
        for pk, minutes in _days(code, places, first, last).values_list("municipality", "minutes"):
            hours[pk] += [minute / 60 for minute in minutes]
        return _none(places, nothing) | {
            pk: Measured(median(values), len(values)) for pk, values in hours.items() if values
        }

    return measure


def _days(code: str, places: Sequence[Any], first: date, last: date) -> QuerySet[Any]:
    ids = [place.pk for place in places]
    return Tally.objects.filter(municipality__in=ids, code=code, day__gte=first, day__lte=last)


def _none(places: Sequence[Any], nothing: str) -> dict[int, Measured]:
    return {place.pk: Measured(None, 0, nothing) for place in places}


# ---------------------------------------------------------------- one municipality


@dataclass
class Span:
    """What was counted from `first` to `last`, both included. Shares in per cent; None where there was nothing."""

    first: date
    last: date
    asked: int = 0
    in_time: int = 0
    heard: int = 0
    answered: int = 0
    minutes: list[int] = field(default_factory=list)

    @property
    def share_in_time(self) -> float | None:
        return self.in_time * 100 / self.asked if self.asked else None

    @property
    def hours(self) -> float | None:
        """The median of the working hours to the first answer."""
        return median(self.minutes) / 60 if self.minutes else None

    @property
    def share_told(self) -> float | None:
        return self.answered * 100 / self.heard if self.heard else None

    @property
    def is_empty(self) -> bool:
        return not (self.asked or self.heard or self.minutes)

    def add(self, row: Tally) -> None:
        if row.code == "OC3":
            self.asked, self.in_time = self.asked + row.counted, self.in_time + row.met
        elif row.code == "OC4":
            self.minutes += row.minutes
        elif row.code == "OC6":
            self.heard, self.answered = self.heard + row.counted, self.answered + row.met


def spans(edges: Sequence[tuple[date, date]]) -> list[Span]:
    """The open scope's questions and needs in each of these stretches of days, which follow each other."""
    spans = [Span(first, last) for first, last in edges]
    if not spans:
        return []
    rows = Tally.objects.filter(code__in=["OC3", "OC4", "OC6"], day__gte=spans[0].first, day__lte=spans[-1].last)
    for row in rows:
        for span in spans:
            if span.first <= row.day <= span.last:
                span.add(row)
    return spans
