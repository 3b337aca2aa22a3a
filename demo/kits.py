"""The programme's kits, some of them adopted: written, published and filled in by the verbs that people use."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from demo.people import PROGRAMME, People, Team
from demo.texts import CONTENT
from kits.domain import adopt, edit
from kits.models import Kit
from kits.queries import adoptions, known_answers, parts_of
from library.domain.templates import TemplateContent
from municipalities.availability import months_later
from municipalities.domain import services
from municipalities.domain.reference import load_services
from municipalities.models import EService, Programme, ServiceAvailability
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.draft import CallToAction, Draft, Interactive, Text
from posts.models import Post

# Days from the first one of the campaign to the deadline.
RUNS = 30


@cache
def content() -> dict[str, Any]:
    with (CONTENT / "kits.toml").open("rb") as file:
        return tomllib.load(file)


def arrange(teams: Sequence[Team], people: People, now: datetime) -> None:
    """What each municipality knows of eServices, the kits, and who works with the first one."""
    today = timezone.localdate(now)
    load_services()
    for team in teams:
        with scope(team.municipality):
            _services(team, today)
    kits = _kits(people, now)
    for team in teams:
        answered = content()["adopted"].get(team.municipality.slug)
        if answered:
            with scope(team.municipality):
                _adopt(kits[0], team, answered, today)


def _services(team: Team, today: date) -> None:
    blank = {"starts_on": None, "ends_on": None, "url": "", "note": ""}
    for key, state in content()["services"].get(team.municipality.slug, {}).items():
        service = EService.objects.get(key=key)
        offered = {**blank, "is_offered": state != "no"}
        services.keep(team.municipality, service, offered, verified=state != "look", by=team.officer)
        if state == "old":
            day = months_later(today, -settings.SERVICE_STALE_MONTHS - 2)
            ServiceAvailability.objects.filter(service=service).update(verified_on=day)


def _kits(people: People, now: datetime) -> list[Kit]:
    programme = Programme.objects.get(name=PROGRAMME)
    return [_kit(programme, raw, people, now) for raw in content()["kit"]]


def _kit(programme: Programme, raw: Mapping[str, Any], people: People, now: datetime) -> Kit:
    existing = Kit.objects.filter(programme=programme, name=raw["name"]).first()
    if existing:
        return existing
    first, last = _season(raw.get("season"), timezone.localdate(now))
    service = EService.objects.get(key=raw["service"])
    values = {"name": raw["name"], "purpose": raw["purpose"], "service": service, "starts_on": first, "ends_on": last}
    kit = edit.create(programme, values, by=people.staff)
    for post in raw["post"]:
        edit.save_post(kit, None, _part(post, raw["question"]), by=people.staff)
    if raw["published_days_ago"] >= 0:
        edit.publish(kit, by=people.staff)
        at = now - timedelta(days=raw["published_days_ago"])
        Kit.objects.filter(pk=kit.pk).update(published_at=at, created_at=at - timedelta(days=3))
        Notification.objects.filter(about=f"kits.kit:{kit.pk}").update(created_at=at, mail_due_at=None)
    return Kit.objects.select_related("programme", "service").get(pk=kit.pk)


def _season(days: Sequence[int] | None, today: date) -> tuple[date | None, date | None]:
    """The coming season, or the one that runs, from [month, day, month, day]."""
    if days is None:
        return None, None
    year = today.year if date(today.year, days[2], days[3]) > today + timedelta(days=45) else today.year + 1
    return max(date(year, days[0], days[1]), today + timedelta(days=3)), date(year, days[2], days[3])


def _part(raw: Mapping[str, Any], questions: list[dict[str, str]]) -> edit.KitPostContent:
    draft = Draft(
        texts={"sr-Cyrl": Text(raw["text"].strip())},
        link=raw.get("link", ""),
        call=CallToAction(raw["call"], raw["call_words"]),
        interactive=Interactive(
            kind=raw.get("format", ""),
            options=tuple(raw.get("options", ())),
            days=raw.get("days", 0),
            promise=raw.get("promise", ""),
        ),
    )
    template_content = TemplateContent(
        raw["name"], raw["about"], raw["category"], draft, questions, raw.get("deadline", "")
    )
    return edit.KitPostContent(template_content, raw["day"], time.fromisoformat(raw["at"]))


def _adopt(kit: Kit, team: Team, answered: Mapping[str, Any], today: date) -> None:
    municipality = team.municipality
    start = kit.starts_on or today + timedelta(days=3)
    values = {
        **known_answers(kit, adoptions(), municipality).values,
        **answered["answers"],
        "рок": start + timedelta(days=RUNS),
    }
    parts = [part.pk for part in parts_of(kit)[: answered["posts"]]]
    drafts = adopt.adopt(
        kit, adopt.AdoptionChoice(start, values, parts), municipality=municipality, by=team.officer
    ).made
    Post.objects.filter(pk__in=[post.pk for post in drafts]).update(is_demo=True)
