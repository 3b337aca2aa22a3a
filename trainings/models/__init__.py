"""Models of trainings and exercises."""

from trainings.models.exercises import Exercise, Mark, Play, Team
from trainings.models.trainings import Attendance, Certificate, Material, Participant, Session, Training

__all__ = [
    "Attendance",
    "Certificate",
    "Exercise",
    "Mark",
    "Material",
    "Participant",
    "Play",
    "Session",
    "Team",
    "Training",
]
