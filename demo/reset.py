"""Deletes what the demo wrote: posts, channels and statistics of its municipalities, and the whole practice network."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from administration.models import TourProgress
from analytics.models import (
    AccessCheck,
    ChannelDay,
    DailyFact,
    DirtyDay,
    DirtyTally,
    HistoryImport,
    IndicatorValue,
    MetricCoverage,
    MetricSnapshot,
    MonthlyFact,
    MonthlyMedian,
    MunicipalityAnnotation,
    Sharing,
    Subject,
    Tally,
    TrainingWindow,
)
from channels.models import AppRegistration, Channel, ChannelPause, ConnectAttempt, Credential
from common.models import MailMessage
from delivery.models import Attempt, Delivery, DuplicatePost
from demo import exercises, notifications
from demo.network import PLATFORM, NotTheDemo, server
from exchange.models import Pick, SharedComment, SharedCopy, SharedPicture, SharedPost
from inbox.models import (
    AnswerDraft,
    BulkAct,
    Citizen,
    Conversation,
    ConversationMerge,
    DeletedMessage,
    Department,
    ExternalReply,
    HandOver,
    HouseRules,
    LegalHold,
    Message,
    MessageAttachment,
    MessageFetch,
    Moderation,
    Note,
    OfficeHours,
    OfficeHoursAnswer,
    ProposedAnswer,
    Reply,
    ReplyFetch,
    SatisfactionQuestion,
    SatisfactionSurvey,
    SavedAnswer,
    SentNotification,
    Settlement,
    SortingRule,
    Tag,
)
from kits.models import AdoptedPost, Adoption
from library.models import Snippet, Template
from mentoring.models import (
    Activity,
    CheckIn,
    Evidence,
    Feedback,
    NextStep,
    PerformanceNotice,
    Plan,
    PlanChange,
    Reminder,
    Review,
    Score,
)
from municipalities.models import Municipality, Pause, WidePause
from municipalities.tenancy import scope
from needs.models import AnswerRound, Need, NeedPicture, NeedsPage, Supporter
from participation.models import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    Contribution,
    ContributionFile,
    Edition,
    EditionFile,
    Meeting,
    OwnGround,
    PaperBatch,
    SelfCheck,
)
from planning.models import Campaign, CampaignPost, ImportRun, Occurrence, Recurrence, Slot
from posts.models import (
    Amendment,
    AmendmentPart,
    Closing,
    Comment,
    Consent,
    Decision,
    DecisionLink,
    Folder,
    Media,
    PollResult,
    Post,
    Publication,
    Seen,
    Suggestion,
    Thread,
    Variant,
    Version,
)
from practice.models import Account, App
from practice.models import Media as Picture
from reports.models import MonthlyReport, PublicPage, Run, Schedule
from trainings.models import Play

# From what points to what is pointed at.
ORDER = (
    NextStep, CheckIn, Reminder, Review, Evidence, PlanChange, Activity, Plan,
    EditionFile, Edition, ContributionFile, Contribution, PaperBatch, Meeting, ConsultationPost, ConsultationDocument,
    Consultation, OwnGround, SelfCheck,
    Play, NeedPicture, Supporter, AnswerRound, Need, NeedsPage,
    SortingRule, BulkAct, Tag, OfficeHoursAnswer, OfficeHours,
    SatisfactionQuestion, SatisfactionSurvey, MessageAttachment, ExternalReply, ConversationMerge, DeletedMessage,
    Moderation, HouseRules, ProposedAnswer, AnswerDraft, SentNotification,
    HandOver, LegalHold, Note, Reply, Message, SavedAnswer, Conversation, Citizen, ReplyFetch, MessageFetch,
    Department, Settlement,
    Pick, SharedCopy, SharedComment, SharedPicture, SharedPost,
    Run.reports.through, Schedule.people.through, Run, Schedule, MonthlyReport, PublicPage,
    AdoptedPost, Adoption, CampaignPost, Campaign, Occurrence, Recurrence, Slot, ImportRun,
    Closing, Consent,
    Score, Feedback, PerformanceNotice,
    AmendmentPart, Amendment,
    AccessCheck, IndicatorValue, MunicipalityAnnotation,
    MetricSnapshot, DailyFact, MonthlyFact, MonthlyMedian, TrainingWindow, Sharing, DirtyDay, ChannelDay,
    MetricCoverage, Subject,
    DirtyTally, Tally,
    HistoryImport,
    PollResult, Publication, Attempt, DuplicatePost, Delivery, Seen, Suggestion, Comment, Thread,
    DecisionLink, Decision, Variant, Version, Post,
    Media, Folder, Snippet, Template, Credential, ConnectAttempt, ChannelPause, Channel, Pause,
)  # fmt: skip


@transaction.atomic
def wipe() -> None:
    """People, memberships and the programme stay; the audit trail stays, as it always does. Raises `NotTheDemo`."""
    if not settings.DEMO:
        raise NotTheDemo("Only the demo can be wiped; this installation is a real one.")
    demo = list(Municipality.objects.filter(is_demo=True))
    if demo:
        with scope(*demo):
            names = list(MessageAttachment.objects.exclude(file="").values_list("file", flat=True))
            transaction.on_commit(lambda: _remove_attachments(names))
            for kind in ORDER:
                rows = kind.objects.all()
                rows._raw_delete(rows.db)
        notifications.wipe(demo)
        exercises.wipe()
    # links of questions that are gone lead nowhere
    MailMessage.objects.filter(dedupe__startswith="inbox.handover:").delete()
    WidePause.objects.all().delete()
    TourProgress.objects.all().delete()
    AppRegistration.objects.filter(platform=PLATFORM, server=server()).delete()
    files = [picture.file for picture in Picture.objects.all()]
    App.objects.all().delete()
    Account.objects.all().delete()
    transaction.on_commit(lambda: _remove(files))


def _remove_attachments(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _remove(files: list) -> None:
    for file in files:
        file.storage.delete(file.name)
