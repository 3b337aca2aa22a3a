"""Queries of trainings."""

from trainings.queries.trainings import (
    TrainingDay,
    agenda,
    as_participant,
    colleagues,
    is_person,
    materials,
    of_programmes,
    open_to,
    participants,
    sessions,
    visible,
    with_counts,
)

__all__ = [
    "TrainingDay",
    "agenda",
    "as_participant",
    "colleagues",
    "is_person",
    "materials",
    "of_programmes",
    "open_to",
    "participants",
    "sessions",
    "visible",
    "with_counts",
]
