"""The tables of all subjects: what is polled and every answer (`ingestion`), the facts of days and months made of them
(`rollups`), what layers above count by day (`daily_counts`), imports of numbers from before (`history`), what the
comparison reads besides and who shares (`comparison`), and what a programme follows (`indicators`).
"""

from analytics.models.comparison import Sharing, TrainingWindow
from analytics.models.daily_counts import StaleTally, Tally
from analytics.models.history import PastImport
from analytics.models.indicators import (
    AccessCheck,
    Baseline,
    IndicatorValue,
    ManualValue,
    PlaceBaseline,
    PlaceTarget,
    PlaceValue,
    ProgrammeIndicator,
    Target,
)
from analytics.models.ingestion import Counts, Pull, Subject, Telling
from analytics.models.rollups import ChannelDay, DailyFact, MonthlyFact, MonthlyMedian, StaleDay, Traits

__all__ = [
    "AccessCheck",
    "Baseline",
    "ChannelDay",
    "Counts",
    "DailyFact",
    "IndicatorValue",
    "ManualValue",
    "MonthlyFact",
    "MonthlyMedian",
    "PastImport",
    "PlaceBaseline",
    "PlaceTarget",
    "PlaceValue",
    "ProgrammeIndicator",
    "Pull",
    "Sharing",
    "StaleDay",
    "StaleTally",
    "Subject",
    "Tally",
    "Target",
    "Telling",
    "TrainingWindow",
    "Traits",
]
