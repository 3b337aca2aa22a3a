"""The tables: the rubric and what is said by it, plans with what shows that they were followed, check-ins, reviews."""

from mentoring.models.checkins import CheckIn, NextStep, Reminder
from mentoring.models.plans import Activity, ActivityKind, Change, Evidence, Plan
from mentoring.models.reviews import Review
from mentoring.models.rubric import Absence, Criterion, Feedback, Handover, PerformanceNotice, Score

__all__ = [
    "Absence",
    "Activity",
    "ActivityKind",
    "Change",
    "CheckIn",
    "Criterion",
    "Evidence",
    "Feedback",
    "Handover",
    "NextStep",
    "PerformanceNotice",
    "Plan",
    "Reminder",
    "Review",
    "Score",
]
