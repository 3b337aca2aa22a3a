"""Fetching replies below our posts, for networks that do not send all of them as events.

Posts have a fetch schedule (`inbox.rules.next_reply_fetch`): often while fresh, never after two weeks, sooner when the
metrics show new replies, and not while they show none. A claim moves `next_at` ahead by a lease, and a response is
stored in one transaction with the next fetch: after a crash the post is fetched again, and the constraint
`message_once` prevents duplicates.

The same response shows which replies were deleted. A reply counts as missing only where it should be listed: below our
post or below another reply that still exists (networks do not list replies below deleted ones), and only if the
response was complete. Missing twice, ten minutes apart, it was deleted.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels import rate_limits, validation
from channels.connector_factory import open_channel
from channels.enums import ChannelState
from channels.models import Channel
from delivery.enums import State as Sent
from inbox import rules
from inbox.domain.deleted_messages import mark_restored, record_missing
from inbox.domain.ingest import store_messages
from inbox.models import Message, ReplyFetch
from municipalities.tenancy import everywhere, scope
from platforms.errors import NotReached, PlatformError, RateLimited
from platforms.protocols import Connector
from platforms.types import Messages
from posts.models import Publication

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# Posts of one channel per run; the rest follow at the next tick.
POSTS = 20


def schedule() -> int:
    """Start fetching replies of newly published posts; returns how many are new."""
    now = timezone.now()
    quiet = [platform for platform in validation.networks() if not validation.lists_replies(platform)]
    with everywhere("find posts below which nobody looks"):
        out = Publication.objects.filter(
            live=True, reply_fetch__isnull=True, channel__platform__in=quiet, channel__state=ChannelState.CONNECTED
        )
        fresh = out.filter(delivery__state=Sent.PUBLISHED, delivery__published_at__gt=now - rules.REPLY_FETCH_UNTIL)
        new = [
            ReplyFetch(municipality_id=publication.municipality_id, publication=publication, next_at=now)
            for publication in fresh.only("pk", "municipality")
        ]
        ReplyFetch.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def due_channels() -> list[int]:
    """Ids of channels with a post that is due."""
    with everywhere("find channels below whose posts we look"):
        rows = _due(timezone.now()).filter(publication__channel__state=ChannelState.CONNECTED)
        return sorted(set(rows.values_list("publication__channel", flat=True)))


def _due(now: datetime) -> QuerySet[ReplyFetch]:
    """By the ladder, or because the numbers of a post that is still on it say that more was answered."""
    more = Q(publication__subject__replies__gt=F("answers"), publication__subject__last_fetched_at__gt=F("fetched_at"))
    return ReplyFetch.objects.filter(Q(next_at__lte=now) | Q(more, next_at__isnull=False))


def fetch_replies(channel_id: int) -> int:
    """Fetch the replies of one channel's due posts; returns how many messages were new."""
    with everywhere("looking starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    new = 0
    with scope(channel.municipality_id):
        for row in _claim_due(channel):
            if until := rate_limits.waits_until(channel):
                _postpone(row, until)
                break
            try:
                new += _fetch(row, channel, open_channel(channel))
            except RateLimited as limited:
                _postpone(row, limited.retry_at)
                break
            except NotReached:
                now = timezone.now()
                _postpone(row, now + rules.retry_delay(now - row.fetched_at if row.fetched_at else None))
            except PlatformError:
                _postpone(row, timezone.now() + rules.FETCH_RETRY_INTERVAL)
            except Exception:
                log.exception("Answers below %s could not be read", row.publication)
                _postpone(row, timezone.now() + rules.FETCH_RETRY_INTERVAL)
    return new


def _claim_due(channel: Channel) -> Iterator[ReplyFetch]:
    """One after the other, the freshest post first; each is taken right before it is asked for."""
    for _ in range(POSTS):
        with transaction.atomic():
            now = timezone.now()
            rows = _due(now).filter(publication__channel=channel).select_for_update(skip_locked=True, of=("self",))
            rows = rows.select_related("publication__delivery", "publication__subject")
            row = rows.order_by("-publication__delivery__published_at").first()
            if row is None:
                return
            row.next_at = now + LEASE
            # The metrics are stored with the claim, so that they cause one fetch, not one per tick.
            row.answers = getattr(getattr(row.publication, "subject", None), "replies", None)
            row.save(update_fields=["next_at", "answers"])
        yield row


def _fetch(row: ReplyFetch, channel: Channel, connector: Connector) -> int:
    publication, began = row.publication, timezone.now()
    published_at = publication.delivery.published_at or began
    row.next_at = rules.next_reply_fetch(published_at, began)
    if publication.delivery.public_until or _has_no_replies(row):  # answers to a story are private messages
        row.save(update_fields=["next_at"])
        return 0
    response = connector.replies(str(publication.delivery.remote_id))
    with transaction.atomic():
        new = store_messages(channel, response.items, is_first=row.fetched_at is None)
        here = Message.objects.filter(channel=channel, remote_id__in=[one.remote_id for one in response.items])
        here.filter(publication=None).update(publication=publication)
        mark_restored(channel, [one.remote_id for one in response.items])
        if response.is_whole and _record_missing(publication, channel, response, began):
            row.next_at = min(
                row.next_at or began + rules.MISSING_RECHECK_INTERVAL, began + rules.MISSING_RECHECK_INTERVAL
            )
        row.fetched_at = began
        row.save(update_fields=["next_at", "fetched_at"])
    return new


def _has_no_replies(row: ReplyFetch) -> bool:
    """Whether metrics newer than the last fetch show no replies, and none is stored."""
    subject = getattr(row.publication, "subject", None)
    if row.fetched_at is None or subject is None or subject.replies != 0 or subject.last_fetched_at is None:
        return False
    return (
        subject.last_fetched_at > row.fetched_at
        and not Message.objects.filter(publication=row.publication, remote_deleted_at=None).exists()
    )


def _record_missing(publication: Publication, channel: Channel, response: Messages, began: datetime) -> bool:
    """Record replies that are missing; returns whether one is missing for the first time."""
    there = {one.remote_id for one in response.items}
    above = there | {str(publication.delivery.remote_id)}
    known = Message.objects.filter(
        publication=publication, channel=channel, remote_deleted_at=None, received_at__lt=began
    )
    return record_missing(channel, known.filter(in_reply_to__in=above).exclude(remote_id__in=there), began)


def _postpone(row: ReplyFetch, at: datetime) -> None:
    row.next_at = max(at, timezone.now())
    row.save(update_fields=["next_at"])
