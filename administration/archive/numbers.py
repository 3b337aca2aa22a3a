"""Metrics of posts and channels from the networks, and clicks on short links."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Sum

from administration.archive.posts import place_of
from administration.archive.writer import Archive
from analytics.indicators.sufficiency import is_frozen_of_enough
from analytics.metrics import ADDED
from analytics.models import (
    ChannelDay,
    Counts,
    DailyFact,
    IndicatorValue,
    MetricCoverage,
    MetricSnapshot,
    MunicipalityAnnotation,
    MunicipalityBaseline,
    MunicipalityTarget,
    MunicipalityValue,
    Subject,
    Tally,
)
from links.models import ClickCount, Link
from links.queries import short
from posts.models import Post

METRICS = tuple(field.name for field in Counts._meta.get_fields())
TRAITS = ("category", "call_kind", "service", "material", "languages", "interactive", "boosted")
SUMS = (*ADDED, "interactions")
SUBJECT = ("kind", "channel", "network", "post", "link", "published_at")


def write(archive: Archive) -> None:
    archive.table("numbers.csv", (*SUBJECT, "looked_at", "followers", *METRICS), _latest())
    archive.table(
        "metric_snapshots.csv", ("subject", "post", "channel", "at", "outcome", "followers", *METRICS), _readings()
    )
    archive.table("days.csv", ("channel", "day", *TRAITS, "basis", "posts", *SUMS), _days())
    archive.table("followers.csv", ("channel", "day", "followers", "why_missing", "imported"), _followers())
    archive.table("told.csv", ("channel", "metric", "told_first_at", "told_last_at"), _reported_metrics())
    archive.table(
        "short-links.csv", ("short", "leads_to", "post", "network", "made_at", "people", "machines"), _links()
    )
    archive.table("clicks.csv", ("short", "day", "hour", "people", "machines"), _clicks())
    archive.table("days-of-citizens.csv", ("indicator", "day", "counted", "of_them_met", "working_minutes"), _counted())
    _indicators(archive)


def _latest() -> Iterator[tuple[Any, ...]]:
    rows = Subject.objects.select_related("channel", "publication__delivery").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        public = row.publication
        yield (
            row.kind, row.channel.name, row.channel.platform, public.post_id if public else row.title,
            public.delivery.permalink if public else row.permalink or row.channel.url, row.published_at,
            row.last_fetched_at,
            row.followers,
            *(getattr(row, name) for name in METRICS),
        )  # fmt: skip


def _readings() -> Iterator[tuple[Any, ...]]:
    rows = MetricSnapshot.objects.select_related("subject__publication", "subject__channel").order_by(
        "subject_id", "at"
    )
    for row in rows.iterator(chunk_size=1000):
        public = row.subject.publication
        yield (
            row.subject_id, public.post_id if public else "", row.subject.channel.name, row.at, row.outcome,
            row.followers, *(getattr(row, name) for name in METRICS),
        )  # fmt: skip


def _days() -> Iterator[tuple[Any, ...]]:
    for row in DailyFact.objects.select_related("channel", "traits").order_by("day", "pk").iterator(chunk_size=1000):
        kind = (getattr(row.traits, name) for name in TRAITS)
        yield (row.channel.name, row.day, *kind, row.basis, row.posts, *(getattr(row, name) for name in SUMS))


def _followers() -> Iterator[tuple[Any, ...]]:
    for row in ChannelDay.objects.select_related("channel").order_by("channel_id", "day").iterator(chunk_size=1000):
        yield row.channel.name, row.day, row.followers, row.gap, row.imported


def _reported_metrics() -> Iterator[tuple[Any, ...]]:
    for row in MetricCoverage.objects.select_related("channel").order_by("channel_id", "metric"):
        yield row.channel.name, row.metric, row.first_at, row.last_at


def _counted() -> Iterator[tuple[Any, ...]]:
    for row in Tally.objects.order_by("code", "day").iterator(chunk_size=1000):
        yield row.code, row.day, row.counted, row.met, " ".join(map(str, row.minutes))


def _links() -> Iterator[tuple[Any, ...]]:
    rows = Link.objects.annotate(people=Sum("counts__people"), machines=Sum("counts__machines")).order_by("pk")
    posts: dict[Any, int] = {}
    for row in rows.iterator(chunk_size=500):
        # Links of one post lie beside each other: one question for each post, and one answer kept.
        if row.subject not in posts:
            post_id = Post.objects.filter(key=row.subject).values_list("pk", flat=True).first()
            posts = {row.subject: post_id or 0}
        yield (
            short(row.code), row.target, posts[row.subject] or "", row.network, row.created_at, row.people or 0,
            row.machines or 0,
        )  # fmt: skip


def _clicks() -> Iterator[tuple[Any, ...]]:
    rows = ClickCount.objects.select_related("link").order_by("link_id", "counted_on", "hour")
    for row in rows.iterator(chunk_size=1000):
        yield short(row.link.code), row.counted_on, row.hour, row.people, row.machines


def _indicators(archive: Archive) -> None:
    """What was agreed with the programme, frozen, entered and measured."""
    columns = ("code", "first", "last", "part", "value", "n", "why_missing")
    archive.table("indicators.csv", columns, _measured())
    frozen = ("indicator", "first", "last", "value", "n", "is_enough", "few_because", "at", "reason")
    archive.table("indicator-baselines.csv", frozen, _frozen())
    agreed = (
        "indicator",
        "is_milestone",
        "said_as",
        "value",
        "due_on",
        "reason",
        "worse_because",
        "set_at",
        "ended_at",
    )
    archive.table("indicator-targets.csv", agreed, _targets())
    archive.table("events.csv", ("kind", "first", "last", "text", "added_at"), _events())
    archive.table(
        "indicator-entries.csv", ("indicator", "on", "value", "source", "note", "file", "entered_at"), _entries()
    )
    for ref in MunicipalityValue.objects.exclude(evidence="").order_by("pk").values_list("evidence", flat=True):
        archive.file(place_of(ref), partial(default_storage.open, ref))


def _measured() -> Iterator[tuple[Any, ...]]:
    for row in IndicatorValue.objects.order_by("code", "first", "way", "part").iterator(chunk_size=1000):
        yield row.code, row.first, row.last, row.part, row.value, row.n, row.why


def _frozen() -> Iterator[tuple[Any, ...]]:
    for row in MunicipalityBaseline.objects.select_related("indicator").order_by("pk"):
        is_enough = is_frozen_of_enough(row.indicator.code, row)
        yield (
            row.indicator, row.first, row.last, row.value, row.n, is_enough, row.few_because, row.frozen_at, row.reason
        )  # fmt: skip


def _events() -> Iterator[tuple[Any, ...]]:
    rows = MunicipalityAnnotation.objects.order_by("first", "pk")
    yield from rows.values_list("kind", "first", "last", "text", "added_at")


def _targets() -> Iterator[tuple[Any, ...]]:
    for row in MunicipalityTarget.objects.select_related("indicator").order_by("pk"):
        yield (
            row.indicator, row.is_milestone, row.kind, row.value, row.due_on, row.reason, row.worse_because, row.set_at,
            row.ended_at,
        )  # fmt: skip


def _entries() -> Iterator[tuple[Any, ...]]:
    for row in MunicipalityValue.objects.select_related("indicator").order_by("pk"):
        file = place_of(row.evidence.name) if row.evidence else ""
        yield row.indicator, row.on, row.value, row.source, row.note, file, row.entered_at
