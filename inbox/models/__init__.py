"""What citizens said and what was done with it. Every table belongs to a municipality."""

from inbox.models.below import Below
from inbox.models.desk import Department, Settlement
from inbox.models.messages import Listening, Message, Note, Reply

__all__ = ["Below", "Department", "Listening", "Message", "Note", "Reply", "Settlement"]
