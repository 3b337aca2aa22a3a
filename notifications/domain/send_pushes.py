"""Sends due push messages. Safe to run concurrently and to be killed at any point.

A worker claims messages by moving their time, sends them without a transaction, and deletes what was accepted. One that
dies in between leaves its claim to expire: such a message is sent twice, and the device shows it once, by its tag.
What was read meanwhile, or may no longer be read, is not sent.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common import crypto, restores
from common.http import Http, HttpError, Refused
from notifications import push_messages, queries, rules, web_push
from notifications.domain import push_devices, push_keys
from notifications.models import Push, PushSubscription
from notifications.push_messages import PushMessage

log = logging.getLogger(__name__)

AT_ONCE = 40
THREADS = 8
DEADLINE_SECONDS = 8.0
MOST_ANSWERED = 64 * 1024
# Longer than a batch takes.
LEASE = timedelta(seconds=90)
# After the first attempt, the second, and so on; then it is given up: mail and the portal have it anyway.
BACKOFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
LONGEST_WAIT = timedelta(hours=2)
# Counted from the time it was due.
OLDEST = timedelta(days=1)
# More than this at once (after quiet hours) become one message.
MOST_SINGLE = 3
# A push service that hangs must not keep the worker from ending: the next task goes on.
MOST_SECONDS = 60.0
TOKEN_HOURS = 12  # RFC 8292, 2: 24 at most


class Outcome(Enum):
    SENT = "sent"
    GONE = "gone"  # the browser gave the address up, or the permission was revoked
    LATER = "later"
    FAILED = "failed"


@dataclass
class Sending:
    """One message to one device; `rows` are what it is about."""

    rows: list[Push]
    subscription: web_push.Subscription
    message: PushMessage
    authorization: str
    outcome: Outcome = Outcome.FAILED
    wait: timedelta = timedelta()


def is_due() -> bool:
    """Whether `send_due` has anything to do."""
    return _due(timezone.now()).exists()


def send_due() -> int:
    """Send all push messages that are due; returns how many a push service accepted."""
    sent = 0
    ends_at = time.monotonic() + MOST_SECONDS
    while time.monotonic() < ends_at and (claimed := _claim(timezone.now())):
        sendings = list(_sendings(claimed))
        if len(sendings) > 1:
            with ThreadPoolExecutor(min(THREADS, len(sendings))) as threads:
                list(threads.map(_send, sendings))
        elif sendings:
            _send(sendings[0])
        for sending in sendings:
            _settle(sending)
        sent += sum(sending.outcome == Outcome.SENT for sending in sendings)
    return sent


def _due(now: datetime) -> QuerySet[Push]:
    # After a restore only new alerts: the rest may have been sent since the backup was made.
    may_leave = restores.may_leave(Q(notification__kind__in=rules.URGENT))
    return Push.objects.filter(may_leave, due_at__lte=now)


@transaction.atomic
def _claim(now: datetime) -> list[Push]:
    """Up to `AT_ONCE` messages that are wanted; the others that are due are deleted. Empty when nothing is due."""
    wanted: list[Push] = []
    while not wanted:
        due = _due(now).select_related("subscription", "notification__user", "notification__municipality")
        rows = list(due.order_by("due_at", "pk").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        if not rows:
            break
        roles = queries.roles_of({row.notification.user for row in rows})
        wanted = [row for row in rows if _is_wanted(row, roles, now)]
        Push.objects.filter(pk__in={row.pk for row in rows} - {row.pk for row in wanted}).delete()
    Push.objects.filter(pk__in=[row.pk for row in wanted]).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    return wanted


def _is_wanted(row: Push, roles: queries.Roles, now: datetime) -> bool:
    notification = row.notification
    is_theirs = row.subscription.user_id == notification.user_id and notification.user.is_active
    is_news = notification.read_at is None and row.due_at > now - OLDEST and row.attempts <= len(BACKOFF)
    return is_theirs and is_news and queries.is_readable(notification, roles)


def _sendings(rows: list[Push]) -> Iterator[Sending]:
    try:
        key = push_keys.current()
    except crypto.CryptoError:
        log.exception("The key for push messages could not be read: docs/runbooks/token-key-lost.md")
        return
    until = timezone.now() + timedelta(hours=TOKEN_HOURS)
    by_device: dict[int, list[Push]] = defaultdict(list)
    for row in rows:
        by_device[row.subscription_id].append(row)
    tokens: dict[str, str] = {}
    for waiting in by_device.values():
        try:
            device = push_devices.opened(waiting[0].subscription)
        except crypto.CryptoError:
            log.exception("A push subscription could not be read")
            continue  # until its key is back, or the messages are too old
        if device.origin not in tokens:
            tokens[device.origin] = web_push.authorization(key, device.origin, subject=_subject(), until=until)
        for group in _groups(waiting):
            notifications = [row.notification for row in group]
            is_list = len({row.notification.about for row in group}) > 1
            newest = max(notifications, key=lambda row: row.pk)
            message = push_messages.several(notifications, device) if is_list else push_messages.single(newest, device)
            yield Sending(group, device, message, tokens[device.origin])


def _groups(rows: list[Push]) -> Iterable[list[Push]]:
    """What goes into one message: everything about one thing, or all where that would be too many messages."""
    groups: dict[str, list[Push]] = defaultdict(list)
    for row in rows:
        groups[row.notification.about or f"row {row.notification_id}"].append(row)
    return groups.values() if len(groups) <= MOST_SINGLE else [rows]


def _subject() -> str:
    if settings.HTTPS:
        return str(settings.PUBLIC_BASE_URL)
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _send(sending: Sending) -> None:
    """Sets its outcome. Runs in a thread of its own: no database."""
    headers = {
        "Authorization": sending.authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(push_messages.TTL_SECONDS),
        "Topic": sending.message.topic,
        "Urgency": sending.message.urgency,
    }
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=DEADLINE_SECONDS, max_bytes=MOST_ANSWERED)
    try:
        body = web_push.encrypted(sending.message.payload, sending.subscription, padded_to=push_messages.PADDED_TO)
        answer = http.post(sending.subscription.endpoint, data=body, headers=headers)
    except (Refused, web_push.InvalidSubscription):
        sending.outcome = Outcome.GONE
    except HttpError:
        sending.outcome = Outcome.LATER
    else:
        sending.outcome = _outcome(answer.status)
        sending.wait = web_push.retry_after(answer.headers.get("retry-after", ""), timezone.now())


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.SENT
    # 404 and 410: RFC 8030, 7.3. 401 and 403: the browser subscribed with another key pair (RFC 8292, 4.2).
    if status in (401, 403, 404, 410):
        return Outcome.GONE
    return Outcome.LATER if status == 429 or status >= 500 else Outcome.FAILED


@transaction.atomic
def _settle(sending: Sending) -> None:
    rows = Push.objects.filter(pk__in=[row.pk for row in sending.rows])
    subscription = PushSubscription.objects.filter(pk=sending.rows[0].subscription_id)
    now = timezone.now()
    if sending.outcome == Outcome.GONE:
        log.info("A push subscription ended at %s", sending.subscription.host)
        push_devices.end(subscription, by=None)
    elif sending.outcome == Outcome.LATER:
        for row in sending.rows:
            rest = BACKOFF[min(row.attempts, len(BACKOFF) - 1)]
            wait = min(max(sending.wait, rest), LONGEST_WAIT)
            rows.filter(pk=row.pk).update(due_at=now + wait)
        rows.filter(attempts__gt=len(BACKOFF)).delete()
    else:
        if sending.outcome == Outcome.FAILED:
            log.warning("A push message was refused by %s", sending.subscription.host)
        rows.delete()
        if sending.outcome == Outcome.SENT:
            subscription.update(sent_at=now)
