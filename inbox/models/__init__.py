"""What citizens said and what was done with it. Every table belongs to a municipality."""

from inbox.models.desk import Department, Settlement
from inbox.models.messages import Listening, Message, Note, Reply
from inbox.models.moderation import HouseRules, Moderation

__all__ = ["Department", "HouseRules", "Listening", "Message", "Moderation", "Note", "Reply", "Settlement"]
