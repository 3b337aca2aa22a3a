"""Noticing that the words of a post on the network are not the newest ones that the portal sent.

Somebody changed them there, or the network carried out an earlier correction late. Networks rewrite what they are sent
(addresses, mentions, blanks), so the text of the first fetch is what later ones are compared with, unless it is an
earlier text of ours. An edit of ours begins a new watch (`delivery.domain.edit`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
# For so long after an edit an index may show the text from before it.
INDEX_LAG = timedelta(minutes=5)
# An address, a mention, a hashtag; not the hour "14.30".
REWRITTEN = re.compile(r"://|[@#]|[^\W\d]\.[^\W\d]{2}")


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
        if first is None or not same(shown[pk].text, last if changed_at else first):
            _compare(pk, shown[pk])


@transaction.atomic
def _compare(pk: int, shown: NetworkText) -> None:
    delivery = Delivery.objects.select_for_update().filter(pk=pk, state=State.PUBLISHED).first()
    if delivery is None or (delivery.watched_from and shown.at <= delivery.watched_from):
        return
    edits = list(delivery.children.filter(kind=EDIT).order_by("pk").values_list("state", "payload__text"))
    if any(state in UNDER_WAY for state, _text in edits):
        return  # it may have landed already
    texts = [str(delivery.payload.get("text", "")), *(str(text) for _state, text in edits)]
    newest = next((str(text) for state, text in reversed(edits) if state == State.PUBLISHED), texts[0])
    if same(shown.text, newest) or (delivery.shown is not None and same(shown.text, delivery.shown)):
        was_changed = delivery.changed_at is not None
        since = delivery.watched_from or shown.at
        _set(delivery, shown=shown.text, watched_from=since, shown_now="", changed_at=None, noted_at=None)
        if was_changed:
            record("delivery.changed_back", by=None, target=delivery)
        return
    is_earlier = any(same(shown.text, text) for text in texts)
    if not is_earlier and not same_words(shown.text, newest):
        is_earlier = any(same_words(shown.text, text) for text in texts)
    if is_earlier and delivery.watched_from and shown.at < delivery.watched_from + INDEX_LAG:
        return  # an index may still show the text from before the edit
    if delivery.shown is None and not is_earlier:
        _set(delivery, shown=shown.text, watched_from=delivery.watched_from or shown.at)
        return
    report(delivery, shown, newest)


def report(delivery: Delivery, shown: NetworkText, newest: str) -> None:
    """Record that the network shows another text than `newest`; people are notified. The caller holds the row lock."""
    if delivery.changed_at is None or not same(shown.text, delivery.shown_now):
        baseline = newest if delivery.shown is None else delivery.shown
        _set(delivery, shown=baseline, shown_now=shown.text, changed_at=shown.at, noted_at=None, notified_at=None)
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


def same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def same_words(one: str, other: str) -> bool:
    """Whether they are alike but for what networks rewrite: addresses, mentions and hashtags."""
    return same(one, other) or (bool(words := _words(one)) and words == _words(other))


def _words(text: str) -> list[str]:
    return [word for word in normalised(text).split() if not REWRITTEN.search(word)]
