"""What follows a post once it is out: its first comment, and the next post of a thread. Each is a delivery of its own,
so that its failure never touches the post and the post is never sent again for its sake.

    published(part 1) ─ enqueues ─▶ part 2, an answer to part 1 ─ published ─ enqueues ─▶ part 3, an answer to part 2

Part 1 is the parent of all of them. A part is enqueued in the transaction that publishes the one before it, under a key
that follows from the first one's: there is never a second one, and none before its turn.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from channels import validation
from delivery.domain import restored, withdraw
from delivery.domain.cancel import WITH_PARENT, cancel
from delivery.domain.enqueue import enqueue
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import FIRST_COMMENT, FOLLOWS, THREAD_PART
from platforms.post_settings import OF_FIRST_POST
from platforms.types import Outgoing

# Readers of the post should find it there; the network needs a moment to know the post.
AFTER = timedelta(seconds=3)
NAMESPACE = UUID("5b0a2a64-5f0c-4d0e-9a55-0c7b6d0f6c11")


def follow(delivery: Delivery) -> None:
    """Enqueue what follows what has just become public. Inside the transaction that publishes."""
    first_comment(delivery)
    next_part(delivery)


def first_comment(delivery: Delivery) -> Delivery | None:
    """The delivery of the first comment of what is public now; None where there is none, or the network takes none.

    Inside the transaction that publishes. Its key follows from the post's, so that there is never a second one.
    """
    frozen = Outgoing.from_json(delivery.payload)
    if not frozen.first_comment.strip():
        return None
    if not validation.limits(delivery.channel).of_format(frozen.settings).comment_characters:
        return None
    key = uuid5(NAMESPACE, delivery.key.hex)
    bare = Outgoing(frozen.first_comment, frozen.language, key.hex, timezone.now(), reply_to=delivery.remote_id)
    return _enqueue(FIRST_COMMENT, bare, after=delivery, root=delivery)


def next_part(delivery: Delivery) -> Delivery | None:
    """The delivery of the next post of a thread; None where there is none.

    A thread that is being taken down does not go on: the part that became public meanwhile is taken down as well.
    """
    frozen = Outgoing.from_json(delivery.payload)
    root = delivery
    if delivery.kind == THREAD_PART and delivery.parent:
        # Whoever takes the thread down updates this row first, and reads its parts afterwards (`take_down`).
        root = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.parent.pk)
        if root.state != State.PUBLISHED or root.withdrawal_asked_at:
            if root.withdrawal_asked_at:
                withdraw.withdraw(delivery, by=None)
            return None
    if not frozen.thread:
        return None
    text, *further = frozen.thread
    number = len(root.payload["thread"]) + 1 - len(further)
    key = uuid5(NAMESPACE, f"{root.key.hex}:{number}")
    bare = Outgoing(text, frozen.language, key.hex, timezone.now(), reply_to=delivery.remote_id)
    # Its audience and its content warning are those of the whole thread.
    settings = {name: value for name, value in frozen.settings.items() if name not in OF_FIRST_POST}
    part = replace(bare, thread=tuple(further), settings=settings)
    return _enqueue(THREAD_PART, part, after=delivery, root=root)


def _enqueue(kind: str, outgoing: Outgoing, *, after: Delivery, root: Delivery) -> Delivery | None:
    if Delivery.objects.filter(key=UUID(outgoing.key)).exists():
        return None
    due_at = timezone.now() + AFTER
    child = enqueue(
        after.channel, kind=kind, outgoing=outgoing, due_at=due_at, by=None, urgent=after.urgent, parent=root
    )
    if after.restored_at and after.reason in (ReasonCode.FOUND, ReasonCode.LINK_GIVEN):
        # The post was found after a restore: what follows it went out with it, or did not.
        restored.verify_first(child, after.restored_at, since=after.published_at or child.due_at)
    return child


def is_orphan(delivery: Delivery) -> bool:
    """Whether it follows a post that is not public any more, and so will never be sent."""
    gone = (State.WITHDRAWN, State.MISSING)
    return delivery.kind in FOLLOWS and delivery.parent is not None and delivery.parent.state in gone


@transaction.atomic
def take_down_followers(delivery: Delivery) -> None:
    """Before a post is taken down: cancel what has not followed it yet, and ask for the removal of what has.

    The posts of a thread outlast their first one on every network. A first comment does so where it is a post of its
    own, on networks with threads; elsewhere it goes with its post.
    """
    for child in delivery.children.filter(kind__in=FOLLOWS).order_by("-pk"):
        if child.kind == FIRST_COMMENT and not validation.could_have_threads(delivery.channel):
            continue
        try:
            if child.state in WITH_PARENT:
                cancel(child, by=None)
            elif child.state == State.PUBLISHED and not child.withdrawal_asked_at:
                withdraw.withdraw(child, by=None)
        except (Moved, NoSuchMove):
            # It is under way: once it is public, it finds its thread taken down (`next_part`). Or nobody knows its id.
            continue
