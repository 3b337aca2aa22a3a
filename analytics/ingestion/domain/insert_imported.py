"""Bringing in what was before the portal: posts with their numbers, followers by day. Nothing is brought twice.

What the portal published itself is counted already, so a post of that id is never brought; what was brought before
stays as it is. Both are told apart under a lock of the channel, so two imports of the same follow each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from analytics.enums import Basis, Material, PullOutcome, SubjectKind
from analytics.ingestion.domain import bulk_insert, stale_days, traits
from analytics.metrics import interactions
from analytics.models import ChannelDay, PastImport, Pull, Subject
from channels.models import Channel
from delivery.models import Delivery
from posts.enums import Category

MOST_TITLE = 200


@dataclass(frozen=True)
class Post:
    """`at` is None where only the day is known; `next_at`: when its network is asked for the rest."""

    channel_id: int
    remote_id: str
    on: date
    at: datetime | None = None
    title: str = ""
    permalink: str = ""
    values: dict[str, int] = field(default_factory=dict)
    category: str = Category.OTHER
    material: str = Material.TEXT
    next_at: datetime | None = None


@dataclass(frozen=True)
class Day:
    channel_id: int
    day: date
    followers: int


@transaction.atomic
def posts(run: PastImport, found: Sequence[Post]) -> int:
    """Make subjects of those that are not here, each with one look; returns how many."""
    _lock({post.channel_id for post in found})
    here = _here(found)
    new = list({key: post for post in found if (key := (post.channel_id, post.remote_id)) not in here}.values())
    kinds = traits.rows_for(map(_key, new)) if new else {}
    now = timezone.now()
    subjects = Subject.objects.bulk_create(
        [
            Subject(
                municipality_id=run.municipality_id,
                kind=SubjectKind.IMPORTED,
                channel_id=post.channel_id,
                remote_id=post.remote_id,
                title=" ".join(post.title.split())[:MOST_TITLE],
                permalink=post.permalink,
                traits=kinds[_key(post)],
                past_import=run,
                published_at=post.at,
                published_on=post.on,
                next_at=post.next_at,
                last_at=now,
                last_outcome=PullOutcome.READ,
                interactions=interactions(post.values),
                **post.values,
            )
            for post in new
        ]
    )
    bulk_insert.write_pulls(
        [
            Pull(subject=s, municipality_id=s.municipality_id, at=now, outcome=PullOutcome.READ, **post.values)
            for s, post in zip(subjects, new, strict=True)
        ]
    )
    stale_days.mark_published(subjects)
    return len(subjects)


def _key(post: Post) -> traits.Key:
    return (post.category, "", "", post.material, "", "", False)


def _lock(channels: Iterable[int]) -> None:
    list(Channel.objects.select_for_update(no_key=True).filter(pk__in=channels).order_by("pk").values_list("pk"))


def _here(found: Iterable[Post]) -> set[tuple[int, str]]:
    """Of these posts, by channel and id, those that the portal published or brought in before. Two queries."""
    ids, channels = [post.remote_id for post in found], {post.channel_id for post in found}
    brought = Subject.objects.filter(channel__in=channels, remote_id__in=ids)
    ours = Delivery.objects.filter(channel__in=channels, remote_id__in=ids)
    return {*brought.values_list("channel_id", "remote_id"), *ours.values_list("channel_id", "remote_id")}


@transaction.atomic
def followers(run: PastImport, found: Sequence[Day]) -> int:
    """Write the followers of days on which the portal read none itself; returns how many."""
    _lock({day.channel_id for day in found})
    rows = ChannelDay.objects.filter(
        channel__in={day.channel_id for day in found}, day__in={day.day for day in found}
    ).select_for_update()
    there = {(row.channel_id, row.day): row for row in rows}
    new, filled = [], []
    for each in found:
        row = there.get((each.channel_id, each.day))
        if row is None:
            row = ChannelDay(municipality_id=run.municipality_id, channel_id=each.channel_id, day=each.day)
            new.append(row)
        elif row.followers is None:
            filled.append(row)  # the reason of the gap stays, for the day on which this is taken back
        else:
            continue
        row.followers, row.imported, row.past_import = each.followers, True, run
    ChannelDay.objects.bulk_create(new)
    ChannelDay.objects.bulk_update(filled, ["followers", "imported", "past_import"])
    _mark([*new, *filled])
    return len(new) + len(filled)


@transaction.atomic
def take_back(run: PastImport) -> None:
    """Everything that this import brought goes; what the portal has read itself since then stays."""
    subjects = list(Subject.objects.filter(past_import=run).values_list("pk", flat=True))
    drop(subjects)
    days = list(ChannelDay.objects.select_for_update().filter(past_import=run, imported=True))
    gaps = [day for day in days if day.gap]
    for day in gaps:
        day.followers, day.imported, day.past_import = None, False, None
    ChannelDay.objects.bulk_update(gaps, ["followers", "imported", "past_import"])
    ChannelDay.objects.filter(pk__in=[day.pk for day in days if not day.gap]).delete()
    _mark(days)
    ChannelDay.objects.filter(past_import=run).update(past_import=None)


def drop(subjects: Sequence[int]) -> None:
    """Forget imported posts and their looks."""
    if subjects:
        stale_days.mark_traces(subjects)
        pulls = Pull.objects.filter(subject__in=subjects)
        pulls._raw_delete(pulls.db)
        Subject.objects.filter(pk__in=subjects, kind=SubjectKind.IMPORTED).delete()


def drop_twins(published: Iterable[Subject]) -> None:
    """A post that turns out to be the portal's own is not counted as an imported one besides."""
    by_channel: dict[int, set[str]] = defaultdict(set)
    for subject in published:
        if subject.remote_id:
            by_channel[subject.channel_id].add(subject.remote_id)
    ids = {remote_id for some in by_channel.values() for remote_id in some}
    brought = Subject.objects.filter(kind=SubjectKind.IMPORTED, channel__in=by_channel, remote_id__in=ids)
    drop([s.pk for s in brought.only("pk", "channel_id", "remote_id") if s.remote_id in by_channel[s.channel_id]])


def _mark(days: Iterable[ChannelDay]) -> None:
    stale_days.mark((day.municipality_id, day.channel_id, day.day, Basis.PUBLICATION) for day in days)
