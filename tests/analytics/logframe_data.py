"""Posts for the indicators, by the portal's own way: published, enrolled, looked at; facts come of the looks."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from analytics.enums import FetchOutcome, Material, SubjectKind
from analytics.ingestion.domain import collect, traits
from analytics.models import ChannelDay, Subject
from analytics.rollups.domain import rollup
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.enums import Category
from posts.models import Decision, Post, Publication, Variant, Version
from tests.analytics import factories

BELGRADE = ZoneInfo("Europe/Belgrade")


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), BELGRADE)


@transaction.atomic
def facts(channel: Channel, *days: date) -> None:
    """Make those of a few days at once, without the doorbell."""
    rollup.lock()
    rollup.make(published=[(channel.pk, day) for day in days], active=[])


def post(channel: Channel, day: date, likes: int | None = None, **fields: Any) -> Publication:
    """A post on a channel at nine in the morning; `likes` None: no network told a number."""
    publication = _sent(channel, day, **fields)
    _measure(channel, {day: likes}, [publication])
    with scope(channel.municipality_id):
        return Publication.objects.select_related("version", "post").get(pk=publication.pk)


def posts(channel: Channel, likes: Mapping[date, int], *, calls: Container[date] = ()) -> None:
    """A post on each of these days, on some with a call; in less time than that many times `post`."""
    _measure(channel, likes, [_sent(channel, day, call="apply" if day in calls else "") for day in likes])


def _sent(
    channel: Channel,
    day: date,
    *,
    category: str = Category.SERVICE,
    call: str = "",
    service: str = "",
    interactive: str = "",
    tag: str = "sr-Cyrl",
    media: Sequence[dict[str, Any]] = (),
    text: str = "",
    same_post: Post | None = None,
) -> Publication:
    publication = factories.published(channel, at(day), category, call)
    with scope(channel.municipality_id):
        structure = {"call": {"kind": call}, "service": service, "interactive": {"kind": interactive}}
        layout = {str(channel.pk): {"layout": "single", "languages": [tag]}}
        Version.objects.filter(pk=publication.version_id).update(structure=structure, layout=layout, media=list(media))
        Post.objects.filter(pk=publication.post_id).update(service=service)
        if same_post:
            Publication.objects.filter(pk=publication.pk).update(post=same_post)
        if text:
            language, script = tag.split("-")
            Variant.objects.create(
                municipality_id=channel.municipality_id, version=publication.version, language=language,
                script=script, text=text,
            )  # fmt: skip
    return publication


def _measure(channel: Channel, likes: Mapping[date, int | None], publications: Sequence[Publication]) -> None:
    collect.enrol()
    with scope(channel.municipality_id):
        for subject in Subject.objects.filter(publication__in=publications):
            day = subject.published_on
            if day is not None and (number := likes[day]) is not None:
                collect.record([subject], {subject.pk: (FetchOutcome.READ, {"likes": number})}, at(day, 20))
        facts(channel, *likes)


def imported(channel: Channel, day: date, likes: int | None, category: str = Category.SERVICE) -> Subject:
    """A post from before the portal, as a file told of it."""
    key = (category, "", "", str(Material.TEXT), "", "", False)
    with scope(channel.municipality_id):
        row = Subject.objects.create(
            municipality_id=channel.municipality_id, kind=SubjectKind.IMPORTED, channel=channel,
            remote_id=f"old-{Subject.objects.count()}", traits=traits.rows_for([key])[key], published_at=at(day),
            published_on=day, likes=likes, interactions=likes,
        )  # fmt: skip
        facts(channel, day)
        return row


def followers(channel: Channel, day: date, count: int | None) -> None:
    with scope(channel.municipality_id):
        ChannelDay.objects.create(
            municipality_id=channel.municipality_id, channel=channel, day=day, followers=count,
            gap="" if count is not None else FetchOutcome.NOT_REACHED,
        )  # fmt: skip


def decided(publication: Publication, kind: str, by: Any, **fields: Any) -> None:
    with scope(publication.municipality_id):
        Decision.objects.create(
            municipality_id=publication.municipality_id, version=publication.version, kind=kind, by=by, **fields
        )


def peopled(place: Municipality, population: int = 10_000) -> Municipality:
    place.population, place.population_year, place.population_source = population, 2022, "census"
    place.save()
    return place
