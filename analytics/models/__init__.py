"""Numbers: what we look at and every look (`looks`), the facts of days and months made of them (`facts`), and what a
programme follows (`indicators`).
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
from analytics.models.looks import Counts, Pull, Subject

__all__ = [
    "AccessCheck",
    "Baseline",
    "ChannelDay",
    "Counts",
    "DailyFact",
    "IndicatorValue",
    "ManualValue",
    "MonthlyFact",
    "PlaceBaseline",
    "PlaceTarget",
    "PlaceValue",
    "ProgrammeIndicator",
    "Pull",
    "StaleDay",
    "Subject",
    "Target",
    "Traits",
]
