"""Numbers: what we look at and every look (`looks`), the facts of days and months made of them (`facts`), and
what pages over all municipalities read besides (`medians`, `training`); whether a
municipality shares its figures (`sharing`).
"""

from analytics.models.facts import ChannelDay, DailyFact, MonthlyFact, StaleDay, Traits
from analytics.models.looks import Counts, Pull, Subject, Telling
from analytics.models.medians import MonthlyMedian
from analytics.models.sharing import Sharing
from analytics.models.training import TrainingWindow

__all__ = [
    "ChannelDay",
    "Counts",
    "DailyFact",
    "MonthlyFact",
    "MonthlyMedian",
    "Pull",
    "Sharing",
    "StaleDay",
    "Subject",
    "Telling",
    "TrainingWindow",
    "Traits",
]
