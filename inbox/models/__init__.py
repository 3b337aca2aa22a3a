"""Citizens' messages and the work on them. Every table belongs to a municipality."""

from inbox.models.bulk_acts import BulkAct
from inbox.models.conversations import (
    AttachmentProblem,
    AttachmentState,
    Citizen,
    Conversation,
    ConversationMerge,
    ExternalReply,
    MessageAttachment,
)
from inbox.models.desk import Department, Settlement
from inbox.models.handover import HandOver
from inbox.models.messages import (
    PRIVATE,
    DeletedMessage,
    LegalHold,
    Message,
    MessageFetch,
    Note,
    Reply,
    ReplyFetch,
    message_search_key,
)
from inbox.models.moderation import HouseRules, Moderation
from inbox.models.office_hours import OfficeHours, OfficeHoursAnswer
from inbox.models.proposed import AnswerDraft, ProposedAnswer
from inbox.models.satisfaction import SatisfactionQuestion, SatisfactionSurvey
from inbox.models.saved_answers import SavedAnswer, SentNotification
from inbox.models.sorting_rules import SortingRule
from inbox.models.tags import Tag

__all__ = [
    "PRIVATE",
    "AnswerDraft",
    "AttachmentProblem",
    "AttachmentState",
    "BulkAct",
    "Citizen",
    "Conversation",
    "ConversationMerge",
    "DeletedMessage",
    "Department",
    "ExternalReply",
    "HandOver",
    "HouseRules",
    "LegalHold",
    "Message",
    "MessageAttachment",
    "MessageFetch",
    "Moderation",
    "Note",
    "OfficeHours",
    "OfficeHoursAnswer",
    "ProposedAnswer",
    "Reply",
    "ReplyFetch",
    "SatisfactionQuestion",
    "SatisfactionSurvey",
    "SavedAnswer",
    "SentNotification",
    "Settlement",
    "SortingRule",
    "Tag",
    "message_search_key",
]  # fmt: skip
