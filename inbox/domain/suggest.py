"""Suggestions for messages: set when a message is stored, and accepted by a person.

`set_suggestions` saves nothing: whoever stores the messages saves `SUGGESTION_FIELDS` with them. A group is named by
the fingerprint of its first message (`inbox.text_analysis.similarity`); the recent groups of a thread are read once
for all new messages together.
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
from inbox import text_analysis
from inbox.domain import triage
from inbox.models import Message
from municipalities.tenancy import everywhere, scope

SUGGESTION_FIELDS = ("script", "suggested_kind", "suggested_topic", "hints", "similar_group", "has_personal_data")
# People ask the same again next month and mean something else.
GROUP_WINDOW = timedelta(days=14)
MOST_GROUPS = 1000
BATCH = 500

Groups = dict[int | None, dict[int, datetime]]


def set_suggestions(channel: Channel, rows: Sequence[Message]) -> None:
    """Set `SUGGESTION_FIELDS` of messages of one channel, oldest first. One query at most.

    Messages of private conversations belong to no group: nobody answers two people's private words together.
    """
    public = [row for row in rows if row.conversation_id is None]
    groups = _groups(channel.pk, public) if public else {}
    for row in sorted(rows, key=lambda one: one.at):
        read = text_analysis.analyse(row.text)
        row.script, row.has_personal_data = read.spelling.value, read.has_personal_data
        row.suggested_kind, row.suggested_topic = read.kind.value, read.topic.value
        row.hints = {
            "kind": read.kind.reasons,
            "topic": read.topic.reasons,
            "flags": [flag.value for flag in read.flags],
        }
        if row.conversation_id is not None:
            row.similar_group = None
            continue
        known = groups[row.publication_id]
        near = (name for name, at in known.items() if abs(row.at - at) <= GROUP_WINDOW)
        row.similar_group = text_analysis.assign_group(read.fingerprint, near)
        if row.similar_group is not None:
            known[row.similar_group] = max(row.at, known.get(row.similar_group, row.at))


def _groups(channel_id: int, rows: Sequence[Message]) -> Groups:
    """By thread (the post it is below, or none), the groups of about those days and their newest message."""
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    below = {row.publication_id for row in rows}
    thread = Q(publication__in=below - {None})
    if None in below:
        thread |= Q(publication__isnull=True)
    newest_by_group = (
        Message.objects.filter(thread, channel=channel_id, at__gte=first - GROUP_WINDOW, at__lte=last + GROUP_WINDOW)
        .filter(similar_group__isnull=False)
        .exclude(pk__in=[row.pk for row in rows if row.pk])
        .values_list("publication_id", "similar_group")
        .annotate(newest=Max("at"))
        .order_by("-newest")[:MOST_GROUPS]
    )
    groups: Groups = defaultdict(dict)
    for publication, name, newest in newest_by_group:
        groups[publication][name] = newest
    return groups


def reanalyse_all() -> int:
    """Read every message anew, after an update that added or changed how they are read. Returns how many."""
    with everywhere("find channels whose messages are read anew"):
        channels = list(Message.objects.order_by().values_list("channel_id", "municipality_id").distinct())
    return sum(_reanalyse_channel(channel, municipality) for channel, municipality in channels)


def _reanalyse_channel(channel_id: int, municipality_id: int) -> int:
    """Analyses a channel's messages in batches, oldest first, so that the same groups form as on arrival."""
    done = 0
    with scope(municipality_id):
        channel = Channel.objects.get(pk=channel_id)
        messages = Message.objects.filter(channel=channel, erased_at=None)
        messages.update(similar_group=None)
        rows = messages.order_by("at", "pk")
        last: Message | None = None
        while batch := list((rows.filter(Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.pk)) if last else rows)[:BATCH]):
            set_suggestions(channel, batch)
            Message.objects.bulk_update(batch, SUGGESTION_FIELDS)
            done, last = done + len(batch), batch[-1]
    return done


@transaction.atomic
def accept(message: Message, *, by: User) -> Message:
    """Accept the suggested kind, and the suggested topic where none is set. Raises `ActionNotAllowed` without a
    suggestion."""
    row = triage.lock(message)
    if not row.suggested_kind:
        raise ActionNotAllowed(_("There is no suggestion for this message. Choose the category yourself."), "kind")
    row = triage.set_kind(row, row.suggested_kind, by=by)
    return triage.set_topic(row, row.suggested_topic, by=by) if row.suggested_topic and not row.topic else row
