"""Fetching citizens' messages: scheduling channels, fetching due ones, storing new and edited messages.

A network may send the same message any number of times, as an event and in a response: `message_once` stores it once,
and a later version updates the row. A claim only moves `next_at` ahead by a lease, so a worker that dies costs one
lease and no message: the cursor moves in the transaction that stores what precedes it.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels import rate_limits
from channels.connector_factory import open_channel
from channels.enums import ChannelState
from channels.models import Channel
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from inbox import rules
from inbox.domain import (
    apply_rules,
    attachments,
    conversations,
    fetch_visibility,
    review_answers,
    satisfaction,
    suggest,
    unsnooze,
)
from inbox.domain.deleted_messages import mark_deleted, record_missing_of_channel, without_deleted
from inbox.enums import NOT_WAITING, FetchOutcome, MessageState
from inbox.models import Conversation, Message, MessageFetch, message_search_key
from inbox.network_text import is_storable_id, storable, storable_name
from municipalities.tenancy import everywhere, scope
from platforms import types
from platforms.errors import NeedsConsent, NotReached, PlatformError, RateLimited
from platforms.visibility import Visibility, is_wider
from posts.models import Publication

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# Pages of one channel per run; then the next fetch is due at once.
PAGES = 10


def schedule() -> int:
    """Start fetching newly connected channels, and fetch woken ones at once (`inbox.domain.webhook_events`). Returns
    how many."""
    now = timezone.now()
    with everywhere("find channels that nobody listens to"), transaction.atomic():
        deaf = Channel.objects.filter(state=ChannelState.CONNECTED, message_fetch__isnull=True)
        new = [MessageFetch(municipality_id=c.municipality_id, channel=c, next_at=now) for c in deaf]
        MessageFetch.objects.bulk_create(new, ignore_conflicts=True)
        woken = MessageFetch.objects.filter(next_at__gt=now, woken_at__gt=F("fetched_at"))
        return len(new) + woken.update(next_at=now)


def claim(limit: int = 200) -> list[int]:
    """Channels that are due, their `next_at` moved ahead by a lease."""
    with everywhere("claim channels to be heard"), transaction.atomic():
        now = timezone.now()
        due = list(
            MessageFetch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=now, channel__state=ChannelState.CONNECTED)
            .order_by("next_at")
            .values_list("pk", "channel_id")[:limit]
        )
        MessageFetch.objects.filter(pk__in=[pk for pk, _ in due]).update(next_at=now + LEASE)
    return [channel_id for _, channel_id in due]


def fetch_messages(channel_id: int) -> int:
    """Ask one channel's network what is new, page after page. Returns how many messages were new."""
    with everywhere("listening starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    with scope(channel.municipality_id):
        message_fetch = MessageFetch.objects.get(channel=channel)
        began = timezone.now()
        if until := rate_limits.waits_until(channel):
            _reschedule(message_fetch, until)
            return 0
        try:
            return _fetch_pages(message_fetch, channel, began)
        except RateLimited as limited:
            _reschedule(message_fetch, limited.retry_at)
        except PlatformError as error:
            outcome = _outcome(error)
            _reschedule(message_fetch, began + _delay(message_fetch, outcome, began), outcome)
        except Exception:
            # An answer that the connector did not expect: nothing of it can be believed, and the others go on.
            log.exception("Messages of channel %s could not be read", channel_id)
            _reschedule(message_fetch, began + rules.FETCH_RETRY_INTERVAL, FetchOutcome.REFUSED)
        return 0


def _delay(message_fetch: MessageFetch, outcome: FetchOutcome, began: datetime) -> timedelta:
    """Until it is tried again after an error."""
    if outcome != FetchOutcome.NOT_REACHED:
        return rules.FETCH_RETRY_INTERVAL
    last = message_fetch.fetched_at if message_fetch.outcome == FetchOutcome.NOT_REACHED else None
    return rules.retry_delay(began - last if last else None)


def _fetch_pages(message_fetch: MessageFetch, channel: Channel, began: datetime) -> int:
    connector, new = open_channel(channel), 0
    for page in range(PAGES):
        if page and (until := rate_limits.waits_until(channel)):
            _reschedule(message_fetch, until)
            return new
        response = connector.messages(message_fetch.cursor or None)
        moved = bool(response.cursor) and response.cursor != message_fetch.cursor
        with transaction.atomic():
            new += store_messages(
                channel, response.items, is_first=response.is_past or message_fetch.fetched_at is None
            )
            if response.deleted:
                mark_deleted(channel, response.deleted)
            if response.is_whole:
                record_missing_of_channel(channel, {one.remote_id for one in response.items}, began)
            conversations.mark_seen(channel, response.seen)
            message_fetch.cursor = response.cursor or message_fetch.cursor
            message_fetch.save(update_fields=["cursor"])
        if not moved or not response.items:
            break
    else:
        _reschedule(message_fetch, began, FetchOutcome.READ)
        return new
    fetch_visibility.fetch_unknown(channel, connector)
    _reschedule(message_fetch, began + rules.FETCH_INTERVAL, FetchOutcome.READ, began)
    return new


def _reschedule(
    message_fetch: MessageFetch, at: datetime, outcome: FetchOutcome | None = None, began: datetime | None = None
) -> None:
    message_fetch.next_at = max(at, timezone.now())
    if outcome is not None:
        message_fetch.outcome, message_fetch.fetched_at = outcome, began or timezone.now()
        message_fetch.save(update_fields=["next_at", "outcome", "fetched_at"])
        return
    # The next fetch is scheduled and will read everything, so an earlier wake-up is pointless.
    message_fetch.woken_at = None
    message_fetch.save(update_fields=["next_at", "woken_at"])


def _outcome(error: PlatformError) -> FetchOutcome:
    if isinstance(error, NeedsConsent):
        return FetchOutcome.NEEDS_CONSENT
    return FetchOutcome.NOT_REACHED if isinstance(error, NotReached) else FetchOutcome.REFUSED


@transaction.atomic
def store_messages(
    channel: Channel, fetched: Iterable[types.Message], *, is_first: bool = False, follows: bool = True
) -> int:
    """Store new messages and update edited ones; returns how many are new. A fixed number of queries.

    `is_first`: the first fetch, so deadlines count from now and messages older than some days are closed. `follows`:
    the texts are current, not as originally written.
    """
    items = {one.remote_id: one for one in fetched if _may_be_stored(one, channel)}
    if not items:
        return 0
    # Serialises writers of a channel: storing the same messages in different orders would deadlock.
    list(MessageFetch.objects.select_for_update().filter(channel=channel).values_list("pk"))
    now = timezone.now()
    by_name = conversations.store(channel, items.values(), now)
    conversations.store_external_replies(channel, items.values(), by_name, now)
    items = {key: one for key, one in items.items() if not one.is_ours}
    known = {row.remote_id: row for row in Message.objects.filter(channel=channel, remote_id__in=items)}
    below = _publications(channel, items.values())
    unknown = without_deleted(channel, items.keys() - known.keys())
    fresh = [_message(channel, one, below, now, is_first=is_first) for key, one in items.items() if key in unknown]
    _join_conversations(fresh, items, by_name, now)
    suggest.set_suggestions(channel, fresh)
    apply_rules.apply_rules(channel, fresh)
    # another worker may have stored some of them a moment ago; they are counted twice then
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    # also of known ones: an edit may have come before the message itself
    attachments.store(channel, items.values(), now)
    unsnooze.unsnooze_related(channel, fresh)
    conversations.announce(fresh)
    if follows:
        _update_edited(channel, known, items, now)
        review_answers.follow(known, items, now)
    return len(fresh)


def _join_conversations(
    fresh: list[Message], items: dict[str, types.Message], by_name: dict[str, Conversation], now: datetime
) -> None:
    """Set the conversation of new messages, and which of them follow an open one or an older one that is settled."""
    rows = sorted((row for row in fresh if items[row.remote_id].conversation in by_name), key=lambda row: row.at)
    for row in rows:
        row.conversation, row.visibility = by_name[items[row.remote_id].conversation], Visibility.DIRECT
    satisfaction.take_replies(rows, now)
    with_head = conversations.with_open_head(by_name.values()) if by_name else set()
    with_settled: set[int] = set()
    for row in rows:
        before = with_settled if row.is_settled else with_head
        row.is_follow_up = row.conversation_id in before
        before.add(row.conversation_id or 0)


def _may_be_stored(one: types.Message, channel: Channel) -> bool:
    """Whether it is a citizen's message with usable ids, or ours in a private conversation. Our posts are not."""
    names = (one.remote_id, one.root or "", one.in_reply_to or "", one.conversation)
    is_citizens = one.author_id != channel.remote_id and not one.is_ours
    return (
        bool(one.remote_id)
        and (is_citizens or (one.is_ours and bool(one.conversation)))
        and all(is_storable_id(name) for name in names)
    )


def _update_edited(channel: Channel, known: dict[str, Message], items: dict[str, types.Message], now: datetime) -> None:
    """Edited texts and stars replace the stored ones; the first ones are kept in `first_text` and `first_stars`."""
    changed, narrowed = [], []
    for key, row in known.items():
        text = _text(items[key])
        if (visibility := _narrower(row.visibility, items[key].visibility)) != row.visibility:
            row.visibility = visibility
            narrowed.append(row)
        stars = _stars(items[key])
        if row.erased_at is None and (text, stars, items[key].recommends) != (row.text, row.stars, row.recommends):
            if text != row.text:
                row.first_text, row.text = row.first_text or row.text, text
            if stars != row.stars:
                row.first_stars, row.stars = row.first_stars or row.stars, stars
            row.recommends, row.changed_at = items[key].recommends, now
            row.search_key = message_search_key(row)
            row.snoozed_until = None  # an edited message is no longer snoozed
            changed.append(row)
    suggest.set_suggestions(channel, changed)
    if narrowed:
        Message.objects.bulk_update(narrowed, ["visibility"])
    Message.objects.bulk_update(
        changed,
        [
            "first_text", "text", "first_stars", "stars", "recommends", "changed_at", "search_key", "snoozed_until",
            *suggest.SUGGESTION_FIELDS,
        ],
    )  # fmt: skip


def _narrower(known: str, reported: str) -> str:
    """Once private, a message stays private whatever is reported later; an unknown visibility is replaced."""
    return reported if not known or is_wider(known, reported) else known


def _publications(channel: Channel, messages: Iterable[types.Message]) -> dict[str, int]:
    """Ids of our publications that these messages reply to, by remote id; a further post of a thread belongs to the
    publication of the first one."""
    roots = {remote_id for one in messages for remote_id in (one.root, one.in_reply_to) if remote_id}
    rows = Publication.objects.filter(channel=channel, delivery__remote_id__in=roots)
    publications = dict(rows.values_list("delivery__remote_id", "pk"))
    if further := roots - set(publications):
        parts = Delivery.objects.filter(channel=channel, kind=THREAD_PART, remote_id__in=further)
        parts = parts.filter(parent__publication__isnull=False)
        publications |= dict(parts.values_list("remote_id", "parent__publication"))
    return publications


def _message(channel: Channel, one: types.Message, below: dict[str, int], now: datetime, *, is_first: bool) -> Message:
    text, at = _text(one), min(one.at, now)
    is_closed = (is_first and at < now - rules.OPEN_BEFORE) or one.automatic in NOT_WAITING
    counts_from = now if is_first else at
    row = Message(
        municipality_id=channel.municipality_id,
        channel=channel,
        remote_id=one.remote_id,
        root=one.root or "",
        in_reply_to=one.in_reply_to or "",
        publication_id=below.get(one.root or "") or below.get(one.in_reply_to or ""),
        author_id=storable_name(one.author_id),
        author_handle=storable_name(one.author_handle),
        author_name=storable_name(one.author_name),
        text=text,
        subject=storable_name(one.subject),
        sender_verified=one.sender_verified,
        automatic=one.automatic or "",
        stars=_stars(one),
        recommends=one.recommends,
        visibility=one.visibility,
        url=storable(one.url)[:600] if one.url.startswith(("https://", "http://")) else "",
        at=at,
        received_at=now,
        counts_from=counts_from,
        due_at=None if is_closed else rules.due_at("", counts_from),
        read_at=now if is_closed else None,
        state=MessageState.CLOSED if is_closed else MessageState.OPEN,
        settled_at=now if is_closed else None,
    )
    row.search_key = message_search_key(row)
    review_answers.set_external(row, one.answer, now, is_first=is_first)
    return row


def _stars(one: types.Message) -> int | None:
    return one.stars if one.stars in range(1, 6) else None


def _text(one: types.Message) -> str:
    """The text without characters that the database cannot hold, truncated."""
    return storable(one.text)[: rules.MOST_CHARACTERS]
