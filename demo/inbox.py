"""What citizens wrote below the posts of the sixty days, as the portal heard it then, and what was answered.

Rows are made directly, as those of posts are (`demo.past`): a message of every comment, sorted as its text says
(`content/citizens.toml`) and read as hearing reads it (`inbox.domain.suggest`), and a reply with its delivery for
every answer of the page. What is older than a week and was not answered is closed; the rest waits. What people write of
their own accord the worker hears by itself.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import REPLY
from demo.network import server
from demo.past import Past, Sent
from demo.reactions import Crowd
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
# Nobody has looked at what came in this lately.
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

    sent: Sent
    comment: Status
    answer: Status | None
    meant: Comment


def arrange(pasts: Sequence[Past], crowd: Crowd) -> None:
    """Everything that was said to these municipalities."""
    meant = {comment.text: comment for comment in citizens()[1]}
    for past in pasts:
        with scope(past.team.municipality):
            _desk(past)
            _hear(past, list(_exchanges(past, meant)), crowd.now)
            _listen(past, crowd.now)


def _desk(past: Past) -> None:
    house = past.team.municipality
    Department.objects.bulk_create(
        Department(municipality=house, name=name, email=f"{box}@{house.slug}.example") for name, box in DEPARTMENTS
    )
    for name in place(house.slug).neighbourhoods:
        Settlement.objects.create(municipality=house, name=name)


def _exchanges(past: Past, meant: dict[str, Comment]) -> list[Exchange]:
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


def _hear(past: Past, exchanges: list[Exchange], now: datetime) -> None:
    rows = [_message(exchange, now) for exchange in exchanges]
    for voice in past.voices:
        suggest.set_suggestions(voice.channel, [row for row in rows if row.channel_id == voice.channel.pk])
    _place(past, rows)
    messages = insert(rows)
    answered = [
        (exchange, row) for exchange, row in zip(exchanges, messages, strict=True) if exchange.answer is not None
    ]
    rng = chance("answers", past.team.municipality.slug)
    deliveries = insert(
        [_delivery(exchange, uuid.UUID(int=rng.getrandbits(128), version=4)) for exchange, _row in answered]
    )
    insert([_attempt(row) for row in deliveries])
    insert(
        [
            Reply(
                municipality=past.team.municipality, message=row, delivery=delivery, by=past.team.officer,
                text=exchange.meant.answer, at=delivery.created_at, arrived_at=delivery.published_at,
            )
            for (exchange, row), delivery in zip(answered, deliveries, strict=True)
        ]
    )  # fmt: skip


def _message(each: Exchange, now: datetime) -> Message:
    at, kind = each.comment.created_at, each.meant.kind
    age = now - at
    state, settled_at = Standing.OPEN, None
    if each.answer is not None:
        state, settled_at = Standing.ANSWERED, each.answer.created_at
    elif age > rules.OPEN_BEFORE or (kind == MessageKind.PRAISE and age > UNREAD):
        state, settled_at = Standing.CLOSED, min(at + timedelta(hours=14), now)
    # what came in last nobody has sorted yet
    is_new = state == Standing.OPEN and age < UNREAD
    kind = "" if is_new else kind
    author, root = each.comment.account, each.sent.status
    assert root is not None
    return Message(
        municipality_id=each.sent.post.municipality_id, channel=each.sent.voice.channel, remote_id=str(each.comment.pk),
        root=str(root.pk), in_reply_to=str(root.pk), publication=each.sent.publication,
        author_id=str(author.pk), author_handle=author.username, author_name=author.display_name,
        text=each.comment.text, url=f"{server()}/@{author.username}/{each.comment.pk}",
        visibility=MessageVisibility.PUBLIC, at=at, received_at=at + HEARD_AFTER,
        counts_from=at, kind=kind, topic="" if is_new else each.meant.topic, state=state, settled_at=settled_at,
        read_at=None if is_new else at + timedelta(hours=1), due_at=rules.due_at(kind, at),
        first_answer_at=each.answer.created_at if each.answer else None,
        search_key=fold(f"{each.comment.text} {author.display_name} {author.username}"),
    )  # fmt: skip


def _place(past: Past, rows: list[Message]) -> None:
    """Where most of the sorted ones are about, and who would know."""
    rng = chance("settlements", past.team.municipality.slug)
    settlements = list(Settlement.objects.order_by("pk"))
    boxes = {row.email.split("@")[0]: row for row in Department.objects.all()}
    for row in rows:
        if row.topic and row.kind != MessageKind.PRAISE:
            row.settlement = rng.choice(settlements) if settlements and rng.random() < 0.6 else None
            row.department = boxes.get(SEES_TO.get(Topic(row.topic), ""))


def _delivery(each: Exchange, key: uuid.UUID) -> Delivery:
    assert each.answer is not None
    at = each.answer.created_at
    written = at - timedelta(seconds=4)
    outgoing = Outgoing(
        text=each.answer.text, language="sr", key=key.hex, created_at=written, reply_to=str(each.comment.pk)
    )
    return Delivery(
        municipality_id=each.sent.post.municipality_id, channel=each.sent.voice.channel, kind=REPLY,
        payload=outgoing.to_json(), key=key, due_at=written, not_after=written + timedelta(hours=2), next_at=written,
        created_at=written, state_at=at, state=State.PUBLISHED, reason=ReasonCode.SENT, published_at=at,
        remote_id=str(each.answer.pk), permalink=f"{server()}/@{each.sent.voice.page.username}/{each.answer.pk}",
    )  # fmt: skip


def _attempt(row: Delivery) -> Attempt:
    return Attempt(
        municipality_id=row.municipality_id, delivery=row, number=1, step=Step.CREATE, opened_at=row.due_at,
        taken_at=row.due_at, sent_at=row.published_at, closed_at=row.published_at, outcome=Outcome.OK,
        detail={"key": row.key.hex, "remote_id": row.remote_id},
    )  # fmt: skip


def _listen(past: Past, now: datetime) -> None:
    """Up to here everything was heard: the worker goes on from the newest notice of each page."""
    for voice in past.voices:
        newest = Notice.objects.filter(account=voice.page).order_by("-pk").values_list("pk", flat=True).first()
        MessageFetch.objects.create(
            municipality=past.team.municipality, channel=voice.channel, cursor=str(newest or ""),
            outcome=FetchOutcome.READ, next_at=timezone.now(), fetched_at=now,
        )  # fmt: skip
    ReplyFetch.objects.bulk_create(_looked(sent, now) for sent in past.sent if now - sent.at < rules.REPLY_FETCH_UNTIL)


def _looked(sent: Sent, now: datetime) -> ReplyFetch:
    """What stands below the post was heard, so it is looked at again when its turn comes, and not all at once."""
    return ReplyFetch(
        municipality_id=sent.post.municipality_id, publication=sent.publication, fetched_at=now,
        next_at=rules.next_reply_fetch(sent.at, now), answers=sent.status.replies_count if sent.status else None,
    )  # fmt: skip
