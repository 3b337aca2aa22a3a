"""What a delivery does beside publishing a post, and the permission for it.

A missing permission of a post concerns the whole channel. One of a comment, an answer or a change concerns nothing
else: it fails with a sentence, and the channel goes on publishing.
"""

from contextlib import AbstractContextManager, nullcontext

from delivery.models import Delivery
from delivery.policies import EDIT, FIRST_COMMENT, REPLY, THREAD_PART
from platforms.protocols import Connector
from platforms.types import Action, Outgoing

ACTIONS = {
    EDIT: Action.EDIT, REPLY: Action.ANSWER, FIRST_COMMENT: Action.COMMENT, THREAD_PART: Action.COMMENT,
}  # fmt: skip


def acting(connector: Connector, delivery: Delivery, outgoing: Outgoing) -> AbstractContextManager[None]:
    """Around the calls of a delivery. A further part of a thread stands below our own post, as a comment does."""
    if delivery.kind == REPLY and outgoing.conversation:
        return connector.acting(Action.CONVERSE)
    action = ACTIONS.get(delivery.kind) or (Action.COMMENT if outgoing.reply_to else None)
    return connector.acting(action) if action else nullcontext()
