"""Fills the demo: in one transaction, only what is missing, nothing outside the demo."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from administration.domain.first_steps import put_away
from administration.models import PutAway
from common.models import AuditEvent
from demo import (
    check_ins,
    decisions,
    exercises,
    gallery,
    good_practice,
    growth,
    inbox,
    inbox_triage,
    indicators,
    kits,
    library,
    mentoring,
    metrics,
    needs,
    network,
    notifications,
    participation,
    people,
    planning,
    private_messages,
    published_posts,
    reactions,
    reports,
    snippets,
    trainings,
    unpublished_posts,
)
from demo import plans as agreed_plans
from demo.municipality_context import MunicipalityContext
from demo.network import ChannelPage
from demo.people import People, Team
from demo.rows import insert, leave_room
from demo.texts import DAYS, Planned, coming, days
from municipalities.tenancy import scope
from posts.models import Post
from practice.models import Status


@dataclass(frozen=True)
class Filled:
    """How much was made; all 0 when everything was there."""

    municipalities: int
    publications: int


# Called when a part begins: what it makes, how many parts are done, and how many there are.
Report = Callable[[str, int, int], None]


@transaction.atomic
def fill(now: datetime | None = None, report: Report | None = None) -> Filled:
    """Create what is missing of the demo. Raises `NotTheDemo`."""
    network.require_demo()
    now = now or timezone.now()
    today = timezone.localdate(now)
    if not Status.objects.exists():
        leave_room(Status)
        leave_room(AuditEvent)
    everybody = people.gather(today)
    voices = network.channel_pages(everybody, now)
    citizens = network.citizen_accounts(now)
    empty = [team for slug, team in everybody.teams.items() if not _has_posts(team)]
    followers = {
        voice.page.pk: growth.followers(
            voice.plan.username, voice.plan.followers, everybody.mentored_on, today - timedelta(days=DAYS + 1), today
        )
        for team in empty
        for voice in voices[team.municipality.slug]
    }
    audience = reactions.Audience(citizens, everybody.mentored_on, now, followers)
    return _fill(empty, voices, everybody, audience, report or _report_nothing)


def _report_nothing(part: str, done: int, parts: int) -> None:
    pass


def _has_posts(team: Team) -> bool:
    with scope(team.municipality):
        return Post.objects.exists()


def _fill(
    teams: list[Team],
    voices: dict[str, list[ChannelPage]],
    everybody: People,
    audience: reactions.Audience,
    report: Report,
) -> Filled:
    if not teams:
        return Filled(0, 0)
    contexts, pasts = [], []
    count = len(teams)
    parts = 2 * count + 3
    for number, team in enumerate(teams):
        report(f"sixty days of {team.municipality}", number, parts)
        slug = team.municipality.slug
        today = timezone.localdate(audience.now)
        plans = sorted([*days(slug, today), *participation.calls(slug, today)], key=lambda planned: planned.time.due_at)
        with scope(team.municipality):
            drawn = library.fill(team, _kinds(slug, plans, audience.now), audience.now - timedelta(days=DAYS + 2))
            contexts.append(MunicipalityContext(team, voices[slug], drawn, everybody))
            pasts.append(published_posts.create(contexts[-1], plans))
            snippets.arrange(team, drawn, timezone.localdate(audience.now))
    report("messages, needs and metrics", count, parts)
    reactions.publish(pasts, audience)
    for history in pasts:
        with scope(history.team.municipality):
            published_posts.deliver(history)
    insert(sorted((event for past in pasts for event in past.events), key=lambda event: event.at))
    inbox.arrange(pasts, audience)
    needs.arrange(pasts, audience.now)
    metrics.fetch(pasts, audience)
    mentoring.arrange(everybody, audience.now)
    decisions.set_rules(contexts)
    for number, context in enumerate(contexts, count + 1):
        report(f"drafts of {context.team.municipality}", number, parts)
        unpublished_posts.lay_out(context, audience.now)
        with scope(context.team.municipality):  # they have been here for months
            put_away(context.team.municipality, PutAway.ALL, by=context.team.approver)
    report("mentoring, plans and reports", parts - 2, parts)
    decisions.arrange(contexts, audience.now)
    inbox_triage.arrange(pasts, audience.now)
    private_messages.arrange(pasts, audience.citizens, audience.now)
    participation.arrange(pasts, audience.now)
    kits.arrange(teams, everybody, audience.now)
    agreed_plans.arrange(teams, everybody, audience.now)
    good_practice.arrange(everybody)
    check_ins.arrange(teams, everybody, audience.now)
    indicators.arrange(everybody, audience.now)
    trainings.arrange(everybody, audience.now)
    planning.arrange(teams, audience.now)
    reports.arrange(teams, everybody.staff)
    report("exercises, gallery and notifications", parts - 1, parts)
    exercises.arrange(everybody, audience.now)
    gallery.arrange(teams, everybody, audience.now)
    notifications.settle(teams, audience.now)
    return Filled(len(teams), sum(len(past.sent) for past in pasts))


def _kinds(slug: str, plans: list[Planned], now: datetime) -> list[str]:
    """The pictures this municipality needs, each once."""
    soon = coming(slug, timezone.localdate(now), unpublished_posts.planned_until(slug))
    return sorted({planned.picture for planned in [*plans, *soon] if planned.picture})
