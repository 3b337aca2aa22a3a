"""What citizens said and what was done with it. Every table belongs to a municipality."""

from inbox.models.desk import Department, Settlement
from inbox.models.handover import HandOver
from inbox.models.hold import Hold
from inbox.models.messages import Listening, Message, Note, Reply

__all__ = ["Department", "HandOver", "Hold", "Listening", "Message", "Note", "Reply", "Settlement"]
