"""Reads."""

from trainings.queries.trainings import (
    Day,
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
    "Day",
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
