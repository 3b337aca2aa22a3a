"""`make bench ARGS=inbox`: an inbox of 100,000 messages beside those of 145 other municipalities, and a burst of
events.

Inserts rows instead of using verbs, in a database that is dropped afterwards; messages come in by COPY. Phrases repeat
as they do in real messages: some words are in every tenth message, some in very few.
"""

import csv
import io
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from benchmarks import burst, daily_counts, measure
from channels.models import Channel
from delivery.enums import State as Sent
from delivery.models import Delivery
from inbox import text_analysis
from inbox.enums import MessageKind, MessageState
from inbox.models import Message, MessageFetch, Reply
from municipalities.domain import reference
from municipalities.enums import Role
from municipalities.models import Membership, Municipality
from municipalities.tenancy import everywhere
from posts.enums import Stage
from posts.models import Post, Publication, Version
from serbian.folding import fold

MESSAGES, PUBLICATIONS = 100_000, 3_000
# Of every other municipality; more than 140 of them.
OTHERS = 300
OPEN, WAITING, REPLIES = 1_500, 400, 20_000
DAYS = 365
KINDS = (
    (MessageKind.QUESTION, 34),
    (MessageKind.COMPLAINT, 24),
    ("", 15),
    (MessageKind.PRAISE, 13),
    (MessageKind.PROPOSAL, 8),
    (MessageKind.SPAM, 4),
    (MessageKind.EMERGENCY, 1),
    (MessageKind.UNLAWFUL, 1),
)
BEGINNINGS = (
    "Када ће", "До када неће", "Зашто опет нема", "Молим вас, ко је надлежан за", "Хвала за", "Већ трећи дан чекамо на",
    "Da li neko moze da kaze sta je sa", "Kada ce konacno", "Predlazem da se uredi", "Браво за", "Срамота је оно са",
    "Kome da se obratimo za", "Пријављујем квар:", "Zanima me termin za",
)  # fmt: skip
MATTERS = (
    "вода", "voda", "расвета", "асфалт", "kanalizacija", "вртић", "гробље", "паркинг", "kontejner", "пси луталице",
    "сметлиште", "школски аутобус", "грејање", "snow plow", "тротоар", "дечја новчана помоћ", "лична карта",
    "poreska resenja", "игралиште", "пешачки прелаз",
)  # fmt: skip
PLACES = ("у центру", "код поште", "u Dubrovackoj", "на Чукару", "kod stare skole", "у насељу Моравац", "na keju")
ENDS = ("?", "?!", "...", " Хвала унапред.", " Pozdrav.", " Ово је стварно превише.", "")
RARE = "хеликоптер"
NAMES = ("Мира", "Петар", "Јелена", "Dragan", "Snežana", "Милош", "Љиљана", "Goran", "Амра", "Шандор")
SURNAMES = ("Петровић", "Јовановић", "Nikolić", "Илић", "Đorđević", "Марковић", "Хасановић", "Nagy")
COLUMNS = (
    "municipality_id", "channel_id", "remote_id", "root", "in_reply_to", "publication_id", "author_id",
    "author_handle", "author_name", "text", "first_text", "search_key", "url", "at", "received_at", "counts_from",
    "kind", "topic", "state", "read_at", "due_at", "first_answer_at", "settled_at", "script", "suggested_kind",
    "suggested_topic", "hints", "similar_group", "has_personal_data", "visibility", "is_follow_up", "subject",
    "external_answer", "is_urgent", "tags", "rule_effects",
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    home: Municipality
    officer: User
    busiest: int
    """A message below the post that most was said about."""
    alone: int


def fill() -> Filled:
    """Fill the (migrated, empty) database."""
    rng, now = random.Random(4711), timezone.now()  # noqa: S311 -- the same each time
    with everywhere("benchmark data"):
        reference.load()
        officer = User.objects.create(email="bench@example.org", name="Bench", language="sr")
        home, *others = list(Municipality.objects.order_by("pk")[:146])
        for place in (home, *others):
            place.joined_on = now.date() - timedelta(days=DAYS)
        Municipality.objects.bulk_update([home, *others], ["joined_on"])
        Membership.objects.create(user=officer, municipality=home, role=Role.OFFICER)
        channels = _channels([home, *others], officer, now)
        ours = [channel for channel in channels if channel.municipality_id == home.pk]
        below = _publications(home, ours, officer, now, rng)
        copy_messages(message_rows(MESSAGES, ours, below, now, rng, open_to=OPEN))
        for other in channels:
            if other.municipality_id != home.pk:
                copy_messages(message_rows(OTHERS, [other], [], now, rng, open_to=OPEN * OTHERS // MESSAGES))
        _replies(home, officer)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        here = Message.objects.filter(municipality=home)
        busiest = here.filter(publication=below[0]).order_by("pk")[0].pk
        return Filled(home, officer, busiest, here.filter(publication=None).order_by("pk")[0].pk)


def _channels(places: list[Municipality], user: User, now: datetime) -> list[Channel]:
    """Three for the municipality that is measured, one for each other."""
    rows = [
        Channel(
            municipality=place, platform=platform, server="https://social.example", remote_id=f"{place.pk}",
            handle=f"@{place.slug}", name=f"{place.name_latn} {platform}", connected_by=user,
            connected_at=now - timedelta(days=DAYS),
        )
        for n, place in enumerate(places)
        for platform in (("facebook", "instagram", "mastodon") if n == 0 else ("facebook",))
    ]  # fmt: skip
    channels = Channel.objects.bulk_create(rows)
    MessageFetch.objects.bulk_create(
        MessageFetch(municipality_id=channel.municipality_id, channel=channel, fetched_at=now, outcome="read")
        for channel in channels
    )
    return channels


def _publications(
    home: Municipality, channels: list[Channel], user: User, now: datetime, rng: random.Random
) -> list[Publication]:
    posts = Post.objects.bulk_create(
        Post(municipality=home, author=user, title=f"Објава {n}", excerpt="Вода", stage=Stage.APPROVED)
        for n in range(PUBLICATIONS)
    )
    versions = Version.objects.bulk_create(
        Version(municipality=home, post=post, number=1, category=post.category, digest=uuid.uuid4().hex,
                created_by=user)
        for post in posts
    )  # fmt: skip
    days = [now - timedelta(days=rng.uniform(0, DAYS)) for _ in posts]
    deliveries = Delivery.objects.bulk_create(
        _delivery(home, rng.choice(channels), "post", f"post-{n}", at) for n, at in enumerate(days)
    )
    return Publication.objects.bulk_create(
        Publication(municipality=home, post=post, version=version, channel_id=delivery.channel_id, delivery=delivery)
        for post, version, delivery in zip(posts, versions, deliveries, strict=True)
    )


def _delivery(home: Municipality, channel: Channel, kind: str, remote_id: str, at: datetime) -> Delivery:
    return Delivery(
        municipality=home, channel=channel, kind=kind, payload={"text": "Одговор"}, key=uuid.uuid4(),
        state=Sent.PUBLISHED, due_at=at, next_at=at, not_after=at + timedelta(hours=2), state_at=at, published_at=at,
        remote_id=remote_id,
    )  # fmt: skip


def message_rows(
    amount: int, channels: list[Channel], below: list[Publication], now: datetime, rng: random.Random, *, open_to: int
) -> Iterator[tuple[Any, ...]]:
    """The newest `open_to` messages are open; old ones were answered or closed. Few posts have many comments."""
    kinds, weights = zip(*KINDS, strict=True)
    people = [(f"{rng.choice(NAMES)} {rng.choice(SURNAMES)}", f"p{n}") for n in range(max(amount // 12, 1))]
    waiting = WAITING * amount // MESSAGES
    for n in range(amount):
        at = now - timedelta(days=DAYS) * (n / amount)
        publication = below[int(len(below) * rng.random() ** 2)] if below and n % 10 else None
        channel_id = publication.channel_id if publication else rng.choice(channels).pk
        name, author = rng.choice(people)
        text = message_text(n, rng)
        state = MessageState.OPEN if n < open_to else MessageState.WAITING if n < open_to + waiting else _settled(rng)
        root = publication.delivery.remote_id if publication else ""
        settled_at = (
            at + timedelta(hours=rng.uniform(0.2, 40))
            if state in (MessageState.ANSWERED, MessageState.CLOSED)
            else None
        )
        yield (
            channels[0].municipality_id, channel_id, f"m{channel_id}-{n}", root, root,
            publication.pk if publication else None, author, f"@{author}", name, text, "",
            fold(f"{text} {name} @{author}"), "", at, at, at, rng.choices(kinds, weights)[0], "", state,
            at if rng.random() < 0.9 else None, at + timedelta(days=1) if rng.random() < 0.85 else None,
            settled_at if state == MessageState.ANSWERED else None, settled_at, *_read(text, state), "public",
            False, "", "", False, "{}", "[]",
        )  # fmt: skip


def _read(text: str, state: MessageState) -> tuple[Any, ...]:
    """The result of the analysis on arrival. Suggestions for settled messages are shown nowhere, so they are left
    out."""
    if state not in (MessageState.OPEN, MessageState.WAITING):
        return "", "", "", "{}", None, False
    read = text_analysis.analyse(text)
    hints = {"kind": read.kind.reasons, "topic": read.topic.reasons, "flags": [flag.value for flag in read.flags]}
    columns = (read.spelling.value, read.kind.value, read.topic.value, json.dumps(hints))
    return *columns, text_analysis.assign_group(read.fingerprint, ()), read.has_personal_data


def message_text(n: int, rng: random.Random) -> str:
    sentence = f"{rng.choice(BEGINNINGS)} {rng.choice(MATTERS)} {rng.choice(PLACES)}, број {rng.randrange(3000)}"
    more = f". {rng.choice(BEGINNINGS)} {rng.choice(MATTERS)}" * rng.randrange(3)
    return f"{sentence}{more}{rng.choice(ENDS)}" + (f" Летео је {RARE}." if n % 20_011 == 500 else "")


def _settled(rng: random.Random) -> MessageState:
    return MessageState.ANSWERED if rng.random() < 0.7 else MessageState.CLOSED


def copy_messages(rows: Iterator[tuple[Any, ...]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["\\N" if cell is None else cell for cell in row] for row in rows])
    out.seek(0)
    with connection.cursor() as cursor:
        table = Message._meta.db_table
        cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", out)


def _replies(home: Municipality, user: User) -> None:
    answered = list(Message.objects.filter(municipality=home, state=MessageState.ANSWERED).order_by("-at")[:REPLIES])
    channels = {channel.pk: channel for channel in Channel.objects.filter(municipality=home)}
    deliveries = Delivery.objects.bulk_create(
        (
            _delivery(home, channels[row.channel_id], "reply", f"r{row.pk}", row.settled_at or row.at)
            for row in answered
        ),
        batch_size=2000,
    )
    Reply.objects.bulk_create(
        (
            Reply(municipality=home, message=row, delivery=delivery, text="Одговор грађанину", by=user,
                  arrived_at=delivery.published_at)
            for row, delivery in zip(answered, deliveries, strict=True)
        ),
        batch_size=2000,
    )  # fmt: skip


def pages(filled: Filled) -> dict[str, str]:
    slug = filled.home.slug
    inbox = reverse("inbox", args=[slug])
    return {
        "Inbox, open": inbox,
        "Inbox, open, page 20": f"{inbox}?page=20",
        "Inbox, late": f"{inbox}?view=late",
        "Inbox, answered": f"{inbox}?view=answered",
        "Inbox, answered, page 25": f"{inbox}?view=answered&page=25",
        "Inbox, closed, one kind": f"{inbox}?view=closed&kind=praise",
        "Inbox, answered, a rare kind": f"{inbox}?view=answered&kind=emergency",
        "Search, a common word": f"{inbox}?view=answered&q=voda",
        "Search, among open ones": f"{inbox}?q=вода",
        "Search, two words": f"{inbox}?view=answered&q=vrtic+kod+poste",
        "Search, a rare word": f"{inbox}?view=answered&q=helikopter",
        "Search, nobody wrote it": f"{inbox}?view=answered&q=квантни",
        "Thread, the busiest post": reverse("message", args=[slug, filled.busiest]),
        "A message of its own": reverse("message", args=[slug, filled.alone]),
    }


def measured(address: str) -> tuple[list[measure.Figures], burst.Figures, daily_counts.Figures]:
    """Fill the database in use and measure."""
    filled = fill()
    days = daily_counts.measured()
    with measure.served({"DATABASE_URL": address}) as base:
        figures = measure.measured(pages(filled), filled.officer, base)
        return figures, burst.measured(filled.home, filled.officer, base), days
