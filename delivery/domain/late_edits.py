"""Corrections that the network may carry out late: the newest text is sent once more.

A change is idempotent alone, not beside another one: a gateway answers 504 to the first correction, a second one is
carried out at once, and then the network carries out the first, which brings the wrong text back. So the post gets an
`edit_check_at` where a change of it may have landed after a newer one: at the end of the commit window of its call, or
at once when a newer one had overtaken it. The check reads the post where the network `reads_back`. What a person wrote
there is reported and stays; else one more edit, of the newest text, takes the path of every delivery (`is_repeat`).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain.consent import mark_needs_consent
from delivery import commit_window, expiry, queries, rules
from delivery.domain import attempts, external_changes
from delivery.domain.enqueue import enqueue
from delivery.enums import Outcome, State
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.types import Gone, Outgoing

log = logging.getLogger(__name__)

BATCH = 50
NAMESPACE = UUID("0b7d3e0e-9b0c-4c5e-8a52-6b1f6f4a7d21")
# The call left, and the network may have carried it out, or may do so later.
UNCERTAIN = (Outcome.UNKNOWN, Outcome.RATE_LIMITED)
# The network was not read, as nothing seemed to need it: where something does by now, it is read soon.
UNREAD = NotReached("The network was not read.")
NOT_CARRIED_OUT = (Outcome.REJECTED, Outcome.NEEDS_CONSENT, Outcome.NOT_REACHED)
# Of a payload what an edit leaves as it is.
NOT_EDITED = ("key", "created_at", "first_comment", "thread")


@dataclass(frozen=True)
class Newest:
    """What the post has to show: the payload of its newest published edit, or its own. `sent_at`: when that call
    left."""

    payload: dict[str, Any]
    key: UUID
    sent_at: datetime
    urgent: bool


def plan(edit: Delivery, attempt: Attempt) -> None:
    """Plan the check of the edited post where the network may still carry out this closed attempt."""
    if attempt.sent_at and attempt.outcome in UNCERTAIN:
        _plan(edit, attempt.sent_at + commit_window.of_edits(edit.channel))


def plan_after_success(edit: Delivery, attempt: Attempt) -> None:
    """Plan the check where a newer edit, which had overtaken this one, has been carried out already, or another one
    beside it: of two calls at once the answers do not say which the network carried out last."""
    newer = Delivery.objects.filter(parent=edit.parent_id, kind=EDIT, pk__gt=edit.pk, state=State.PUBLISHED)
    others = Attempt.objects.filter(delivery__parent=edit.parent_id, delivery__kind=EDIT).exclude(delivery=edit)
    if newer.exists() or others.filter(outcome=Outcome.OK, closed_at__gt=attempt.sent_at).exists():
        _plan(edit, timezone.now())


def _plan(edit: Delivery, at: datetime) -> None:
    # GREATEST of PostgreSQL ignores NULL.
    assert edit.parent_id is not None  # a constraint says so of edits
    Delivery.objects.filter(pk=edit.parent_id).update(edit_check_at=Greatest(F("edit_check_at"), Value(at)))


def claim_checks(now: datetime) -> list[int]:
    """Ids of the posts whose turn it is, put off by a lease so that one worker acts."""
    with everywhere("claim the checks of corrected posts"), transaction.atomic():
        due = Delivery.objects.filter(edit_check_at__lte=now).select_for_update(skip_locked=True)
        ids = list(due.order_by("edit_check_at").values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=ids).update(edit_check_at=attempts.task_lease(now))
    return ids


def check(delivery_id: int) -> None:
    """Send the newest text of a corrected post once more where an earlier one may have overwritten it."""
    delivery = queries.with_its_row(delivery_id)
    if delivery.edit_check_at is None:
        return
    with scope(delivery.municipality_id):
        is_due = _is_public(delivery, timezone.now()) and not _waits(delivery) and _newest_if_needed(delivery)
        _settle(delivery, read(delivery) if is_due else UNREAD)


def _is_public(delivery: Delivery, now: datetime) -> bool:
    stays = delivery.state == State.PUBLISHED and not delivery.withdrawal_asked_at
    return stays and not expiry.is_over(delivery, now) and not delivery.only_seen


def _waits(delivery: Delivery) -> bool:
    """Whether a correction of it is under way, or a person still has to decide about one."""
    return delivery.children.filter(kind=EDIT, state__in=external_changes.UNDER_WAY).exists()


def _newest_if_needed(delivery: Delivery) -> Newest | None:
    """The newest text; None where no call with another one may have been carried out after its own."""
    newest = _newest(delivery)
    window = commit_window.of_edits(delivery.channel)
    calls = Attempt.objects.filter(delivery__parent=delivery, delivery__kind=EDIT, sent_at__isnull=False)
    for call in calls.exclude(outcome__in=NOT_CARRIED_OUT).select_related("delivery"):
        # A constraint closes what has an outcome, and the filter knows only calls that left.
        until = call.closed_at if call.outcome == Outcome.OK else call.sent_at and call.sent_at + window
        if until and until > newest.sent_at and _content(call.delivery.payload) != _content(newest.payload):
            return newest
    return None


def _content(payload: dict[str, Any]) -> dict[str, Any]:
    """What an edit changes."""
    return {name: value for name, value in payload.items() if name not in NOT_EDITED}


def _newest(delivery: Delivery) -> Newest:
    edit = delivery.children.filter(kind=EDIT, state=State.PUBLISHED).order_by("pk").last()
    source = edit or delivery
    sent = source.attempts.filter(outcome=Outcome.OK, sent_at__isnull=False).order_by("number").last()
    sent_at = (sent and sent.sent_at) or source.published_at
    assert sent_at is not None  # a constraint says so of what is published
    return Newest(source.payload, source.key, sent_at, source.urgent)


def newest_text(delivery: Delivery) -> str:
    """Of what the portal put on the network of a published delivery."""
    return str(_newest(delivery).payload.get("text", ""))


def read(delivery: Delivery) -> external_changes.NetworkText | PlatformError | None:
    """What the network shows; None where it does not say, or where the post is gone."""
    try:
        connector = open_channel(delivery.channel)
        if not connector.reads_back:
            return None
        answers = connector.fetch_metrics([delivery.remote_id])
    except PlatformError as problem:
        if isinstance(problem, NeedsConsent):
            mark_needs_consent(delivery.channel)
        return problem
    for answer in answers:
        if not isinstance(answer, Gone) and answer.subject_remote_id == delivery.remote_id and answer.text is not None:
            return external_changes.NetworkText(answer.text, answer.at)
    return None


@transaction.atomic
def _settle(delivery: Delivery, shown: external_changes.NetworkText | PlatformError | None) -> None:
    """Decide under the lock of the post, which every edit that is settled takes too."""
    now = timezone.now()
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("channel__municipality")
    locked = rows.get(pk=delivery.pk)
    if locked.edit_check_at != delivery.edit_check_at:
        return  # a call that left meanwhile has put it off
    newest = _newest_if_needed(locked)
    if not _is_public(locked, now) or newest is None:
        _set(locked, None)
    elif isinstance(shown, PlatformError) or _waits(locked):
        _set(locked, now + rules.EDIT_CHECK_RETRY)
    elif shown and not _is_ours(locked, shown.text):
        _set(locked, None)
        external_changes.report(locked, shown, newest.payload["text"])
    else:
        _set(locked, None)
        _repeat(locked, newest)


def _is_ours(delivery: Delivery, text: str) -> bool:
    edits = delivery.children.filter(kind=EDIT).values_list("payload__text", flat=True)
    ours: Iterable[str] = (delivery.payload["text"], *edits, *filter(None, [delivery.shown]))
    return any(external_changes.same_words(text, own) for own in ours)


def _repeat(delivery: Delivery, newest: Newest) -> None:
    last = Attempt.objects.filter(delivery__parent=delivery, delivery__kind=EDIT).order_by("opened_at").last()
    # One for each uncertain call, however often this runs.
    key = uuid5(NAMESPACE, f"{newest.key.hex}:{last.pk if last else 0}")
    outgoing = replace(Outgoing.from_json(newest.payload), key=key.hex, first_comment="", thread=())
    if not Delivery.objects.filter(key=key).exists():
        enqueue(
            delivery.channel,
            kind=EDIT,
            outgoing=outgoing,
            due_at=timezone.now(),
            by=None,
            urgent=newest.urgent,
            parent=delivery,
            is_repeat=True,
        )


def _set(delivery: Delivery, at: datetime | None) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(edit_check_at=at)
