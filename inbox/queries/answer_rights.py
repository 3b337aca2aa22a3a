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
    """How an answer of somebody may leave (`seat`)."""

    FREE = "free"  # the house asks for no approval
    OWN = "own"  # an approver, and the house lets them approve their own words
    EMERGENCY = "emergency"  # to an emergency, by somebody on the emergency list
    ASKS = "asks"  # an approver has to see it first


def answer_capacity(message: Message, *, by: Any) -> AnswerCapacity:
    """How an answer of this person may leave, by the rules that hold now."""
    municipality = Municipality.objects.get(pk=message.municipality_id)
    return (
        capacity_for(municipality, message.kind, access(by, municipality))
        if municipality.answers_need_approval
        else AnswerCapacity.FREE
    )


def capacity_for(municipality: Municipality, kind: str, held: Access) -> AnswerCapacity:
    """The same for whoever holds these rights."""
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
    """What an answer has to begin with on this network so that its author hears of it."""
    original = types.Message(
        remote_id=message.remote_id, in_reply_to=None, root=None, author_id=message.author_id,
        author_handle=message.author_handle, author_name=message.author_name, author_url="", author_avatar_url="",
        text="", url="", at=message.at, visibility=of_answer(message.visibility),
    )  # fmt: skip
    return validation.reply_prefix(message.channel, original)
