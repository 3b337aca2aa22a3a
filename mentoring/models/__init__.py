"""The tables: the rubric and what is said by it."""

from mentoring.models.rubric import Absence, Criterion, Feedback, Handover, PerformanceNotice, Score

__all__ = ["Absence", "Criterion", "Feedback", "Handover", "PerformanceNotice", "Score"]
