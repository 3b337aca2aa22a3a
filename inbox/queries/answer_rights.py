"""In which capacity a person answers, and the prefix that an answer needs on its network."""

from enum import StrEnum
from typing import Any

from channels import validation
from inbox.enums import MessageKind
from inbox.models import Message
from municipalities.models import Municipality
from municipalities.queries import Access, access
from municipalities.rules import Verb
from platforms import types
from platforms.visibility import of_answer


class AnswerCapacity(StrEnum):
    """In which capacity a person answers (`answer_capacity`)."""

    FREE = "free"  # the municipality requires no approval
    OWN = "own"  # an approver who may approve their own text
    EMERGENCY = "emergency"  # an answer to an emergency by a person on the emergency list
    ASKS = "asks"  # an approver has to see it first


def answer_capacity(message: Message, *, by: Any) -> AnswerCapacity:
    """The capacity of this person for this message, by the current rules."""
    municipality = Municipality.objects.get(pk=message.municipality_id)
    return (
        capacity_for(municipality, message.kind, access(by, municipality))
        if municipality.answers_need_approval
        else AnswerCapacity.FREE
    )


def capacity_for(municipality: Municipality, kind: str, held: Access) -> AnswerCapacity:
    """The same for given rights."""
    if not municipality.answers_need_approval:
        return AnswerCapacity.FREE
    if held.may(Verb.POST_APPROVE) and municipality.may_approve_own:
        return AnswerCapacity.OWN
    return (
        AnswerCapacity.EMERGENCY
        if kind == MessageKind.EMERGENCY and held.may(Verb.POST_EMERGENCY)
        else AnswerCapacity.ASKS
    )


def reply_prefix(message: Message) -> str:
    """The prefix that an answer needs on this network so that its author is notified."""
    original = types.Message(
        remote_id=message.remote_id, in_reply_to=None, root=None, author_id=message.author_id,
        author_handle=message.author_handle, author_name=message.author_name, author_url="", author_avatar_url="",
        text="", url="", at=message.at, visibility=of_answer(message.visibility),
    )  # fmt: skip
    return validation.reply_prefix(message.channel, original)
