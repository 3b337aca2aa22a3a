"""Inserts posts with their metrics, and followers by day, from before the portal. Nothing is imported twice.

A post that the portal published itself is already counted, so a post with its id is never imported; a post that was
imported earlier is left unchanged. Both checks run under a lock on the channel, so concurrent imports run in sequence.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from analytics.enums import Basis, FetchOutcome, Material, SubjectKind
from analytics.ingestion.domain import bulk_insert, dirty_days, traits
from analytics.metrics import interactions
from analytics.models import ChannelDay, HistoryImport, MetricSnapshot, Subject
from channels.models import Channel
from delivery.models import Delivery
from posts.enums import Category

MAX_TITLE_LENGTH = 200


@dataclass(frozen=True)
class Post:
    """`at` is None where only the day is known. `next_fetch_at`: when its metrics are fetched from the network."""

    channel_id: int
    remote_id: str
    on: date
    at: datetime | None = None
    title: str = ""
    permalink: str = ""
    values: dict[str, int] = field(default_factory=dict)
    category: str = Category.OTHER
    material: str = Material.TEXT
    next_fetch_at: datetime | None = None


@dataclass(frozen=True)
class Day:
    channel_id: int
    day: date
    followers: int


@transaction.atomic
def posts(run: HistoryImport, imported: Sequence[Post]) -> int:
    """Create subjects for posts that are not stored yet, each with one snapshot; returns how many were created."""
    _lock({post.channel_id for post in imported})
    known = _known(imported)
    new = list({key: post for post in imported if (key := (post.channel_id, post.remote_id)) not in known}.values())
    kinds = traits.rows_for(map(_key, new)) if new else {}
    now = timezone.now()
    subjects = Subject.objects.bulk_create(
        [
            Subject(
                municipality_id=run.municipality_id,
                kind=SubjectKind.IMPORTED,
                channel_id=post.channel_id,
                remote_id=post.remote_id,
                title=" ".join(post.title.split())[:MAX_TITLE_LENGTH],
                permalink=post.permalink,
                traits=kinds[_key(post)],
                history_import=run,
                published_at=post.at,
                published_on=post.on,
                next_fetch_at=post.next_fetch_at,
                last_fetched_at=now,
                last_outcome=FetchOutcome.READ,
                interactions=interactions(post.values),
                **post.values,
            )
            for post in new
        ]
    )
    bulk_insert.write_snapshots(
        [
            MetricSnapshot(
                subject=subject,
                municipality_id=subject.municipality_id,
                at=now,
                outcome=FetchOutcome.READ,
                **post.values,
            )
            for subject, post in zip(subjects, new, strict=True)
        ]
    )
    dirty_days.mark_published(subjects)
    return len(subjects)


def _key(post: Post) -> traits.Key:
    return (post.category, "", "", post.material, "", "", False)


def _lock(channels: Iterable[int]) -> None:
    list(Channel.objects.select_for_update(no_key=True).filter(pk__in=channels).order_by("pk").values_list("pk"))


def _known(posts: Sequence[Post]) -> set[tuple[int, str]]:
    """Channel and id of those posts that the portal published or imported before. Two queries."""
    ids, channels = [post.remote_id for post in posts], {post.channel_id for post in posts}
    imported = Subject.objects.filter(channel__in=channels, remote_id__in=ids)
    published = Delivery.objects.filter(channel__in=channels, remote_id__in=ids)
    return {*imported.values_list("channel_id", "remote_id"), *published.values_list("channel_id", "remote_id")}


@transaction.atomic
def followers(run: HistoryImport, imported: Sequence[Day]) -> int:
    """Store the followers of days for which the portal fetched none itself; returns how many days were stored."""
    _lock({day.channel_id for day in imported})
    rows = ChannelDay.objects.filter(
        channel__in={day.channel_id for day in imported}, day__in={day.day for day in imported}
    ).select_for_update()
    stored = {(row.channel_id, row.day): row for row in rows}
    new, filled = [], []
    for day in imported:
        row = stored.get((day.channel_id, day.day))
        if row is None:
            row = ChannelDay(municipality_id=run.municipality_id, channel_id=day.channel_id, day=day.day)
            new.append(row)
        elif row.followers is None:
            filled.append(row)  # the reason of the gap stays for the case that this import is undone
        else:
            continue
        row.followers, row.imported, row.history_import = day.followers, True, run
    ChannelDay.objects.bulk_create(new)
    ChannelDay.objects.bulk_update(filled, ["followers", "imported", "history_import"])
    _mark([*new, *filled])
    return len(new) + len(filled)


@transaction.atomic
def undo(run: HistoryImport) -> None:
    """Delete everything that this import inserted; values that the portal has fetched since then stay."""
    subjects = list(Subject.objects.filter(history_import=run).values_list("pk", flat=True))
    drop(subjects)
    days = list(ChannelDay.objects.select_for_update().filter(history_import=run, imported=True))
    gaps = [day for day in days if day.gap]
    for day in gaps:
        day.followers, day.imported, day.history_import = None, False, None
    ChannelDay.objects.bulk_update(gaps, ["followers", "imported", "history_import"])
    ChannelDay.objects.filter(pk__in=[day.pk for day in days if not day.gap]).delete()
    _mark(days)
    ChannelDay.objects.filter(history_import=run).update(history_import=None)


def drop(subjects: Sequence[int]) -> None:
    """Delete imported posts and their snapshots."""
    if subjects:
        dirty_days.mark_subjects(subjects)
        snapshots = MetricSnapshot.objects.filter(subject__in=subjects)
        snapshots._raw_delete(snapshots.db)
        Subject.objects.filter(pk__in=subjects, kind=SubjectKind.IMPORTED).delete()


def drop_duplicates(published: Iterable[Subject]) -> None:
    """Delete imported posts that the portal turns out to have published itself, so that none is counted twice."""
    by_channel: dict[int, set[str]] = defaultdict(set)
    for subject in published:
        if subject.remote_id:
            by_channel[subject.channel_id].add(subject.remote_id)
    ids = {remote_id for remote_ids in by_channel.values() for remote_id in remote_ids}
    imported = Subject.objects.filter(kind=SubjectKind.IMPORTED, channel__in=by_channel, remote_id__in=ids)
    drop([s.pk for s in imported.only("pk", "channel_id", "remote_id") if s.remote_id in by_channel[s.channel_id]])


def _mark(days: Iterable[ChannelDay]) -> None:
    dirty_days.mark((day.municipality_id, day.channel_id, day.day, Basis.PUBLICATION) for day in days)
