"""Reads of posts that span models. Everything here has a fixed number of queries, however many posts there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from delivery.enums import State
from platforms.types import Picture
from posts.draft import Draft, Text, parse
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Media, Post, Publication, Remark, Variant, Version
from serbian.folding import fold

# On the network, or possibly so: what a person can no longer take back by editing.
OUT = (State.SENDING, State.PROCESSING, State.PUBLISHED, State.UNCONFIRMED)
SEEN = (State.PUBLISHED, State.WITHDRAWN, State.MISSING)


def is_public() -> Exists:
    """Whether a post has been on a network."""
    return Exists(Publication.objects.filter(post=OuterRef("pk"), delivery__state__in=SEEN))


def visible() -> QuerySet[Post]:
    return Post.objects.filter(deleted_at__isnull=True)


# ---------------------------------------------------------------- content


def content(version: Version) -> Draft:
    """A version's content in the shape of a draft. Two queries unless `variants` are prefetched."""
    variants: list[Variant] = sorted(version.variants.all(), key=lambda each: each.pk)
    stored = {
        "media": [{name: entry.get(name) for name in ("id", "alt", "crop")} for entry in version.media],
        "channels": version.channels,
        "layout": version.layout,
        "link": version.link,
        "link_card": version.link_card,
        **version.structure,
    }
    rest = parse(stored)
    per_channel: dict[int, dict[str, str]] = {}
    for each in variants:
        if each.channel_id:
            per_channel.setdefault(each.channel_id, {})[f"{each.language}-{each.script}"] = each.text
    texts = {f"{each.language}-{each.script}": Text(each.text) for each in variants if not each.channel_id}
    return replace(rest, texts=texts, per_channel=per_channel)


def frozen_pictures(version: Version) -> list[Picture]:
    """The files that a version sends, in order."""
    return [
        Picture(entry["ref"], entry["mime"], entry["width"], entry["height"], entry["bytes"], entry["alt"])
        for entry in version.media
    ]


def usable_channels() -> QuerySet[Channel]:
    return Channel.objects.exclude(state=ChannelState.DISCONNECTED).order_by("platform", "pk")


def channels_of(draft: Draft, among: Iterable[Channel]) -> list[Channel]:
    """The draft's channels in the page's order, those that are no longer connected left out."""
    return [channel for channel in among if channel.pk in draft.channels]


def media_of(draft: Draft) -> dict[int, Media]:
    return Media.objects.in_bulk([shown.id for shown in draft.media]) if draft.media else {}


# ---------------------------------------------------------------- review


def latest_version(post: Post) -> Version | None:
    return post.versions.order_by("-number").prefetch_related("variants").first()


def approved_version(post: Post) -> Version | None:
    """The version that counts as approved now: the newest, if the post stands at "approved"."""
    return latest_version(post) if post.stage == Stage.APPROVED else None


def decisions(post: Post) -> list[Decision]:
    return list(Decision.objects.filter(version__post=post).select_related("by", "version").order_by("-pk"))


def writers(post: Post, version: Version | None) -> set[int]:
    """Whose words these are, so that they do not approve themselves."""
    return {post.author_id} | ({version.created_by_id} if version else set())


def last_approval(post: Post) -> Decision | None:
    rows = Decision.objects.filter(version__post=post, kind=DecisionKind.APPROVED)
    return rows.select_related("by", "version").order_by("-pk").first()


def remarks(post: Post) -> QuerySet[Remark]:
    return Remark.objects.filter(post=post).select_related("author", "resolved_by", "version").order_by("pk")


def publications(post: Post) -> QuerySet[Publication]:
    """Those that count, by channel and slot."""
    rows = Publication.objects.filter(post=post, live=True).select_related("delivery", "channel", "version")
    return rows.order_by("channel__platform", "channel_id", "slot")


def last_submission(post: Post) -> Decision | None:
    rows = Decision.objects.filter(version__post=post, kind=DecisionKind.SUBMITTED)
    return rows.select_related("by").order_by("-pk").first()


# ---------------------------------------------------------------- Home


def _for_lists(rows: QuerySet[Post]) -> QuerySet[Post]:
    live = Publication.objects.filter(live=True).select_related("channel", "delivery").order_by("pk")
    return rows.select_related("author").prefetch_related(Prefetch("publications", live, to_attr="live_publications"))


def waiting_for_approval(limit: int = 20) -> list[Post]:
    """Submitted posts of the open scope, those that go out first on top, then the oldest. Two queries."""
    in_time = Q(due_at__isnull=True) | Q(due_at__gt=timezone.now())  # the others ask for a new time first
    rows = visible().filter(in_time, stage=Stage.SUBMITTED)
    return list(_for_lists(rows).order_by("due_at", "updated_at")[:limit])


def waiting_for_mentor(mentor: Any, municipalities: Sequence[Any], limit: int = 20) -> list[Post]:
    """Drafts and submitted posts on which the mentor has not said a word, oldest first.

    The caller opens the scope of the municipalities that the mentor accompanies today. Two queries.
    """
    ids = [getattr(each, "pk", each) for each in municipalities]
    said = Remark.objects.filter(post=OuterRef("pk"), author=mentor, at__gte=OuterRef("updated_at"))
    rows = visible().filter(municipality__in=ids, stage__in=(Stage.DRAFT, Stage.SUBMITTED)).exclude(excerpt="")
    rows = rows.filter(~Exists(said)).select_related("municipality")
    return list(_for_lists(rows).order_by("updated_at")[:limit])


def mine_returned(user: Any, limit: int = 20) -> list[Post]:
    """Posts of `user` that came back with a note; `note` is what the approver wrote. Three queries."""
    rows = visible().filter(stage=Stage.RETURNED, author=user)
    posts = list(_for_lists(rows).order_by("-updated_at")[:limit])
    notes = Decision.objects.filter(version__post__in=posts, kind=DecisionKind.RETURNED).select_related("by", "version")
    latest = {decision.version.post_id: decision for decision in notes.order_by("pk")}
    for post in posts:
        post.returned = latest.get(post.pk)  # type: ignore[attr-defined]
    return posts


def upcoming(limit: int = 10, since: Any = None) -> list[Post]:
    """What goes out next, soonest first: posts with a delivery that waits for its time. Two queries."""
    coming = Publication.objects.filter(
        post=OuterRef("pk"), live=True, delivery__state__in=(State.SCHEDULED, State.WAITING, State.SENDING)
    )
    rows = visible().filter(Exists(coming), due_at__isnull=False)
    if since is not None:
        rows = rows.filter(due_at__gte=since)
    return list(_for_lists(rows).order_by("due_at")[:limit])


def drafts_of(user: Any, limit: int = 10) -> list[Post]:
    """What `user` has begun and not submitted, newest first. Two queries."""
    rows = visible().filter(stage=Stage.DRAFT, author=user)
    return list(_for_lists(rows).order_by("-updated_at")[:limit])


def needing_attention(limit: int = 20) -> list[Publication]:
    """Live publications on whose delivery a person must decide, oldest first. One query."""
    rows = Publication.objects.filter(live=True, post__deleted_at__isnull=True).filter(
        Q(delivery__state__in=(State.FAILED, State.EXPIRED, State.UNCONFIRMED, State.MISSING))
        | Q(delivery__state=State.WAITING, channel__state=ChannelState.NEEDS_CONSENT)
    )
    return list(rows.select_related("post", "channel", "delivery").order_by("delivery__state_at")[:limit])


# ---------------------------------------------------------------- calendar and list


@dataclass(frozen=True)
class Filters:
    """What the calendar and the list may be narrowed to; empty means all."""

    channel: int | None = None
    state: str = ""
    category: str = ""
    words: str = ""

    def apply(self, rows: QuerySet[Post]) -> QuerySet[Post]:
        if self.channel:
            rows = rows.filter(Exists(_live(channel=self.channel)))
        if self.category:
            rows = rows.filter(category=self.category)
        if self.state in Stage.values:
            rows = rows.filter(stage=self.state)
        elif self.state in State.values:
            rows = rows.filter(Exists(_live(delivery__state=self.state)))
        for word in fold(self.words).split():
            rows = rows.filter(search_key__contains=word)
        return rows


def _live(**conditions: Any) -> QuerySet[Publication]:
    return Publication.objects.filter(post=OuterRef("pk"), live=True, **conditions)


def readable(*, drafts: bool) -> QuerySet[Post]:
    """Posts that are not deleted; without the right to read drafts only what has been on a network."""
    return visible() if drafts else visible().filter(is_public())


def in_range(since: datetime, until: datetime, filters: Filters, *, drafts: bool) -> list[Post]:
    """Posts with a time from `since` (included) to `until`, by time. Two queries."""
    rows = filters.apply(readable(drafts=drafts)).filter(due_at__gte=since, due_at__lt=until)
    return list(_for_lists(rows).defer("draft", "search_key").order_by("due_at", "pk"))


def listed(filters: Filters, *, drafts: bool) -> QuerySet[Post]:
    """Posts for the list, last changed first."""
    return (
        _for_lists(filters.apply(readable(drafts=drafts))).defer("draft", "search_key").order_by("-updated_at", "-pk")
    )
