"""Filling the demo: everything in one transaction, only what is missing, nothing outside the demo."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from administration.domain.first_steps import put_away
from administration.models import PutAway
from demo import (
    check_ins,
    decisions,
    desk,
    exercises,
    gallery,
    good_practice,
    growth,
    inbox,
    indicators,
    kits,
    library,
    mentoring,
    needs,
    network,
    notifications,
    numbers,
    past,
    people,
    planning,
    present,
    reactions,
    reports,
    shelf,
    trainings,
)
from demo import plans as agreed_plans
from demo.network import Voice
from demo.people import People, Team
from demo.rows import insert
from demo.texts import DAYS, Planned, coming, days
from demo.town import Town
from municipalities.tenancy import scope
from posts.models import Post


@dataclass(frozen=True)
class Filled:
    """How much was made; all 0 when everything was there."""

    municipalities: int
    publications: int


@transaction.atomic
def fill(now: datetime | None = None) -> Filled:
    """Make what is missing of the demo. Raises `NotTheDemo`."""
    network.require_demo()
    now = now or timezone.now()
    today = timezone.localdate(now)
    everybody = people.gather(today)
    voices = network.voices(everybody, now)
    citizens = network.crowd(now)
    empty = [team for slug, team in everybody.teams.items() if not _has_posts(team)]
    followers = {
        voice.page.pk: growth.followers(
            voice.plan.username, voice.plan.followers, everybody.mentored_on, today - timedelta(days=DAYS + 1), today
        )
        for team in empty
        for voice in voices[team.municipality.slug]
    }
    crowd = reactions.Crowd(citizens, everybody.mentored_on, now, followers)
    return _fill(empty, voices, everybody, crowd)


def _has_posts(team: Team) -> bool:
    with scope(team.municipality):
        return Post.objects.exists()


def _fill(teams: list[Team], voices: dict[str, list[Voice]], everybody: People, crowd: reactions.Crowd) -> Filled:
    if not teams:
        return Filled(0, 0)
    towns, pasts = [], []
    for team in teams:
        slug = team.municipality.slug
        plans = list(days(slug, timezone.localdate(crowd.now)))
        with scope(team.municipality):
            drawn = library.fill(team, _kinds(slug, plans, crowd.now), crowd.now - timedelta(days=DAYS + 2))
            towns.append(Town(team, voices[slug], drawn, everybody))
            pasts.append(past.write(towns[-1], plans))
            shelf.arrange(team, drawn, timezone.localdate(crowd.now))
    reactions.publish(pasts, crowd)
    for each in pasts:
        with scope(each.team.municipality):
            past.deliver(each)
    insert(sorted((event for past in pasts for event in past.events), key=lambda event: event.at))
    inbox.arrange(pasts, crowd)
    needs.arrange(pasts, crowd.now)
    numbers.read(pasts, crowd)
    mentoring.arrange(everybody, crowd.now)
    decisions.set_rules(towns)
    for town in towns:
        present.lay_out(town, crowd.now)
        with scope(town.team.municipality):  # they have been here for months
            put_away(town.team.municipality, PutAway.ALL, by=town.team.approver)
    decisions.arrange(towns, crowd.now)
    desk.arrange(pasts, crowd.now)
    kits.arrange(teams, everybody, crowd.now)
    agreed_plans.arrange(teams, everybody, crowd.now)
    good_practice.arrange(everybody)
    check_ins.arrange(teams, everybody, crowd.now)
    indicators.arrange(everybody, crowd.now)
    trainings.arrange(everybody, crowd.now)
    planning.arrange(teams, crowd.now)
    reports.arrange(teams, everybody.staff)
    exercises.arrange(everybody, crowd.now)
    gallery.arrange(teams, everybody, crowd.now)
    notifications.settle(teams, crowd.now)
    return Filled(len(teams), sum(len(past.sent) for past in pasts))


def _kinds(slug: str, plans: list[Planned], now: datetime) -> list[str]:
    """The pictures this municipality needs, each once."""
    soon = coming(slug, timezone.localdate(now), present.planned(slug))
    return sorted({planned.picture for planned in [*plans, *soon] if planned.picture})
