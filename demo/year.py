"""The year before the sixty days, and six municipalities that are not trained yet.

It is filled in behind the sixty days, while people use the demo already: rows in one transaction, so that nobody sees
half a year, then the figures. Computed rather than restored from a file, since texts name days and seasons
(ADR 39). Before the training nobody commented on drafts and no call to action was recorded, so a year needs less than
the sixty days: posts, what people wrote below them, answers, and metrics.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from administration.domain.first_steps import put_away
from administration.models import PutAway
from analytics.enums import AnnotationKind
from analytics.indicators.domain import measure
from analytics.models import DailyFact, MunicipalityAnnotation
from analytics.rollups.domain import daily_counts
from channels.models import Channel
from common.models import AuditEvent
from demo import (
    growth,
    inbox,
    inbox_triage,
    library,
    metrics,
    needs,
    network,
    people,
    private_messages,
    published_posts,
    reactions,
    unpublished_posts,
)
from demo.municipality_context import MunicipalityContext
from demo.people import People
from demo.published_posts import PublishedPosts
from demo.rows import insert, room
from demo.texts import DAYS, SECOND_GROUP, SLUGS, YEAR_DAYS, before_training
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from posts.models import Post
from practice.models import Account

NAME = " before"
# The post of the night of the flood (`content/year.toml`).
FLOOD = "poplava-noc"
# The followers of a year ago, as a share of those at its end.
BEGAN_WITH = 0.93


@dataclass(frozen=True)
class FilledYear:
    """How much was made; all 0 when everything was there."""

    municipalities: int
    publications: int


def fill(now: datetime | None = None) -> FilledYear:
    """Create what is missing of the year. Raises `NotTheDemo`, and `NoRoom` where an older version filled in the demo.

    Does nothing while the sixty days are missing.
    """
    network.require_demo()
    now = now or timezone.now()
    first = timezone.localdate(now) - timedelta(days=YEAR_DAYS)
    filled = FilledYear(0, 0)
    if not is_begun():
        return filled
    if not _has(Post):
        metrics.make_partitions(first)
        filled = _rows(now, first)
    if not _has(DailyFact):
        _figures(first, timezone.localdate(now))
    return filled


def is_begun() -> bool:
    """Whether the sixty days are there."""
    return Municipality.objects.filter(is_demo=True, slug__in=SLUGS).exists()


def _has(kind: type[Post] | type[DailyFact]) -> bool:
    with everywhere("whether the demo has its year"):
        return kind.objects.filter(municipality__slug__in=SECOND_GROUP).exists()


@transaction.atomic
def _rows(now: datetime, first: date) -> FilledYear:
    today = timezone.localdate(now)
    before = today - timedelta(days=DAYS + 2)  # the followers of the next day are known already
    pilots, second = people.gather(today), people.second_group(today)
    earlier = _create(pilots, second.mentored_on, first, before, now)
    newcomers = _create(second, second.mentored_on, first, today - timedelta(days=1), now)
    pasts = [*earlier, *newcomers]
    followers = {
        **{page: counts for past in earlier for page, counts in _grown_into(past, first, before).items()},
        **{
            page: counts
            for past in newcomers
            for page, counts in _grown(past, second.mentored_on, first, today).items()
        },
    }
    citizens = list(network.citizens_of_the_demo().order_by("pk"))
    # In these days nobody was trained, so the training of the second group serves for all.
    audience = reactions.Audience(citizens, second.mentored_on, now, followers)
    reactions.publish_earlier(pasts, audience)
    for past in pasts:
        with scope(past.team.municipality):
            published_posts.deliver(past)
    _record(pasts)
    _mark_floods(pasts)
    inbox.arrange(newcomers, audience)
    inbox.arrange_earlier(earlier, audience)
    needs.arrange(newcomers, now)
    metrics.take_snapshots(pasts, audience)
    _count_followers(newcomers, followers, today)
    for past in newcomers:
        _lay_out(past, second, now)
    inbox_triage.arrange(newcomers, now)
    private_messages.arrange(newcomers, citizens, now)
    for team in pilots.teams.values():
        Municipality.objects.filter(pk=team.municipality.pk).update(joined_on=first)
    return FilledYear(len(pasts), sum(len(past.sent) for past in pasts))


def _create(everybody: People, training: date, first: date, last: date, now: datetime) -> list[PublishedPosts]:
    """Posts, versions, decisions and publications-to-be of these municipalities. `training` is after all of them."""
    voices, pasts = network.channel_pages(everybody, now), []
    since = timezone.make_aware(datetime.combine(first - timedelta(days=2), time(9)))
    untrained = replace(everybody, mentored_on=training)
    for slug, team in everybody.teams.items():
        plans = list(before_training(slug, first, last))
        with scope(team.municipality):
            drawn = library.fill(team, sorted({planned.picture for planned in plans if planned.picture}), since)
            context = MunicipalityContext(team, voices[slug], drawn, untrained)
            pasts.append(published_posts.create(context, plans, NAME))
            channels = [voice.channel.pk for voice in voices[slug]]
            Channel.objects.filter(pk__in=channels).update(connected_at=since)
        pages = [voice.page.pk for voice in voices[slug]]
        Account.objects.filter(pk__in=pages).update(created_at=since - timedelta(days=30))
    return pasts


def _grown(past: PublishedPosts, training: date, first: date, last: date) -> dict[int, dict[date, int]]:
    """Followers of the pages of a municipality by day."""
    return {
        voice.page.pk: growth.followers(
            voice.plan.username, round(voice.plan.followers * BEGAN_WITH), training, first, last
        )
        for voice in past.voices
    }


def _grown_into(past: PublishedPosts, first: date, last: date) -> dict[int, dict[date, int]]:
    """Followers by day, up to those with whom the sixty days begin."""
    grown = {}
    for voice in past.voices:
        counts = growth.followers(f"{voice.plan.username} before", voice.plan.followers, date.max, first, last)
        scale = voice.plan.followers / counts[last]
        grown[voice.page.pk] = {day: round(count * scale) for day, count in counts.items()}
    return grown


def _record(pasts: Sequence[PublishedPosts]) -> None:
    """The audit trail, before that of the sixty days."""
    events = sorted((event for past in pasts for event in past.events), key=lambda event: event.at)
    for event, pk in zip(events, room(AuditEvent, len(events)), strict=True):
        event.pk = pk
    insert(events)


def _mark_floods(pasts: Sequence[PublishedPosts]) -> None:
    """On the charts, as an officer would."""
    for past in pasts:
        nights = {timezone.localdate(sent.at) for sent in past.sent if sent.planned.key == FLOOD}
        with scope(past.team.municipality):
            insert(
                [
                    MunicipalityAnnotation(
                        municipality=past.team.municipality, kind=AnnotationKind.FLOOD, first=night,
                        last=night + timedelta(days=1), text="Поплава", added_by=past.team.officer,
                        added_at=timezone.make_aware(datetime.combine(night + timedelta(days=7), time(10))),
                    )
                    for night in sorted(nights)
                ]
            )  # fmt: skip


def _count_followers(pasts: Sequence[PublishedPosts], followers: dict[int, dict[date, int]], today: date) -> None:
    for past in pasts:
        for voice in past.voices:
            Account.objects.filter(pk=voice.page.pk).update(followers_count=followers[voice.page.pk][today])


def _lay_out(past: PublishedPosts, everybody: People, now: datetime) -> None:
    """What waits for somebody today."""
    with scope(past.team.municipality):
        drawn = library.fill(past.team, unpublished_posts.pictures_of(past.team, now), now - timedelta(days=DAYS))
        put_away(past.team.municipality, PutAway.ALL, by=past.team.approver)
    unpublished_posts.lay_out(MunicipalityContext(past.team, past.voices, drawn, everybody), now)


def _figures(first: date, today: date) -> None:
    """Facts, counts of days and indicators of the whole year."""
    with everywhere("the figures of the demo's year"):
        channels = list(Channel.objects.filter(municipality__is_demo=True).order_by("pk").values_list("pk", flat=True))
    metrics.count(channels, first, today)
    daily_counts.rebuild(first)
    with everywhere("the demo's indicators"):
        while measure.check_new():
            pass
    measure.rebuild(today)
