"""Citizens' messages and the work on them. Every table belongs to a municipality."""

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
from inbox.models.proposed import AnswerDraft, ProposedAnswer
from inbox.models.satisfaction import SatisfactionQuestion, SatisfactionSurvey
from inbox.models.saved_answers import SavedAnswer, SentNotification

__all__ = [
    "PRIVATE",
    "AnswerDraft",
    "AttachmentProblem",
    "AttachmentState",
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
    "ProposedAnswer",
    "Reply",
    "ReplyFetch",
    "SatisfactionQuestion",
    "SatisfactionSurvey",
    "SavedAnswer",
    "SentNotification",
    "Settlement",
    "message_search_key",
]  # fmt: skip
