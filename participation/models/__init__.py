"""Tables of consultations."""

from participation.models.consultations import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    ConsultationTranslation,
    OwnGround,
)
from participation.models.contributions import (
    AnswerRound,
    Contribution,
    ContributionFile,
    ContributionQuestion,
    Meeting,
    NoContribution,
    PaperBatch,
    contribution_search_key,
)
from participation.models.reports import Edition, EditionFile
from participation.models.transparency import Question, QuestionSet, SelfCheck

__all__ = [
    "AnswerRound",
    "Consultation",
    "ConsultationDocument",
    "ConsultationPost",
    "ConsultationTranslation",
    "Contribution",
    "ContributionFile",
    "ContributionQuestion",
    "Edition",
    "EditionFile",
    "Meeting",
    "NoContribution",
    "OwnGround",
    "PaperBatch",
    "Question",
    "QuestionSet",
    "SelfCheck",
    "contribution_search_key",
]
