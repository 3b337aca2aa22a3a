"""What a person answers when the portal must not decide: one verb per button.

Each raises `NoSuchMove` or `Moved` when the delivery has moved on since the person saw it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from channels import validation
from delivery import commit_window, queries, rules
from delivery.domain.cancel import cancel
from delivery.domain.follow import follow
from delivery.domain.hold_back import hold_back_unapproved
from delivery.domain.move import NoSuchMove, move
from delivery.domain.reschedule import new_times, reschedule
from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Delivery
from delivery.rules import SEEN
from platforms.types import Outgoing


class NotOurs(ValueError):
    """The link does not lead to a post of this channel."""


@transaction.atomic
def still_send(delivery: Delivery, *, by: Any) -> None:
    """It was held back at its time; it may go out now, if nothing holds it any more."""
    if delivery.reason in (ReasonCode.NOT_APPROVED, ReasonCode.TOO_EARLY):
        raise NoSuchMove("What is not approved, or not for this time, is approved, not sent.")
    move(delivery, State.SCHEDULED, because=ReasonCode.STILL_SEND, by=by, **_now_or_later(delivery))
    hold_back_unapproved(delivery)


def has_link(delivery: Delivery) -> bool:
    """Whether a link tells which post it leads to. To an answer in a private conversation there is none."""
    return validation.limits(delivery.channel).post_links and not delivery.payload.get("conversation")


@transaction.atomic
def it_is_there(delivery: Delivery, link: str, *, by: Any) -> None:
    """The person found it on the network. Raises `NotOurs` for a link that names no post of this channel.

    Where links name no post, their word is enough; the post then has no id that the network would know.
    """
    named = has_link(delivery)
    remote_id = validation.remote_id(delivery.channel, link) if named else f"{SEEN}{delivery.key.hex}"
    taken = Delivery.objects.filter(channel_id=delivery.channel_id, remote_id=remote_id).exclude(pk=delivery.pk)
    if not remote_id or taken.exists():
        raise NotOurs(link)
    move(
        delivery,
        State.PUBLISHED,
        because=ReasonCode.LINK_GIVEN,
        by=by,
        remote_id=remote_id,
        permalink=link if named else "",
        published_at=delivery.unknown_since,
        unknown_since=None,
    )
    if named:
        follow(delivery)


@transaction.atomic
def it_is_not_there(delivery: Delivery, *, by: Any) -> None:
    """The person looked and it is not on the network: a worker searches once more, and sends it under the same key
    where that does not show it either (`delivery.domain.reconcile`).

    What a restore brought back, on a network that cannot be searched, goes by the person's answer alone.
    """
    now = timezone.now()
    fields = _now_or_later(delivery) | {"attempt_count": 0}
    if delivery.is_unverified and _cannot_be_searched(delivery):
        fields |= {"unknown_since": None, "verified_at": now}
        fields["duplicate_check_at"] = rules.next_duplicate_check_at(now, now)
        move(delivery, State.SCHEDULED, because=ReasonCode.NOT_THERE, by=by, **fields)
        hold_back_unapproved(delivery)
        return
    # Calls that the backup does not know may be carried out until their commit window is over.
    fields["next_at"] = max(now, commit_window.decisive_at(delivery)) if delivery.is_unverified else now
    move(delivery, State.CHECKING, because=ReasonCode.NOT_THERE, by=by, **fields)


def _cannot_be_searched(delivery: Delivery) -> bool:
    search = queries.last_search(delivery)
    return search is not None and search.outcome == Outcome.CANNOT_TELL


def choose_time(delivery: Delivery, at: datetime, *, by: Any) -> None:
    """Raises `ValueError` for a time in the past."""
    reschedule(delivery, at, by=by)


def send_now(delivery: Delivery, *, by: Any) -> None:
    """The time has passed and it should go out all the same."""
    reschedule(delivery, timezone.now(), by=by)


def drop(delivery: Delivery, *, by: Any) -> None:
    cancel(delivery, by=by, because=ReasonCode.DROPPED)


@transaction.atomic
def send_again(delivery: Delivery, *, by: Any, outgoing: Outgoing | None = None) -> None:
    """After a refusal: the same content once more, or `outgoing`, what a person made of it."""
    fields: dict[str, Any] = _now_or_later(delivery)
    if outgoing is not None:
        fields |= {"payload": outgoing.to_json(), "key": UUID(outgoing.key), "token": ""}
    move(delivery, State.SCHEDULED, because=ReasonCode.SENT_AGAIN, by=by, attempt_count=0, **fields)
    hold_back_unapproved(delivery)


def _now_or_later(delivery: Delivery) -> dict[str, Any]:
    """Its own time when that is still to come; otherwise now, and late by as much as the municipality allows."""
    now = timezone.now()
    if delivery.due_at > now:
        return {"next_at": delivery.due_at}
    return {**new_times(delivery, now), "next_at": now}
