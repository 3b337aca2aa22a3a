"""Citizens' comments below the posts of the sixty days, as the portal ingested them, and the answers.

Rows are inserted directly, like those of posts (`demo.published_posts`): a message for every comment, triaged as its
text says (`content/citizens.toml`) and analysed as on arrival (`inbox.domain.suggest`), and a reply with its delivery
for every answer of the page. Unanswered messages older than a week are closed; the rest waits. The worker itself
ingests what people write of their own accord.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from channels.models import Channel
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import REPLY
from demo.network import server
from demo.published_posts import PublishedPosts, SentPost
from demo.reactions import Audience
from demo.rows import insert
from demo.texts import Comment, chance, citizens, place
from inbox import rules
from inbox.domain import suggest
from inbox.enums import FetchOutcome, MessageKind, MessageVisibility, Topic
from inbox.enums import MessageState as Standing
from inbox.models import Department, Message, MessageFetch, Reply, ReplyFetch, Settlement
from municipalities.tenancy import scope
from platforms.types import Outgoing
from practice.models import Notice, Status
from serbian.folding import fold

HEARD_AFTER = timedelta(seconds=90)
WRITTEN_BEFORE = timedelta(seconds=4)  # an answer reaches the network so long after it was written
# Messages that recent are unread.
UNREAD = timedelta(hours=20)
# Who is asked what the desk does not know, with addresses that lead nowhere.
DEPARTMENTS = (
    ("Комунално предузеће", "komunalno"), ("Одељење за путеве и инвестиције", "putevi"),
    ("Матична служба", "maticar"), ("Одељење за друштвене делатности", "drustvene"),
)  # fmt: skip
# Which of them sees to what.
SEES_TO = {
    Topic.WATER: "komunalno", Topic.WASTE: "komunalno", Topic.LIGHT: "komunalno", Topic.HEATING: "komunalno",
    Topic.ROADS: "putevi", Topic.TRANSPORT: "putevi", Topic.PAPERS: "maticar",
    Topic.CHILDREN: "drustvene", Topic.SOCIAL: "drustvene", Topic.CULTURE: "drustvene",
}  # fmt: skip


@dataclass(frozen=True)
class Exchange:
    """A comment and the page's answer, if there is one."""

    sent: SentPost
    comment: Status
    answer: Status | None
    meant: Comment


def arrange(pasts: Sequence[PublishedPosts], audience: Audience) -> None:
    """All messages to these municipalities."""
    meant = {comment.text: comment for comment in citizens()[1]}
    for past in pasts:
        with scope(past.team.municipality):
            _desk(past)
            _hear(past, list(_exchanges(past, meant)), audience.now)
            _listen(past, audience.now)


def arrange_earlier(pasts: Sequence[PublishedPosts], audience: Audience) -> None:
    """Messages below posts that are older than what is there."""
    meant = {comment.text: comment for comment in citizens()[1]}
    for past in pasts:
        with scope(past.team.municipality):
            _hear(past, list(_exchanges(past, meant)), audience.now)


def _desk(past: PublishedPosts) -> None:
    municipality = past.team.municipality
    Department.objects.bulk_create(
        Department(municipality=municipality, name=name, email=f"{box}@{municipality.slug}.example")
        for name, box in DEPARTMENTS
    )
    for name in place(municipality.slug).neighbourhoods:
        Settlement.objects.create(municipality=municipality, name=name)


def _exchanges(past: PublishedPosts, meant: dict[str, Comment]) -> list[Exchange]:
    by_root = {sent.status.pk: sent for sent in past.sent if sent.status is not None}
    comments = list(
        Status.objects.filter(in_reply_to__in=by_root).select_related("account").order_by("created_at", "pk")
    )
    answers = {
        row.in_reply_to_id: row
        for row in Status.objects.filter(in_reply_to__in=comments).select_related("account").order_by("pk")
    }
    return [
        Exchange(by_root[row.in_reply_to_id], row, answers.get(row.pk), meant[row.text])
        for row in comments
        if row.in_reply_to_id and row.text in meant
    ]


def _hear(past: PublishedPosts, exchanges: list[Exchange], now: datetime) -> None:
    rows = [_message(exchange, now) for exchange in exchanges]
    for voice in past.voices:
        suggest.set_suggestions(voice.channel, [row for row in rows if row.channel_id == voice.channel.pk])
    _place(past, rows)
    messages = insert(rows)
    answered = [
        (exchange, row) for exchange, row in zip(exchanges, messages, strict=True) if exchange.answer is not None
    ]
    rng = chance("answers", past.team.municipality.slug + past.name)
    deliveries = insert(
        [_delivery(exchange, uuid.UUID(int=rng.getrandbits(128), version=4)) for exchange, _row in answered]
    )
    insert([attempt(row) for row in deliveries])
    insert(
        [
            Reply(
                municipality=past.team.municipality, message=row, delivery=delivery, by=past.team.officer,
                text=exchange.meant.answer, at=delivery.created_at, arrived_at=delivery.published_at,
            )
            for (exchange, row), delivery in zip(answered, deliveries, strict=True)
        ]
    )  # fmt: skip


def _message(exchange: Exchange, now: datetime) -> Message:
    at, kind = exchange.comment.created_at, exchange.meant.kind
    age = now - at
    state, settled_at = Standing.OPEN, None
    if exchange.answer is not None:
        state, settled_at = Standing.ANSWERED, exchange.answer.created_at
    elif age > rules.OPEN_BEFORE or (kind == MessageKind.PRAISE and age > UNREAD):
        state, settled_at = Standing.CLOSED, min(at + timedelta(hours=14), now)
    # the latest messages are not triaged yet
    is_new = state == Standing.OPEN and age < UNREAD
    kind = "" if is_new else kind
    author, root = exchange.comment.account, exchange.sent.status
    assert root is not None
    return Message(
        municipality_id=exchange.sent.post.municipality_id, channel=exchange.sent.voice.channel,
        remote_id=str(exchange.comment.pk),
        root=str(root.pk), in_reply_to=str(root.pk), publication=exchange.sent.publication,
        author_id=str(author.pk), author_handle=author.username, author_name=author.display_name,
        text=exchange.comment.text, url=f"{server()}/@{author.username}/{exchange.comment.pk}",
        visibility=MessageVisibility.PUBLIC, at=at, received_at=at + HEARD_AFTER,
        counts_from=at, kind=kind, topic="" if is_new else exchange.meant.topic, state=state, settled_at=settled_at,
        read_at=None if is_new else at + timedelta(hours=1), due_at=rules.due_at(kind, at),
        first_answer_at=exchange.answer.created_at if exchange.answer else None,
        search_key=fold(f"{exchange.comment.text} {author.display_name} {author.username}"),
    )  # fmt: skip


def _place(past: PublishedPosts, rows: list[Message]) -> None:
    """Where most of the sorted ones are about, and who would know."""
    rng = chance("settlements", past.team.municipality.slug)
    settlements = list(Settlement.objects.order_by("pk"))
    boxes = {row.email.split("@")[0]: row for row in Department.objects.all()}
    for row in rows:
        if row.topic and row.kind != MessageKind.PRAISE:
            row.settlement = rng.choice(settlements) if settlements and rng.random() < 0.6 else None
            row.department = boxes.get(SEES_TO.get(Topic(row.topic), ""))


def _delivery(exchange: Exchange, key: uuid.UUID) -> Delivery:
    assert exchange.answer is not None
    at = exchange.answer.created_at
    outgoing = Outgoing(
        text=exchange.answer.text, language="sr", key=key.hex, created_at=at - WRITTEN_BEFORE,
        reply_to=str(exchange.comment.pk),
    )  # fmt: skip
    permalink = f"{server()}/@{exchange.sent.voice.page.username}/{exchange.answer.pk}"
    return sent_reply(exchange.sent.voice.channel, outgoing, at, str(exchange.answer.pk), permalink)


def sent_reply(channel: Channel, outgoing: Outgoing, at: datetime, remote_id: str, permalink: str) -> Delivery:
    """The delivery of an answer that was published at `at`, unsaved."""
    written = outgoing.created_at
    return Delivery(
        municipality_id=channel.municipality_id, channel=channel, kind=REPLY, payload=outgoing.to_json(),
        key=uuid.UUID(outgoing.key), due_at=written, not_after=written + timedelta(hours=2), next_at=written,
        created_at=written, state_at=at, state=State.PUBLISHED, reason=ReasonCode.SENT, published_at=at,
        remote_id=remote_id, permalink=permalink,
    )  # fmt: skip


def attempt(row: Delivery) -> Attempt:
    return Attempt(
        municipality_id=row.municipality_id, delivery=row, number=1, step=Step.CREATE, opened_at=row.due_at,
        taken_at=row.due_at, sent_at=row.published_at, closed_at=row.published_at, outcome=Outcome.OK,
        detail={"key": row.key.hex, "remote_id": row.remote_id},
    )  # fmt: skip


def _listen(past: PublishedPosts, now: datetime) -> None:
    """Everything up to here is ingested: the worker continues from the newest notice of each page."""
    for voice in past.voices:
        newest = Notice.objects.filter(account=voice.page).order_by("-pk").values_list("pk", flat=True).first()
        MessageFetch.objects.create(
            municipality=past.team.municipality, channel=voice.channel, cursor=str(newest or ""),
            outcome=FetchOutcome.READ, next_at=timezone.now(), fetched_at=now,
        )  # fmt: skip
    ReplyFetch.objects.bulk_create(_looked(sent, now) for sent in past.sent if now - sent.at < rules.REPLY_FETCH_UNTIL)


def _looked(sent: SentPost, now: datetime) -> ReplyFetch:
    """Replies below the post are ingested, so they are fetched again when due, and not all at once."""
    return ReplyFetch(
        municipality_id=sent.post.municipality_id, publication=sent.publication, fetched_at=now,
        next_at=rules.next_reply_fetch(sent.at, now), answers=sent.status.replies_count if sent.status else None,
    )  # fmt: skip
