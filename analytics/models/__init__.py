"""Numbers: what we look at and every look (`looks`), and the facts of days and months made of them (`facts`)."""

from analytics.models.facts import ChannelDay, DailyFact, MonthlyFact, StaleDay, Traits
from analytics.models.looks import Counts, Pull, Subject, Telling
from analytics.models.past import PastImport

__all__ = [
    "ChannelDay",
    "Counts",
    "DailyFact",
    "MonthlyFact",
    "PastImport",
    "Pull",
    "StaleDay",
    "Subject",
    "Telling",
    "Traits",
]
