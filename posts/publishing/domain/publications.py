"""Between a post and its deliveries: one publication per channel and slot, each with its row in the outbox.

These are parts of verbs: they run inside the transaction of one, and the verb writes the audit event. A post never
sends the same thing twice on a channel: what is on a network, or may be, is left alone.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels import validation
from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.domain.cancel import cancel
from delivery.domain.enqueue import enqueue
from delivery.domain.move import Moved, NoSuchMove
from delivery.domain.reschedule import reschedule
from delivery.enums import State
from posts import compose
from posts.labels import language_problems
from posts.media.video_status import blocking_message
from posts.models import Post, Publication, Version
from posts.queries import OUT, content, frozen_files, probed_media_of, publications, usable_channels

KIND = "post"
OPEN = (State.WAITING, State.SCHEDULED, State.EXPIRED, State.FAILED)


def being_sent_message() -> str:
    return _("The post is being published at this very moment. Wait a minute and check again.")


def create_publications(
    post: Post,
    version: Version,
    *,
    due_at: datetime,
    approved: bool,
    by: User,
    urgent: bool = False,
    not_after: datetime | None = None,
) -> list[Publication]:
    """Deliveries for every channel and slot of `version`, replacing those not sent yet.

    `urgent` ones are sent before all others of their channel. `not_after`: until when they may be sent, if that is
    later than the municipality's rule says.

    Raises `ActionNotAllowed` when there is no channel, or a network is known to refuse the content.
    """
    planned, ready = _checked_parts(version)
    withdraw(post, by=by)
    taken = {(publication.channel_id, publication.slot) for publication in publications(post)}
    by_rule = due_at + timedelta(minutes=post.municipality.not_after_minutes)
    not_after = max(not_after or by_rule, by_rule)
    return [
        Publication.objects.create(
            municipality_id=post.municipality_id, post=post, version=version, channel=channel, slot=part.slot,
            delivery=enqueue(
                channel, kind=KIND, outgoing=payload, due_at=due_at, not_after=not_after, approved=approved,
                urgent=urgent, by=by, written_at=post.created_at,
            ),
        )
        for (channel, part), payload in zip(planned, ready, strict=True)
        if not _is_taken(taken, channel.pk, part.slot)
    ]  # fmt: skip


def refuse_unpublishable(version: Version) -> None:
    """Raises `ActionNotAllowed` when `version` could not be published now: without a channel, or with content that a
    network is known to refuse.
    """
    _checked_parts(version)


def _checked_parts(version: Version) -> tuple[list[tuple[Channel, compose.Part]], list[Any]]:
    """What goes to which channel, and the payload of each."""
    draft = content(version)
    if reason := blocking_message(probed_media_of(draft)):
        raise ActionNotAllowed(reason)
    channels = [channel for channel in usable_channels() if channel.pk in draft.channels]
    if not channels:
        raise ActionNotAllowed(no_channel_message(), "channels")
    planned = [(channel, part) for channel in channels for part in compose.parts(draft, channel)]
    return planned, _checked(draft, version, planned)


def no_channel_message() -> str:
    return _("No channel is chosen. Choose at least one channel on which the post appears.")


def _is_taken(taken: set[tuple[int, str]], channel: int, slot: str) -> bool:
    """A combined post and one per script have the same text: once one of them is public, the other is not sent."""
    whole = slot == compose.WHOLE or (channel, compose.WHOLE) in taken
    return any(where == channel and (whole or what == slot) for where, what in taken)


def _checked(draft: Any, version: Version, planned: list[tuple[Channel, compose.Part]]) -> list[Any]:
    """The payload of each part. Raises `ActionNotAllowed` with every reason why a network would refuse it."""
    files, payloads, reasons = frozen_files(version), [], []
    for channel, part in planned:
        # A distinct time for each: Bluesky derives the key of a post from it, which must be unique per channel.
        payload = compose.outgoing(draft, part, files, key=uuid4(), created_at=timezone.now())
        payloads.append(payload)
        problems = [why for _tag, why in language_problems(part, draft)] or [
            finding.message for finding in validation.check(channel, payload) if finding.severity == "error"
        ]
        reasons += [_("%(channel)s: %(problem)s") % {"channel": channel.name, "problem": why} for why in problems]
    if reasons:
        raise ActionNotAllowed(_("A network would not take this post as it is."), details=list(dict.fromkeys(reasons)))
    return payloads


def withdraw(post: Post, *, by: User) -> list[Publication]:
    """Cancel pending deliveries. Raises `ActionNotAllowed` when one is being sent at this moment."""
    withdrawn = []
    for publication in publications(post):
        delivery = publication.delivery
        if delivery.state in (State.SENDING, State.PROCESSING):
            raise ActionNotAllowed(being_sent_message())
        if delivery.state in OUT:
            continue
        if delivery.state in OPEN:
            try:
                cancel(delivery, by=by)
            except (Moved, NoSuchMove) as moved:
                raise ActionNotAllowed(being_sent_message()) from moved
        publication.live = False
        publication.save(update_fields=["live"])
        withdrawn.append(publication)
    return withdrawn


def move_deliveries(post: Post, *, due_at: datetime, by: User | None) -> int:
    """Set a new time for all pending deliveries; returns how many. Raises `ActionNotAllowed` when one is being sent."""
    not_after = due_at + timedelta(minutes=post.municipality.not_after_minutes)
    deliveries = [publication.delivery for publication in publications(post)]
    if any(delivery.state in (State.SENDING, State.PROCESSING) for delivery in deliveries):
        raise ActionNotAllowed(being_sent_message())
    pending = [row for row in deliveries if row.state in (State.WAITING, State.SCHEDULED, State.EXPIRED)]
    for delivery in pending:
        try:
            reschedule(delivery, due_at, not_after=not_after, by=by)
        except (Moved, NoSuchMove) as moved:
            raise ActionNotAllowed(being_sent_message()) from moved
    return len(pending)
