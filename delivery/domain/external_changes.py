"""Noticing that somebody changed the words of a post on the network itself.

Networks rewrite what they are sent (addresses, mentions, blanks), so the text of the first fetch is what later ones are
compared with; what we sent ourselves is never a change. An edit of ours begins a new watch (`delivery.domain.edit`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.audit import record
from delivery.domain.cancel import WITH_PARENT
from delivery.domain.move import NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import EDIT
from platforms.counting import normalised

UNDER_WAY = (*WITH_PARENT, State.SENDING)


@dataclass(frozen=True)
class NetworkText:
    """The text that the network showed at that moment."""

    text: str
    at: datetime


def record_shown(shown: Mapping[int, NetworkText]) -> None:
    """What the network showed of published deliveries, by id. Inside their scope. One query if nothing changed."""
    names = ("pk", "shown", "shown_now", "changed_at")
    known = Delivery.objects.filter(pk__in=shown, state=State.PUBLISHED).values_list(*names)
    for pk, first, last, changed_at in known:
        if first is None or not _same(shown[pk].text, last if changed_at else first):
            _compare(pk, shown[pk])


@transaction.atomic
def _compare(pk: int, shown: NetworkText) -> None:
    delivery = Delivery.objects.select_for_update().filter(pk=pk, state=State.PUBLISHED).first()
    if delivery is None or (delivery.watched_from and shown.at <= delivery.watched_from):
        return
    edits = list(delivery.children.filter(kind=EDIT).values_list("state", "payload__text"))
    if any(state in UNDER_WAY for state, _text in edits):
        return  # it may have landed already
    if delivery.shown is None:
        _set(delivery, shown=shown.text, watched_from=delivery.watched_from or shown.at)
        return
    ours = [str(delivery.payload.get("text", "")), *(str(text) for state, text in edits if state == State.PUBLISHED)]
    if any(_same(shown.text, text) for text in (delivery.shown, *ours)):
        was_changed = delivery.changed_at is not None
        _set(delivery, shown=shown.text, shown_now="", changed_at=None, noted_at=None)
        if was_changed:
            record("delivery.changed_back", by=None, target=delivery)
        return
    _set(delivery, shown_now=shown.text, changed_at=shown.at, noted_at=None, notified_at=None)
    record("delivery.changed", by=None, target=delivery)


@transaction.atomic
def acknowledge(delivery: Delivery, *, by: Any) -> None:
    """A person has seen that it was changed or removed there. Raises `NoSuchMove` where nothing of that happened."""
    if delivery.state != State.MISSING and not delivery.changed_at:
        raise NoSuchMove("It is on the network as it was sent.")
    _set(delivery, noted_at=timezone.now())
    record("delivery.noted", by=by, target=delivery)


def _set(delivery: Delivery, **fields: Any) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    for name, value in fields.items():
        setattr(delivery, name, value)


def _same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)
