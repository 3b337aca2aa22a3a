"""Metric snapshots of the sixty days, as the fetch schedule would have taken them, and the facts built from them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from analytics import partitions
from analytics.comparison.domain import training_figures
from analytics.enums import FetchOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain import traits
from analytics.metrics import interactions
from analytics.models import MetricSnapshot, Subject, Traits
from analytics.rollups.domain import monthly_medians, rebuild
from demo import polls
from demo.network import ChannelPage
from demo.published_posts import PublishedPosts, SentPost
from demo.reactions import Audience, curve_of
from demo.rows import insert
from demo.texts import DAYS
from municipalities.tenancy import everywhere
from practice.models import Status

HOUR = timedelta(hours=1)
FETCH_TIMES = (1, 3, 6, 12, 24, 48, 72)  # hours after publication; then once a day, later once in three days
# In the demo, too, a network is sometimes unavailable: so many days ago it did not answer, which leaves a gap.
GAP_CHANNEL, GAP_DAYS_AGO = "kragujevac_vezba", (22, 23)


def fetch(pasts: list[PublishedPosts], audience: Audience) -> None:
    """Subjects, snapshots and facts of the sixty days."""
    today = timezone.localdate(audience.now)
    first = today - timedelta(days=DAYS + 1)
    make_partitions(first)
    take_snapshots(pasts, audience)
    count([voice.channel.pk for past in pasts for voice in past.voices], first, today)


def make_partitions(first: date) -> None:
    """For snapshots from `first` on. Nobody reads the table until the transaction ends."""
    partitions.ensure(first - timedelta(days=30), partitions.ahead()[1])


def take_snapshots(pasts: list[PublishedPosts], audience: Audience) -> None:
    """Subjects and snapshots of all posts that were sent, and of their channels."""
    with everywhere("the demo's metrics"):
        replies = _replies(pasts)
        kinds = traits.rows_for(
            traits.key_of(sent.publication) for past in pasts for sent in past.sent if sent.publication
        )
        subjects = insert([_subject(sent, audience, replies, kinds) for past in pasts for sent in past.sent])
        by_publication = {subject.publication_id: subject for subject in subjects}
        polls.count(pasts, by_publication, audience.now)
        pages = _pages(pasts, audience)
        insert([p for past in pasts for sent in past.sent for p in _snapshots(by_publication, sent, audience, replies)])
        insert(
            [snapshot for subject, voice in _channels(pages, pasts) for snapshot in _follows(subject, voice, audience)]
        )


def count(channels: Sequence[int], first: date, today: date) -> None:
    """The facts of these channels from `first` on, and what pages and reports over all municipalities read; a worker
    would make those within hours."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what came in this moment is unknown to the planner, and it chose ways of minutes
    rebuild.rebuild_channels(first, today, channels)
    monthly_medians.renew()
    training_figures.renew()


Replies = dict[int, list[datetime]]


def _replies(pasts: list[PublishedPosts]) -> Replies:
    """When people wrote below each status."""
    roots = [sent.status.pk for past in pasts for sent in past.sent if sent.status]
    by_status: Replies = {pk: [] for pk in roots}
    rows = Status.objects.filter(in_reply_to__in=roots).order_by("created_at")
    for parent, at in rows.values_list("in_reply_to_id", "created_at"):
        by_status[parent].append(at)
    return by_status


def _values(sent: SentPost, at: datetime, audience: Audience, replies: Replies) -> dict[str, int]:
    assert sent.status is not None
    counts = dict(curve_of(sent, audience).at(at - sent.at))
    return {**counts, "replies": sum(moment <= at for moment in replies[sent.status.pk])}


def _subject(sent: SentPost, audience: Audience, replies: Replies, kinds: dict[traits.Key, Traits]) -> Subject:
    assert sent.publication is not None
    assert sent.status is not None
    fetches = list(_fetch_times(sent.at, audience.now))
    values = _values(sent, fetches[-1], audience, replies) if fetches else {}
    return Subject(
        municipality_id=sent.post.municipality_id, kind=SubjectKind.PUBLICATION, channel=sent.voice.channel,
        publication=sent.publication, remote_id=str(sent.status.pk), traits=kinds[traits.key_of(sent.publication)],
        published_at=sent.at, published_on=timezone.localdate(sent.at),
        last_fetched_at=fetches[-1] if fetches else None, last_outcome=FetchOutcome.READ if fetches else "",
        next_fetch_at=rules.next_fetch(sent.at, fetches[-1] if fetches else audience.now),
        interactions=interactions(values), **values,
    )  # fmt: skip


def _fetch_times(since: datetime, now: datetime) -> Iterator[datetime]:
    hours = [*FETCH_TIMES, *range(96, 15 * 24, 24), *range(15 * 24, (DAYS + 1) * 24, 72)]
    yield from (since + hour * HOUR for hour in hours if since + hour * HOUR < now)


def _snapshots(
    subjects: dict[int, Subject], sent: SentPost, audience: Audience, replies: Replies
) -> Iterator[MetricSnapshot]:
    assert sent.publication is not None
    subject = subjects[sent.publication.pk]
    curve = curve_of(sent, audience)
    assert sent.status is not None
    written = replies[sent.status.pk]
    for at in _fetch_times(sent.at, audience.now):
        values = curve.at(at - sent.at)
        yield MetricSnapshot(
            subject=subject,
            municipality_id=subject.municipality_id,
            at=at,
            outcome=FetchOutcome.READ,
            replies=sum(moment <= at for moment in written),
            **values,
        )


def _pages(pasts: list[PublishedPosts], audience: Audience) -> list[Subject]:
    """The channels as subjects, created where missing."""
    voices = [voice for past in pasts for voice in past.voices]
    known = Subject.objects.filter(kind=SubjectKind.CHANNEL, channel__in=[voice.channel for voice in voices])
    there = {subject.channel_id: subject for subject in known}
    missing = [voice for voice in voices if voice.channel.pk not in there]
    return [*there.values(), *insert([_channel_subject(voice, audience) for voice in missing])]


def _channel_subject(voice: ChannelPage, audience: Audience) -> Subject:
    today = timezone.localdate(audience.now)
    return Subject(
        municipality_id=voice.channel.municipality_id, kind=SubjectKind.CHANNEL, channel=voice.channel,
        followers=audience.followers[voice.page.pk][today - timedelta(days=1)], last_outcome=FetchOutcome.READ,
        last_fetched_at=audience.now - HOUR, next_fetch_at=audience.now,
    )  # fmt: skip


def _channels(subjects: list[Subject], pasts: list[PublishedPosts]) -> Iterator[tuple[Subject, ChannelPage]]:
    voices = {voice.channel.pk: voice for past in pasts for voice in past.voices}
    return ((subject, voices[subject.channel_id]) for subject in subjects)


def _follows(subject: Subject, voice: ChannelPage, audience: Audience) -> Iterator[MetricSnapshot]:
    """One snapshot each evening."""
    for day, followers in audience.followers[voice.page.pk].items():
        at = timezone.make_aware(datetime.combine(day, time(23, 30)))
        if at < audience.now:
            missed = _missed(voice, day, audience)
            yield MetricSnapshot(
                subject=subject, municipality_id=subject.municipality_id, at=at,
                outcome=FetchOutcome.NOT_REACHED if missed else FetchOutcome.READ,
                followers=None if missed else followers,
            )  # fmt: skip


def _missed(voice: ChannelPage, day: date, audience: Audience) -> bool:
    ago = (timezone.localdate(audience.now) - day).days
    return voice.plan.username == GAP_CHANNEL and ago in GAP_DAYS_AGO
