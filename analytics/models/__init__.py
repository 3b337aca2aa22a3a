"""Numbers: what we look at and every look (`looks`), the facts of days and months made of them (`facts`), what pages
over all municipalities read besides (`medians`, `training`), what floors above count by day (`tallies`), whether a
municipality shares its figures (`sharing`), and what a programme follows (`indicators`).
"""

from analytics.models.facts import ChannelDay, DailyFact, MonthlyFact, StaleDay, Traits
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
from analytics.models.looks import Counts, Pull, Subject, Telling
from analytics.models.medians import MonthlyMedian
from analytics.models.past import PastImport
from analytics.models.sharing import Sharing
from analytics.models.tallies import StaleTally, Tally
from analytics.models.training import TrainingWindow

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
