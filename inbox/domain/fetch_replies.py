"""Looking below our posts, where a network does not tell by itself what people write there to each other.

A post is looked at on a ladder (`inbox.rules.next_below`), often while it is fresh and no more after two weeks; sooner
when its numbers say that answers came, and not at all while they say that there are none. A claim moves `next_at` ahead
by a lease, and an answer of the network is written in one transaction with the next look: whoever dies in between
looks once more, and `message_once` keeps nothing twice.

The same look tells what is gone. An answer can only be missed where it should stand: under our post, or under another
answer that is still there (what stands under a deleted one, networks do not show), and only in an answer that was
whole. Missed twice, ten minutes apart, it is gone.
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
from inbox.domain.deleted_messages import gone, is_back
from inbox.domain.ingest import keep
from inbox.models import Below, Message
from municipalities.tenancy import everywhere, scope
from platforms.errors import PlatformError, RateLimited
from platforms.protocols import Connector
from platforms.types import Messages
from posts.models import Publication

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# So many posts of one channel at once; the rest at the next tick.
POSTS = 20


def begin() -> int:
    """Look below every post that was published since; returns how many are new."""
    now = timezone.now()
    quiet = [platform for platform in validation.networks() if not validation.lists_replies(platform)]
    with everywhere("find posts below which nobody looks"):
        out = Publication.objects.filter(
            live=True, below__isnull=True, channel__platform__in=quiet, channel__state=ChannelState.CONNECTED
        )
        fresh = out.filter(delivery__state=Sent.PUBLISHED, delivery__published_at__gt=now - rules.BELOW_UNTIL)
        new = [
            Below(municipality_id=each.municipality_id, publication=each, next_at=now)
            for each in fresh.only("pk", "municipality")
        ]
        Below.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def due() -> list[int]:
    """Channels of which a post is due."""
    with everywhere("find channels below whose posts we look"):
        rows = _due(timezone.now()).filter(publication__channel__state=ChannelState.CONNECTED)
        return sorted(set(rows.values_list("publication__channel", flat=True)))


def _due(now: datetime) -> QuerySet[Below]:
    """By the ladder, or because the numbers of a post that is still on it say that more was answered."""
    more = Q(publication__subject__replies__gt=F("answers"), publication__subject__last_fetched_at__gt=F("asked_at"))
    return Below.objects.filter(Q(next_at__lte=now) | Q(more, next_at__isnull=False))


def fetch_replies(channel_id: int) -> int:
    """Look below the posts of one channel that are due; returns how many messages were new."""
    with everywhere("looking starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    new = 0
    with scope(channel.municipality_id):
        for row in _claimed(channel):
            if until := rate_limits.waits_until(channel):
                _later(row, until)
                break
            try:
                new += _look(row, channel, open_channel(channel))
            except RateLimited as limited:
                _later(row, limited.retry_at)
                break
            except PlatformError:
                _later(row, timezone.now() + rules.ASK_AFTER_TROUBLE)
            except Exception:
                log.exception("Answers below %s could not be read", row.publication)
                _later(row, timezone.now() + rules.ASK_AFTER_TROUBLE)
    return new


def _claimed(channel: Channel) -> Iterator[Below]:
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
            # What the numbers said is taken in with the claim: they call for one look, not for one each tick.
            row.answers = getattr(getattr(row.publication, "subject", None), "replies", None)
            row.save(update_fields=["next_at", "answers"])
        yield row


def _look(row: Below, channel: Channel, connector: Connector) -> int:
    publication, began = row.publication, timezone.now()
    published_at = publication.delivery.published_at or began
    row.next_at = rules.next_below(published_at, began)
    if _has_none(row):
        row.save(update_fields=["next_at"])
        return 0
    told = connector.replies(str(publication.delivery.remote_id))
    with transaction.atomic():
        new = keep(channel, told.items, is_first=row.asked_at is None)
        here = Message.objects.filter(channel=channel, remote_id__in=[one.remote_id for one in told.items])
        here.filter(publication=None).update(publication=publication)
        is_back(channel, [one.remote_id for one in told.items])
        if told.is_whole and _miss(publication, channel, told, began):
            row.next_at = min(row.next_at or began + rules.MISSING_AGAIN, began + rules.MISSING_AGAIN)
        row.asked_at = began
        row.save(update_fields=["next_at", "asked_at"])
    return new


def _has_none(row: Below) -> bool:
    """The numbers, read since the last look, say that nobody answers, and we know of nobody who did."""
    subject = getattr(row.publication, "subject", None)
    if row.asked_at is None or subject is None or subject.replies != 0 or subject.last_fetched_at is None:
        return False
    return (
        subject.last_fetched_at > row.asked_at
        and not Message.objects.filter(publication=row.publication, gone_at=None).exists()
    )


def _miss(publication: Publication, channel: Channel, told: Messages, began: datetime) -> bool:
    """Note what was not found; whether something was not found for the first time."""
    there = {one.remote_id for one in told.items}
    above = there | {str(publication.delivery.remote_id)}
    known = Message.objects.filter(publication=publication, channel=channel, gone_at=None, heard_at__lt=began)
    missing = list(
        known.filter(in_reply_to__in=above).exclude(remote_id__in=there).values("pk", "remote_id", "missed_at")
    )
    twice = [
        each["remote_id"] for each in missing if each["missed_at"] and began - each["missed_at"] >= rules.MISSING_AGAIN
    ]
    gone(channel, twice)
    first = [each["pk"] for each in missing if each["missed_at"] is None]
    Message.objects.filter(pk__in=first).update(missed_at=began)
    return len(missing) > len(twice)


def _later(row: Below, at: datetime) -> None:
    row.next_at = max(at, timezone.now())
    row.save(update_fields=["next_at"])
