"""Numbers: what we look at and every look (`looks`), the facts of days and months made of them (`facts`), what pages
over all municipalities read besides (`medians`, `training`), what floors above count by day (`tallies`), whether a
municipality shares its figures (`sharing`), and what a programme follows (`indicators`).
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
