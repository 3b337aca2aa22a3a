"""Models of all subjects: what is polled and every snapshot (`ingestion`), facts by day and month built from them
(`rollups`), daily counts of higher packages (`daily_counts`), imports of history (`history`), figures and sharing for
the comparison (`comparison`), what a programme follows (`indicators`), and events on charts (`annotations`).
"""

from analytics.models.annotations import MunicipalityAnnotation, ProgrammeAnnotation
from analytics.models.comparison import Sharing, TrainingWindow
from analytics.models.daily_counts import DirtyTally, Tally
from analytics.models.history import HistoryImport
from analytics.models.indicators import (
    AccessCheck,
    Baseline,
    IndicatorValue,
    ManualValue,
    MunicipalityBaseline,
    MunicipalityTarget,
    MunicipalityValue,
    ProgrammeIndicator,
    Target,
)
from analytics.models.ingestion import Counts, MetricCoverage, MetricSnapshot, Subject
from analytics.models.rollups import ChannelDay, DailyFact, DirtyDay, MonthlyFact, MonthlyMedian, Traits

__all__ = [
    "AccessCheck",
    "Baseline",
    "ChannelDay",
    "Counts",
    "DailyFact",
    "DirtyDay",
    "DirtyTally",
    "HistoryImport",
    "IndicatorValue",
    "ManualValue",
    "MetricCoverage",
    "MetricSnapshot",
    "MonthlyFact",
    "MonthlyMedian",
    "MunicipalityAnnotation",
    "MunicipalityBaseline",
    "MunicipalityTarget",
    "MunicipalityValue",
    "ProgrammeAnnotation",
    "ProgrammeIndicator",
    "Sharing",
    "Subject",
    "Tally",
    "Target",
    "TrainingWindow",
    "Traits",
]
