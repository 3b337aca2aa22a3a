"""The actual values of municipalities over any reporting period, measured now; those of the last 28 days are kept ready
(`analytics.indicators.domain.measure`).

Measuring many months of many municipalities takes seconds, so pages keep the values for some minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from analytics.indicators.queries.measurements import measure
from analytics.indicators.sufficiency import is_enough
from analytics.logframe import Measured
from analytics.reporting_period import ReportingPeriod
from common import optional_cache
from municipalities.models import Municipality

KEPT_SECONDS = 600


@dataclass(frozen=True)
class ActualValues:
    """`values`: code → municipality id → value, measured over the days `first` to `last`. `places`: ids of the
    municipalities; `made_at`: the time of measuring."""

    places: frozenset[int]
    values: Mapping[str, Mapping[int, Measured]]
    first: date
    last: date
    made_at: datetime

    def enough(self, code: str) -> list[float]:
        """The values that enter a median."""
        rows = self.values.get(code, {}).values()
        return [row.value for row in rows if row.value is not None and is_enough(code, row.value, row.n)]


def actual_values(
    places: Sequence[Municipality], period: ReportingPeriod, only: str = "", *, kept: bool = True
) -> ActualValues:
    """Of all codes, or of one; in the scope of these municipalities. `kept`: values measured some minutes ago will do;
    a report measures its own. Seven queries, and those of the layers above; none where the values are kept."""
    ids = frozenset(place.pk for place in places)
    key = f"actual-values:{period.first}:{period.last}:{only}:{len(ids)}:{min(ids, default=0)}"
    earlier = optional_cache.read(key) if kept else None
    if isinstance(earlier, ActualValues) and earlier.places == ids:
        return earlier
    measured = measure(places, period.first, period.last, only)
    values = ActualValues(ids, measured, period.first, period.last, timezone.now())
    optional_cache.write(key, values, KEPT_SECONDS)
    return values
