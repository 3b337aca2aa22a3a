"""Hiding messages on the network, showing them again, and removing them after two people agreed.

A worker does it. The claim is committed before the call: the row is `doing`, counts the attempt and is leased to the
worker. Hiding and removing are idempotent (the connectors' conformance suite checks that), so a call that a dead worker
left or that got no response is repeated. Publishing pauses do not apply.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from channels.connector_factory import open_channel
from common import restores
from common.audit import record
from inbox.domain import second_person_notifications
from inbox.domain.moderate import settle_done, settle_shown
from inbox.domain.triage import audit_label
from inbox.models import Moderation
from inbox.moderation_rules import WORKER_STATES, ModerationAction, ModerationState
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotAllowed, PlatformError, RateLimited, Rejected
from platforms.protocols import Connector
from platforms.types import Action

log = logging.getLogger(__name__)

# Longer than any call may take (`CALL_DEADLINE_SECONDS`, and a refused session that is renewed once).
LEASE = timedelta(minutes=5)
# Backoff after each failed attempt; after the last one a person is notified. Eight attempts take three quarters of an
# hour of the two hours allowed.
RETRY_BACKOFF = tuple(timedelta(seconds=s) for s in (20, 60, 120, 300, 600, 600, 900))
CONSENT_RETRY_INTERVAL = timedelta(minutes=10)
LONGEST_DETAIL = 500


def claim(limit: int = 100) -> list[int]:
    """What is due, each the caller's for a lease. Nothing while a restore waits for its administrator."""
    if restores.running().exists():
        return []
    with everywhere("claim comments to be hidden"), transaction.atomic():
        now = timezone.now()
        due = Moderation.objects.select_for_update(skip_locked=True, of=("self",))
        keys = list(
            due.filter(next_at__lte=now, state__in=WORKER_STATES)
            .order_by("next_at")
            .values_list("pk", flat=True)[:limit]
        )
        Moderation.objects.filter(pk__in=keys).update(
            next_at=now + LEASE,
            attempts=F("attempts") + 1,
            state=Case(When(state=ModerationState.AGREED, then=Value(ModerationState.DOING)), default=F("state")),
        )
    return keys


def execute(pk: int) -> None:
    """Make the call for one claimed row, and note what came of it."""
    with everywhere("hiding starts from its own row"):
        row = Moderation.objects.select_related("message__channel").filter(pk=pk).first()
    if row is None or row.next_at is None or row.state not in (ModerationState.DOING, ModerationState.SHOWING):
        return
    with scope(row.municipality_id):
        try:
            _call(row)
        except Rejected as refused:
            by_hand = refused.code == "unsupported" or isinstance(refused, NotAllowed)
            _settle(row, _give_up, refused.message, by_hand=by_hand)
        except NeedsConsent:
            _settle(row, _wait, timezone.now() + CONSENT_RETRY_INTERVAL, "needs_consent")
        except RateLimited as limited:
            _settle(row, _wait, limited.retry_at, "rate_limited")
        except Exception as error:
            if not isinstance(error, PlatformError):
                log.exception("Message of moderation %s could not be hidden", pk)
            _settle(row, _try_again)
        else:
            _settle(row, _done)


def _call(row: Moderation) -> None:
    message = row.message
    connector, root = open_channel(message.channel), message.root or message.in_reply_to
    with connector.acting(Action.HIDE):
        _moderate(connector, row, root)


def _moderate(connector: Connector, row: Moderation, root: str) -> None:
    message = row.message
    if row.state == ModerationState.SHOWING:
        connector.show(message.remote_id, root)
    elif row.act == ModerationAction.REMOVE:
        connector.remove(message.remote_id, root)
    else:
        connector.hide(message.remote_id, root)


@transaction.atomic
def _settle(claimed: Moderation, how: object, *args: object, **more: object) -> None:
    """Note it, unless a person changed their mind while the call was made: their word is the later one."""
    rows = Moderation.objects.select_for_update(of=("self",)).select_related("message__channel")
    row = rows.get(pk=claimed.pk)
    if row.state != claimed.state or row.next_at is None:
        return
    assert callable(how)
    how(row, *args, **more)
    row.save()


def _done(row: Moderation) -> None:
    if row.state == ModerationState.SHOWING:
        settle_shown(row)
        record("moderation.shown", by=None, target=row, label=audit_label(row.message))
        return
    row.detail = ""
    settle_done(row, by=None)
    if row.act == ModerationAction.REMOVE:
        record("moderation.removed", by=None, target=row, label=audit_label(row.message))
    else:
        record("moderation.hidden", by=None, target=row, label=audit_label(row.message))


def _wait(row: Moderation, until: datetime, error_code: str) -> None:
    """It takes no try: the network has not refused it. The page says what it waits for, and what a person can do."""
    row.next_at, row.error_code = max(until, timezone.now()), error_code
    row.attempts = max(row.attempts - 1, 0)


def _try_again(row: Moderation) -> None:
    if row.attempts > len(RETRY_BACKOFF):
        _give_up(row, "", by_hand=False)
        return
    row.next_at, row.error_code = timezone.now() + RETRY_BACKOFF[row.attempts - 1], "not_reached"


def _give_up(row: Moderation, detail: str, *, by_hand: bool) -> None:
    """Leave it to a person. What was to be shown again keeps its state without a time: it is shown by hand."""
    row.next_at, row.error_code, row.detail = None, "", detail[:LONGEST_DETAIL]
    if row.state != ModerationState.SHOWING:
        row.state = ModerationState.BY_HAND if by_hand else ModerationState.FAILED
    record("moderation.stop", by=None, target=row, label=audit_label(row.message))
    second_person_notifications.automation_stopped(row)
