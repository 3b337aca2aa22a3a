"""Tables of consultations."""

from participation.models.consultations import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    OwnGround,
)
from participation.models.contributions import Contribution, ContributionFile, Meeting, PaperBatch
from participation.models.reports import Edition, EditionFile
from participation.models.transparency import Question, QuestionSet, SelfCheck

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
    "Question",
    "QuestionSet",
    "SelfCheck",
]
