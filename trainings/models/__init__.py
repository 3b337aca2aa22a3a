"""The tables."""

from trainings.models.trainings import Attendance, Certificate, Material, Participant, Session, Training

__all__ = ["Attendance", "Certificate", "Material", "Participant", "Session", "Training"]
