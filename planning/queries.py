"""Reads of planning. Each has a fixed number of queries."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from channels.models import Channel
from delivery.enums import State
from municipalities.holidays import BELGRADE, holidays
from planning.models import Campaign, CampaignPost, Occurrence, Recurrence, Slot
from planning.rules import LOOK_AHEAD, FreeSlot, next_free
from posts.models import Post, Publication
from posts.queries import OUT, SEEN, usable_channels, with_cover

# States in which a delivery is still pending.
COMING = (State.WAITING, State.SCHEDULED, *OUT)


def campaigns() -> QuerySet[Campaign]:
    """Running ones first, then the newest; annotated with the counts `posts` and `public`."""
    # Counted for each campaign: a join may be read from the side of the posts of all municipalities.
    members = CampaignPost.objects.filter(campaign=OuterRef("pk"), post__deleted_at__isnull=True)
    seen = Exists(Publication.objects.filter(post=OuterRef("post"), delivery__state__in=SEEN))
    rows = Campaign.objects.annotate(posts=_count(members), public=_count(members.filter(seen)))
    return rows.order_by("ended_at", "-created_at")


def _count(members: QuerySet[CampaignPost]) -> Coalesce:
    counted = members.order_by().values("campaign").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def running_campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.filter(ended_at__isnull=True).order_by("name")


def posts_of(campaign: Campaign, *, drafts: bool) -> list[Post]:
    """The posts of a campaign, ordered by time. Two queries."""
    live = Publication.objects.filter(live=True).select_related("channel", "delivery").order_by("pk")
    rows = Post.objects.filter(campaign_post__campaign=campaign, deleted_at__isnull=True).select_related("author")
    if not drafts:
        rows = rows.filter(publications__delivery__state__in=SEEN).distinct()
    rows = rows.prefetch_related(Prefetch("publications", live, to_attr="live_publications"))
    return list(with_cover(rows, drafts=drafts).order_by("due_at", "-updated_at"))


def campaigns_of(posts: Iterable[Post]) -> dict[int, str]:
    """The names of their campaigns by the id of a post. One query."""
    rows = CampaignPost.objects.filter(post__in=[post.pk for post in posts])
    return dict(rows.values_list("post_id", "campaign__name"))


def campaign_of(post: Post) -> Campaign | None:
    row = CampaignPost.objects.select_related("campaign").filter(post=post).first()
    return row.campaign if row else None


def with_slots() -> list[tuple[Channel, list[Slot]]]:
    """Every usable channel with its slots in weekly order. Two queries."""
    channels = list(usable_channels().prefetch_related(Prefetch("slots", Slot.objects.order_by("weekday", "at"))))
    return [(channel, list(channel.slots.all())) for channel in channels]


def free_slot(channels: Collection[int], after: datetime, municipality: Any, *, besides: int = 0) -> FreeSlot | None:
    """The next slot that is free on those of `channels` that have it. Three queries.

    `after` is wall-clock time; the post `besides` does not occupy a slot itself.
    """
    slots = Slot.objects.filter(channel__in=channels).values_list("channel_id", "weekday", "at")
    since = after.replace(tzinfo=BELGRADE) - timedelta(hours=1)
    until = since + timedelta(days=LOOK_AHEAD + 1)
    planned = Publication.objects.exclude(post=besides).filter(
        channel__in=channels, live=True, delivery__state__in=COMING, delivery__due_at__range=(since, until)
    )
    # Drafts with a time have no delivery yet, but they occupy it.
    meant = Post.objects.filter(deleted_at__isnull=True, due_at__range=(since, until)).exclude(pk=besides)
    taken: list[tuple[int, Any]] = list(planned.values_list("channel_id", "delivery__due_at"))
    for ids, due in meant.values_list("draft__channels", "due_at"):
        taken += [(channel, due) for channel in ids or () if channel in channels]
    return next_free(slots, taken, after, without=free_days(after.date(), LOOK_AHEAD, municipality))


def free_days(first: date, ahead: int, municipality: Any) -> set[date]:
    """Days off, and days on which cheerful posts are out of place."""
    days = holidays(first, first + timedelta(days=ahead), municipality.slug)
    return {day.on for day in days if not day.is_working or day.sensitive}


def recurrences() -> QuerySet[Recurrence]:
    """Running ones first; `occurrences` are prefetched in order, with their posts. Two queries."""
    occurrences = Occurrence.objects.select_related("post").order_by("on")
    rows = Recurrence.objects.select_related("pattern", "by").prefetch_related(Prefetch("occurrences", occurrences))
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-ends_on", "pk")


def running_recurrences() -> QuerySet[Recurrence]:
    today = timezone.localdate()
    rows = Recurrence.objects.filter(ended_at__isnull=True, ends_on__gte=today, pattern__deleted_at__isnull=True)
    return rows.select_related("pattern", "municipality", "by")
