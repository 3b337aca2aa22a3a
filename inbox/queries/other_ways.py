"""How a person can be reached where the network takes no answer in a private conversation any more."""

from dataclasses import dataclass, field
from datetime import datetime

from inbox.enums import OPEN_STATES
from inbox.models import Conversation, Message
from inbox.text_analysis import find_contacts
from platforms.visibility import FOR_EVERYBODY

MOST_MESSAGES = 20


@dataclass(frozen=True)
class OtherWays:
    """`public`: the newest open public comment of the same person on the same channel. `conversations`: their merged
    conversations that can still be answered. `email` and `phone`: what they wrote."""

    public: Message | None = None
    conversations: list[Conversation] = field(default_factory=list)
    email: str = ""
    phone: str = ""


def other_ways(message: Message, thread: list[Message], merged: list[Conversation], now: datetime) -> OtherWays:
    """One query. `thread` are the messages of the conversation, oldest first, `merged` those of the same person."""
    email, phone = "", ""
    for row in thread[-MOST_MESSAGES:]:
        if not row.erased_at:
            for contact in find_contacts(row.text):
                email, phone = (contact, phone) if "@" in contact else (email, contact)
    public = Message.objects.filter(
        channel=message.channel_id,
        author_id=message.author_id,
        visibility__in=sorted(FOR_EVERYBODY),
        state__in=OPEN_STATES,
    ).exclude(author_id="")
    return OtherWays(
        public=public.order_by("-at").first(),
        conversations=[other for other in merged if other.may_be_answered(now)],
        email=email,
        phone=phone,
    )
