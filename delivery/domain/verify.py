"""Searches for posts that may be public although the portal does not know of it: once after a restore, and once after
a refusal.

What a restored backup brought back and is due later may have been brought forward since the backup was made. It keeps
its state and is held (`delivery.policies`) until the network was searched: what is there is published, what is not
goes out at its time, and about what cannot be searched a person decides. An empty search counts once no
call from before the restore can be carried out any more. A network refuses before it acts, so the
search a minute after a refusal is a cheap net.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from channels.connector_factory import opened
from delivery import commit_window, queries, rules
from delivery.domain import attempts, external_changes, late_edits, reconcile, restored, settle
from delivery.domain.edit import changed
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Delivery
from delivery.policies import EDIT
from platforms.errors import PlatformError, RateLimited
from platforms.types import Absent, Found, Published

log = logging.getLogger(__name__)


def search(delivery: Delivery) -> None:
    """Search the network once for an unsent delivery. In the scope of its municipality."""
    try:
        if delivery.kind == EDIT:
            _settle_edit(delivery, late_edits.read(_parent(delivery)))
        else:
            # A network that refuses to publish may let us read all the same.
            _settle(delivery, reconcile.find(delivery, open_=opened))
    except IntegrityError:
        log.warning("Delivery %s: what was found was bound to another meanwhile", delivery.pk)


@transaction.atomic
def _settle(delivery: Delivery, search: reconcile.ReconciliationResult) -> None:
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=delivery.pk)
    if locked.state not in queries.PENDING:
        return  # sent or given up meanwhile: it is searched for a second post when the lease of this search ends
    reconcile.record_attempt(locked, search, now)
    if isinstance(search.result, Found) and locked.is_unverified and _has_twin(locked):
        _set(locked, duplicate_check_at=now + rules.RESTORE_SEARCH_RETRY)
    elif isinstance(search.result, Found):
        settle.published(locked, search.result.published, because=ReasonCode.FOUND)
        # More than one call may have left before the restore, or before the refusal.
        _set(locked, duplicate_check_at=rules.next_duplicate_check_at(now, now))
    elif not locked.is_unverified:
        _set(locked, duplicate_check_at=None)
    elif isinstance(search.result, Absent):
        _absent(locked, now)
    elif isinstance(search.result, PlatformError):
        _search_again(locked, search.result, now)
    else:
        _set(locked, duplicate_check_at=None)
        restored.ask(locked)


def _absent(delivery: Delivery, now: datetime) -> None:
    """It goes out at its time. A call right before the restore may be carried out until its commit window is over, so
    an earlier search proves nothing."""
    assert delivery.restored_at is not None
    window_ends_at = delivery.restored_at + commit_window.of_delivery(delivery)
    if now < window_ends_at:
        _set(delivery, duplicate_check_at=window_ends_at)
    else:
        _set(delivery, verified_at=now, duplicate_check_at=None)


def _search_again(delivery: Delivery, problem: PlatformError, now: datetime) -> None:
    """Later. Where the network required a pause, so are all others that are to be searched for on the channel."""
    at = problem.retry_at if isinstance(problem, RateLimited) else now + rules.RESTORE_SEARCH_RETRY
    others = Delivery.objects.filter(
        channel_id=delivery.channel_id, restored_at__isnull=False, verified_at=None, duplicate_check_at__lt=at
    )
    if isinstance(problem, RateLimited):
        others.exclude(pk=delivery.pk).update(duplicate_check_at=F("duplicate_check_at") + (at - now))
    _set(delivery, duplicate_check_at=at)


def _has_twin(delivery: Delivery) -> bool:
    """Whether the post may be that of another delivery with the same text, which was due before the restore."""
    others = Delivery.objects.filter(channel_id=delivery.channel_id, restored_at__isnull=False, verified_at=None)
    unknown = others.filter(state__in=queries.UNKNOWN).exclude(pk=delivery.pk)
    return unknown.filter(payload__text=delivery.payload.get("text")).exists()


def _parent(delivery: Delivery) -> Delivery:
    assert delivery.parent_id is not None  # a constraint says so of edits
    return Delivery.objects.select_related("channel__credential", "municipality").get(pk=delivery.parent_id)


@transaction.atomic
def _settle_edit(delivery: Delivery, shown: external_changes.NetworkText | PlatformError | None) -> None:
    """A change from a backup: carried out since, or not, or a person decides."""
    now = timezone.now()
    locked = Delivery.objects.select_for_update(of=("self",)).select_related("parent").get(pk=delivery.pk)
    if locked.state not in queries.PENDING or not locked.is_unverified:
        _set(locked, duplicate_check_at=None)
        return
    if isinstance(shown, PlatformError):
        _search_again(locked, shown, now)
        return
    assert locked.parent is not None
    outcome = _edit_outcome(locked, shown)
    attempts.open_(locked, Step.FIND, opened_at=now, closed_at=now, outcome=outcome)
    if outcome == Outcome.FOUND:
        changed(locked, Published(locked.parent.remote_id, locked.parent.permalink, now), because=ReasonCode.FOUND)
        _set(locked, duplicate_check_at=None)
        return
    _set(locked, verified_at=now, duplicate_check_at=None)
    if outcome == Outcome.CANNOT_TELL and locked.state == State.WAITING:
        # Unreadable, or changed once more since: a person decides whether this change is still right.
        move(locked, State.EXPIRED, because=ReasonCode.RESTORE_PAUSED)


def _edit_outcome(edit: Delivery, shown: external_changes.NetworkText | None) -> Outcome:
    """What the text that the network shows says about an edit."""
    assert edit.parent is not None  # a constraint says so
    if shown is None:
        return Outcome.CANNOT_TELL
    if external_changes.same_words(shown.text, str(edit.payload.get("text", ""))):
        return Outcome.FOUND
    is_as_before = external_changes.same_words(shown.text, late_edits.newest_text(edit.parent))
    return Outcome.ABSENT if is_as_before else Outcome.CANNOT_TELL


def _set(delivery: Delivery, **fields: datetime | None) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    for name, value in fields.items():
        setattr(delivery, name, value)
