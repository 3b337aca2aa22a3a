"""What was read of a message is kept beside it when it is heard; a person agrees, for one or for all that say the same.

`beside` writes no row: whoever keeps the messages saves `KEPT` with them. Groups are named by their first message
(`inbox.reading.similar_group`): what a thread has heard in the last days is asked once for all new messages together.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Channel
from common.errors import ActionNotAllowed
from inbox import reading
from inbox.domain import triage
from inbox.models import Message
from inbox.queries.thread import alike
from municipalities.tenancy import everywhere, scope

KEPT = ("script", "suggested_kind", "suggested_topic", "hints", "similar_group", "has_personal_data")
# People ask the same again next month and mean something else.
TOGETHER = timedelta(days=14)
MOST_GROUPS = 1000
MOST_AT_ONCE = 200
BATCH = 500

Groups = dict[int | None, dict[int, datetime]]


def beside(channel: Channel, rows: Sequence[Message]) -> None:
    """Set `KEPT` of messages of one channel, the oldest first. One query, none for no rows."""
    if not rows:
        return
    groups = _groups(channel.pk, rows)
    for row in sorted(rows, key=lambda one: one.at):
        read = reading.read(row.text)
        row.script, row.has_personal_data = read.spelling.value, read.has_personal_data
        row.suggested_kind, row.suggested_topic = read.kind.value, read.topic.value
        row.hints = {
            "kind": read.kind.because,
            "topic": read.topic.because,
            "flags": [flag.value for flag in read.flags],
        }
        known = groups[row.publication_id]
        near = (name for name, at in known.items() if abs(row.at - at) <= TOGETHER)
        row.similar_group = reading.joined(read.fingerprint, near)
        if row.similar_group is not None:
            known[row.similar_group] = max(row.at, known.get(row.similar_group, row.at))


def _groups(channel_id: int, rows: Sequence[Message]) -> Groups:
    """By thread (the post it is below, or none), the groups of about those days and their newest message."""
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    below = {row.publication_id for row in rows}
    thread = Q(publication__in=below - {None})
    if None in below:
        thread |= Q(publication__isnull=True)
    told = (
        Message.objects.filter(thread, channel=channel_id, at__gte=first - TOGETHER, at__lte=last + TOGETHER)
        .filter(similar_group__isnull=False)
        .exclude(pk__in=[row.pk for row in rows if row.pk])
        .values_list("publication_id", "similar_group")
        .annotate(newest=Max("at"))
        .order_by("-newest")[:MOST_GROUPS]
    )
    groups: Groups = defaultdict(dict)
    for publication, name, newest in told:
        groups[publication][name] = newest
    return groups


def again() -> int:
    """Read every message anew, after an update that added or changed how they are read. Returns how many."""
    with everywhere("find channels whose messages are read anew"):
        channels = list(Message.objects.order_by().values_list("channel_id", "municipality_id").distinct())
    return sum(_again(channel, municipality) for channel, municipality in channels)


def _again(channel_id: int, municipality_id: int) -> int:
    """A channel's messages, the oldest first and so many at once, so that groups form as they would have."""
    done = 0
    with scope(municipality_id):
        channel = Channel.objects.get(pk=channel_id)
        kept = Message.objects.filter(channel=channel, erased_at=None)
        kept.update(similar_group=None)
        rows = kept.order_by("at", "pk")
        last: Message | None = None
        while found := list((rows.filter(Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.pk)) if last else rows)[:BATCH]):
            beside(channel, found)
            Message.objects.bulk_update(found, KEPT)
            done, last = done + len(found), found[-1]
    return done


@transaction.atomic
def accept(message: Message, *, by: User) -> Message:
    """Agree that it is what it looks like, and about what it seems to be.

    Raises `ActionNotAllowed` where nothing is suggested any more.
    """
    row = triage.locked(message)
    if not row.suggested_kind:
        raise ActionNotAllowed(_("Nothing is suggested for this message. Say yourself what it is."), "kind")
    row = triage.sort(row, row.suggested_kind, by=by)
    return triage.file_under(row, row.suggested_topic, by=by) if row.suggested_topic and not row.topic else row


@transaction.atomic
def sort_alike(message: Message, kind: str, *, by: User) -> int:
    """Say of a message and of the open ones that say nearly the same what they are. Returns how many were sorted."""
    rows = list(alike(message)[:MOST_AT_ONCE])
    for row in rows:
        triage.sort(row, kind, by=by)
    return len(rows)
