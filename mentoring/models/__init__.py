"""Models: the rubric and feedback, plans with their activities and evidence, check-ins, reviews."""

from mentoring.models.checkins import CheckIn, NextStep, Reminder
from mentoring.models.plans import Activity, ActivityKind, Evidence, Plan, PlanChange
from mentoring.models.reviews import Review
from mentoring.models.rubric import Absence, Criterion, Feedback, Handover, PerformanceNotice, Score

__all__ = [
    "Absence",
    "Activity",
    "ActivityKind",
    "CheckIn",
    "Criterion",
    "Evidence",
    "Feedback",
    "Handover",
    "NextStep",
    "PerformanceNotice",
    "Plan",
    "PlanChange",
    "Reminder",
    "Review",
    "Score",
]
