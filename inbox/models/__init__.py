"""What citizens said and what was done with it. Every table belongs to a municipality."""

from inbox.models.desk import Department, Settlement
from inbox.models.handover import HandOver
from inbox.models.messages import PRIVATE, Below, Hold, Listening, Message, Note, Reply
from inbox.models.moderation import HouseRules, Moderation
from inbox.models.proposed import AnswerDraft, ProposedAnswer
from inbox.models.saved import SavedAnswer, Told

__all__ = [
    "PRIVATE",
    "AnswerDraft", "Below", "Department", "HandOver", "Hold", "HouseRules", "Listening", "Message", "Moderation",
    "Note", "ProposedAnswer", "Reply", "SavedAnswer", "Settlement", "Told",
]  # fmt: skip
