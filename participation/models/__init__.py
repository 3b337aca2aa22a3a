"""Tables of consultations."""

from participation.models.consultations import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    OwnGround,
)
from participation.models.contributions import Contribution, ContributionFile, Meeting, PaperBatch
from participation.models.reports import Edition, EditionFile

__all__ = [
    "Consultation",
    "ConsultationDocument",
    "ConsultationPost",
    "Contribution",
    "ContributionFile",
    "Edition",
    "EditionFile",
    "Meeting",
    "OwnGround",
    "PaperBatch",
]
