"""The tables: the rubric and what is said by it, and plans with what shows that they were followed."""

from mentoring.models.plans import Activity, ActivityKind, Change, Evidence, Plan
from mentoring.models.rubric import Absence, Criterion, Feedback, Handover, PerformanceNotice, Score

__all__ = [
    "Absence",
    "Activity",
    "ActivityKind",
    "Change",
    "Criterion",
    "Evidence",
    "Feedback",
    "Handover",
    "PerformanceNotice",
    "Plan",
    "Score",
]
