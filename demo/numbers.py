"""The readings of the sixty days, as the ladder would have taken them, and the facts made of them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from analytics import partitions
from analytics.comparison.domain import training_figures
from analytics.enums import PullOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain import traits
from analytics.metrics import interactions
from analytics.models import Pull, Subject, Traits
from analytics.rollups.domain import monthly_medians, rebuild
from demo import polls
from demo.network import Voice
from demo.past import Past, Sent
from demo.reactions import Crowd, curve_of
from demo.rows import insert
from demo.texts import DAYS
from municipalities.tenancy import everywhere
from practice.models import Status

HOUR = timedelta(hours=1)
LOOKS = (1, 3, 6, 12, 24, 48, 72)  # hours after publication; then once a day, later once in three days
# In the demo, too, a network is sometimes away: these many days ago nobody answered. A gap is a gap.
GAP_CHANNEL, GAP_DAYS_AGO = "kragujevac_vezba", (22, 23)


def read(pasts: list[Past], crowd: Crowd) -> None:
    """Subjects, pulls and facts of everything that was sent."""
    partitions.ensure((crowd.now - timedelta(days=DAYS + 31)).date(), partitions.ahead()[1])
    with everywhere("the demo's readings"):
        replies = _replies(pasts)
        kinds = traits.rows_for(
            traits.key_of(sent.publication) for past in pasts for sent in past.sent if sent.publication
        )
        subjects = insert([_subject(sent, crowd, replies, kinds) for past in pasts for sent in past.sent])
        by_publication = {subject.publication_id: subject for subject in subjects}
        polls.count(pasts, by_publication, crowd.now)
        pages = insert([_channel_subject(voice, crowd) for past in pasts for voice in past.voices])
        insert([p for past in pasts for sent in past.sent for p in _pulls(by_publication, sent, crowd, replies)])
        insert([pull for subject, voice in _channels(pages, pasts) for pull in _follows(subject, voice, crowd)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what came in this moment is unknown to the planner, and it chose ways of minutes
    today = timezone.localdate(crowd.now)
    channels = [voice.channel.pk for past in pasts for voice in past.voices]
    rebuild.make_again(today - timedelta(days=DAYS + 1), today, channels)
    # what pages and reports over all municipalities read; a worker would make them within hours
    monthly_medians.renew()
    training_figures.renew()


Replies = dict[int, list[datetime]]


def _replies(pasts: list[Past]) -> Replies:
    """When people wrote below each status."""
    roots = [sent.status.pk for past in pasts for sent in past.sent if sent.status]
    found: Replies = {pk: [] for pk in roots}
    rows = Status.objects.filter(in_reply_to__in=roots).order_by("created_at")
    for parent, at in rows.values_list("in_reply_to_id", "created_at"):
        found[parent].append(at)
    return found


def _values(sent: Sent, at: datetime, crowd: Crowd, replies: Replies) -> dict[str, int]:
    assert sent.status is not None
    told = dict(curve_of(sent, crowd).at(at - sent.at))
    return {**told, "replies": sum(moment <= at for moment in replies[sent.status.pk])}


def _subject(sent: Sent, crowd: Crowd, replies: Replies, kinds: dict[traits.Key, Traits]) -> Subject:
    assert sent.publication is not None
    assert sent.status is not None
    looks = list(_looks(sent.at, crowd.now))
    values = _values(sent, looks[-1], crowd, replies) if looks else {}
    return Subject(
        municipality_id=sent.post.municipality_id, kind=SubjectKind.PUBLICATION, channel=sent.voice.channel,
        publication=sent.publication, remote_id=str(sent.status.pk), traits=kinds[traits.key_of(sent.publication)],
        published_at=sent.at, published_on=timezone.localdate(sent.at),
        last_at=looks[-1] if looks else None, last_outcome=PullOutcome.READ if looks else "",
        next_at=rules.next_fetch(sent.at, looks[-1] if looks else crowd.now),
        interactions=interactions(values), **values,
    )  # fmt: skip


def _looks(since: datetime, now: datetime) -> Iterator[datetime]:
    hours = [*LOOKS, *range(96, 15 * 24, 24), *range(15 * 24, (DAYS + 1) * 24, 72)]
    yield from (since + hour * HOUR for hour in hours if since + hour * HOUR < now)


def _pulls(subjects: dict[int, Subject], sent: Sent, crowd: Crowd, replies: Replies) -> Iterator[Pull]:
    assert sent.publication is not None
    subject = subjects[sent.publication.pk]
    curve = curve_of(sent, crowd)
    assert sent.status is not None
    written = replies[sent.status.pk]
    for at in _looks(sent.at, crowd.now):
        values = curve.at(at - sent.at)
        yield Pull(
            subject=subject,
            municipality_id=subject.municipality_id,
            at=at,
            outcome=PullOutcome.READ,
            replies=sum(moment <= at for moment in written),
            **values,
        )


def _channel_subject(voice: Voice, crowd: Crowd) -> Subject:
    today = timezone.localdate(crowd.now)
    return Subject(
        municipality_id=voice.channel.municipality_id, kind=SubjectKind.CHANNEL, channel=voice.channel,
        followers=crowd.followers[voice.page.pk][today - timedelta(days=1)], last_outcome=PullOutcome.READ,
        last_at=crowd.now - HOUR, next_at=crowd.now,
    )  # fmt: skip


def _channels(subjects: list[Subject], pasts: list[Past]) -> Iterator[tuple[Subject, Voice]]:
    voices = {voice.channel.pk: voice for past in pasts for voice in past.voices}
    return ((subject, voices[subject.channel_id]) for subject in subjects)


def _follows(subject: Subject, voice: Voice, crowd: Crowd) -> Iterator[Pull]:
    """One look each evening."""
    for day, followers in crowd.followers[voice.page.pk].items():
        at = timezone.make_aware(datetime.combine(day, time(23, 30)))
        if at < crowd.now:
            missed = _missed(voice, day, crowd)
            yield Pull(
                subject=subject, municipality_id=subject.municipality_id, at=at,
                outcome=PullOutcome.NOT_REACHED if missed else PullOutcome.READ,
                followers=None if missed else followers,
            )  # fmt: skip


def _missed(voice: Voice, day: date, crowd: Crowd) -> bool:
    ago = (timezone.localdate(crowd.now) - day).days
    return voice.plan.username == GAP_CHANNEL and ago in GAP_DAYS_AGO
