"""50 municipalities, 20,000 posts on two channels each, a million metric values, 10,000 messages of citizens: inserted
as rows, without the verbs.

The amounts and their distribution over a year matter here; the texts repeat.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from analytics import partitions
from analytics.ingestion.domain import traits
from analytics.models import Subject, Traits
from benchmarks import collaboration
from benchmarks.inbox import copy_messages, message_rows
from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import Cohort, District, Enrolment, Membership, Municipality, Programme
from municipalities.tenancy import everywhere
from posts.enums import Category, Stage
from posts.models import Post, Publication, Variant, Version
from serbian.folding import fold

MUNICIPALITIES = 50
POSTS = 20_000
METRIC_VALUES = 1_000_000
MESSAGES, OPEN_MESSAGES = 200, 40  # of each municipality
DAYS = 365
# The municipality whose pages are measured.
HOME = "place-7"
BATCH = 2000
TEXT = "Сервис за грађане је отворен и данас до осамнаест часова, дођите или се јавите. Позив број {}."

SNAPSHOTS = """
INSERT INTO analytics_metricsnapshot (subject_id, at, municipality_id, outcome, likes, reposts, replies, quotes)
SELECT s.id, s.published_at + n * n * interval '20 minutes', s.municipality_id, 'read',
       s.likes * n / %(each)s, s.reposts * n / %(each)s, s.replies * n / %(each)s, 0
FROM analytics_subject s, generate_series(1, %(each)s) n
WHERE s.kind = 'publication'
"""
FACTS = """
INSERT INTO analytics_dailyfact
    (municipality_id, channel_id, day, traits_id, basis, posts, likes, reposts, replies, quotes, interactions)
SELECT municipality_id, channel_id, published_on, traits_id, basis, count(*), sum(likes),
       sum(reposts), sum(replies), sum(quotes), sum(interactions)
FROM analytics_subject, unnest(ARRAY['publication', 'activity']) basis
WHERE kind = 'publication' GROUP BY 1, 2, 3, 4, 5
"""
FOLLOWERS = """
INSERT INTO analytics_channelday (municipality_id, channel_id, day, followers, gap, imported)
SELECT municipality_id, id, current_date - n, 4000 - n, '', false FROM channels_channel, generate_series(0, %s) n
"""
ACTIVITY = """
INSERT INTO common_auditevent
    (at, verb, actor_id, actor_label, municipality_id, target_type, target_id, target_label, detail)
SELECT created_at, verb, author_id, 'Officer', municipality_id, 'posts.post', id::text, title, '{}'
FROM posts_post, unnest(ARRAY['post.create', 'post.submit', 'post.approve']) verb
"""


@dataclass(frozen=True)
class People:
    """An officer of one municipality, an approver of all of them who is programme staff too, a mentor of ten."""

    officer: User
    staff: User
    mentor: User


def fill(thinned: int = 1) -> People:
    """Fill the (migrated, empty) database. `thinned`: the municipalities that are not measured have only every so many
    of their posts, and of their messages.
    """
    with everywhere("benchmark data"):
        user = User.objects.create(email="bench@example.org", name="Bench", language="sr")
        channels = [channel for place in places(user) for channel in _channels(place, user)]
        _posts(channels, user, thinned)
        _messages(channels, thinned)
        home = Municipality.objects.get(slug=HOME)
        officer = User.objects.create(email="officer@example.org", name="Officer", language="sr")
        Membership.objects.create(user=officer, municipality=home, role=Role.OFFICER)
        mentor = collaboration.fill(home, officer)
        now = timezone.now()
        partitions.ensure((now - timedelta(days=DAYS + 40)).date(), (now + timedelta(days=60)).date())
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOTS, {"each": METRIC_VALUES // (POSTS * 2)})
            cursor.execute(FACTS)
            cursor.execute(FOLLOWERS, [DAYS])
            cursor.execute(ACTIVITY)
            cursor.execute("ANALYZE")
        return People(officer, user, mentor)


def places(user: User) -> list[Municipality]:
    district = District.objects.create(code="bench", name_cyrl="Округ", name_latn="Okrug", name_en="District")
    programme = Programme.objects.create(name="Bench")
    programme.staff.add(user)
    cohort = Cohort.objects.create(programme=programme, name="Bench", training_on=timezone.localdate())
    places = Municipality.objects.bulk_create(
        Municipality(
            slug=f"place-{n}",
            name_cyrl=f"Место {n}",
            name_latn=f"Mesto {n}",
            name_en=f"Place {n}",
            search_key=fold(f"Mesto {n}"),
            kind=MunicipalityKind.MUNICIPALITY,
            district=district,
            joined_on=timezone.localdate(),
            population=20_000 + n,
            population_year=2022,
            population_source="benchmark",
        )
        for n in range(MUNICIPALITIES)
    )
    since = timezone.localdate() - timedelta(days=DAYS)
    Enrolment.objects.bulk_create(Enrolment(cohort=cohort, municipality=m, starts_on=since) for m in places)
    Membership.objects.bulk_create(Membership(user=user, municipality=m, role=Role.APPROVER) for m in places)
    return places


def _channels(place: Municipality, user: User) -> list[Channel]:
    return Channel.objects.bulk_create(
        Channel(
            municipality=place, platform=platform, server="https://social.example", remote_id=f"{place.pk}",
            handle=f"@{place.slug}", name=f"{place.name_latn} {platform}", connected_by=user,
            connected_at=timezone.now() - timedelta(days=DAYS),
        )
        for platform in ("bluesky", "mastodon")
    )  # fmt: skip


def _posts(channels: list[Channel], user: User, thinned: int) -> None:
    pairs = list(zip(channels[::2], channels[1::2], strict=True))
    rng = random.Random(20261125)  # noqa: S311 -- the same load each time
    moments = [_moment(n, rng) for n in range(POSTS)]
    numbers = [n for n in range(POSTS) if _is_home(pairs[n % len(pairs)][0]) or n // len(pairs) % thinned == 0]
    for start in range(0, len(numbers), BATCH):
        chosen = numbers[start : start + BATCH]
        plan = [(pairs[n % len(pairs)], moments[n]) for n in chosen]
        posts = Post.objects.bulk_create(_post(n, *planned, user) for n, planned in zip(chosen, plan, strict=True))
        versions = Version.objects.bulk_create(
            _version(post, pair, user) for post, (pair, _at) in zip(posts, plan, strict=True)
        )
        Variant.objects.bulk_create(
            Variant(municipality_id=v.municipality_id, version=v, language="sr", script="Cyrl", text=v.post.draft["t"])
            for v in versions
        )
        _publications(versions, plan, rng)


def _is_home(channel: Channel) -> bool:
    return channel.municipality.slug == HOME


def _messages(channels: list[Channel], thinned: int) -> None:
    now, rng = timezone.now(), random.Random(4711)  # noqa: S311 -- the same load each time
    for pair in zip(channels[::2], channels[1::2], strict=True):
        share = 1 if _is_home(pair[0]) else thinned
        rows = message_rows(MESSAGES // share, list(pair), [], now, rng, open_to=OPEN_MESSAGES // share)
        copy_messages(rows)


def _moment(n: int, rng: random.Random) -> datetime:
    """Spread over a year back and a week ahead, in office hours."""
    day = timezone.now() - timedelta(days=n * (DAYS + 7) // POSTS - 7)
    return day.replace(hour=rng.randint(6, 18), minute=rng.choice((0, 15, 30, 45)), second=0, microsecond=0)


def _post(n: int, pair: tuple[Channel, Channel], at: datetime, user: User) -> Post:
    text = TEXT.format(n)
    return Post(
        municipality_id=pair[0].municipality_id, title=f"Објава {n}",
        category=Category.values[n % len(Category.values)], excerpt=text[:200],
        draft={"t": text, "texts": {"sr-Cyrl": {"text": text}}, "channels": [c.pk for c in pair]},
        search_key=fold(text), stage=Stage.APPROVED, author=user, due_at=at,
        local_time=at, revision=3,
    )  # fmt: skip


def _version(post: Post, pair: tuple[Channel, Channel], user: User) -> Version:
    return Version(
        municipality_id=post.municipality_id, post=post, number=1, channels=[c.pk for c in pair],
        digest=uuid.uuid4().hex, category=post.category, created_by=user,
    )  # fmt: skip


def _publications(versions: list[Version], plan: list[Any], rng: random.Random) -> None:
    ready = list(_deliveries(versions, plan))
    deliveries = Delivery.objects.bulk_create(delivery for _version, delivery in ready)
    publications = Publication.objects.bulk_create(
        Publication(
            municipality_id=d.municipality_id, post=version.post, version=version, channel_id=d.channel_id, delivery=d
        )
        for (version, _d), d in zip(ready, deliveries, strict=True)
    )
    out = [publication for publication in publications if publication.delivery.state == State.PUBLISHED]
    kinds = traits.rows_for(map(traits.key_of, out))
    Subject.objects.bulk_create(_subject(row, kinds[traits.key_of(row)], rng) for row in out)


def _deliveries(versions: list[Version], plan: list[Any]) -> Iterator[tuple[Version, Delivery]]:
    now = timezone.now()
    for version, (pair, at) in zip(versions, plan, strict=True):
        for channel in pair:
            out = at < now
            yield version, Delivery(
                municipality_id=version.municipality_id, channel=channel, kind="post",
                payload={"text": version.post.excerpt}, key=uuid.uuid4(),
                state=State.PUBLISHED if out else State.SCHEDULED, due_at=at, next_at=at,
                not_after=at + timedelta(hours=2), state_at=at, published_at=at if out else None,
                remote_id=uuid.uuid4().hex if out else "",
            )  # fmt: skip


def _subject(publication: Publication, kind: Traits, rng: random.Random) -> Subject:
    at = publication.delivery.published_at
    assert at is not None
    likes = int(rng.paretovariate(1.3) * 8) % 3000
    return Subject(
        municipality_id=publication.municipality_id, kind="publication", channel_id=publication.channel_id,
        publication=publication, remote_id=publication.delivery.remote_id, traits=kind,
        published_at=at, published_on=timezone.localdate(at), likes=likes,
        reposts=likes // 5, replies=likes // 7, quotes=0,
        interactions=likes + likes // 5 + likes // 7, last_fetched_at=at, last_outcome="read",
    )  # fmt: skip
