"""Reading counts of days: indicators of some days, and the figures of one municipality by week and by month.

The scope of the municipalities is open; one query each, however many municipalities and days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
            hours[pk] += [each / 60 for each in minutes]
        return _none(places, nothing) | {pk: Measured(median(each), len(each)) for pk, each in hours.items() if each}

    return measure


def _days(code: str, places: Sequence[Any], first: date, last: date) -> QuerySet[Any]:
    ids = [place.pk for place in places]
    return Tally.objects.filter(municipality__in=ids, code=code, day__gte=first, day__lte=last)


def _none(places: Sequence[Any], nothing: str) -> dict[int, Measured]:
    return {place.pk: Measured(None, 0, nothing) for place in places}
