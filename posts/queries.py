"""Reads of posts that span models. Each has a fixed number of queries, regardless of the number of posts."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
    prefetch_related_objects,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common.prepared import among, array
from common.word_search import begins_word, holds, is_fragment
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from links.models import ClickCount, Link
from links.queries import since_last_week
from municipalities.models import Membership, Municipality, Pairing
from municipalities.prepared import PreparedRows, PreparedRowsForSeveral
from municipalities.queries import mentors
from municipalities.rules import TABLE, Verb
from municipalities.tenancy import all_in_scope, the_only_one
from posts import version_files
from posts.draft import Draft, Text, parse
from posts.enums import DecisionKind, Stage, SuggestionState
from posts.interactive import answers_until
from posts.models import (
    Amendment,
    AmendmentPart,
    Comment,
    Decision,
    LinkCheck,
    Media,
    PollResult,
    Post,
    Publication,
    Seen,
    Suggestion,
    Thread,
    Variant,
    Version,
)
from posts.models.link_checks import digest
from posts.picture_metadata import ConsentNote
from posts.picture_metadata import consent_notes as notes_on
from serbian.sorting import sort_key

# On the network, or possibly so: editing the draft no longer changes it.
OUT = (State.SENDING, State.PROCESSING, State.PUBLISHED, State.CHECKING, State.UNCONFIRMED)
SEEN = (State.PUBLISHED, State.WITHDRAWN, State.MISSING)
# Neither on the network nor on the way to it.
GONE = (State.WITHDRAWN, State.MISSING, State.EXPIRED, State.CANCELLED)


def is_public() -> Exists:
    """Whether a post has been on a network."""
    return Exists(Publication.objects.filter(post=OuterRef("pk"), delivery__state__in=SEEN))


def _for_review(reader: Any, on: date, last_week: date) -> QuerySet[Post]:
    """Posts with the annotations that their page needs.

    `is_public`; `has_looked`: `reader` has read the threads; `has_publications`: live ones; `is_mentored`: the
    municipality has a mentor today; `clicks` on its short links, in total and in the last week.
    """
    here = {"post": OuterRef("pk")}
    mentors_of_today = Pairing.objects.on(on).filter(mentor__is_active=True)
    clicks = ClickCount.objects.filter(link__subject=OuterRef("key")).order_by().values("link__subject")
    some = clicks.annotate(some=Sum("people")).values("some")
    return visible().select_related("author").annotate(
        is_public=is_public(),
        has_looked=Exists(Seen.objects.filter(user=reader, **here)),
        has_publications=Exists(Publication.objects.filter(live=True, **here)),
        is_mentored=Exists(mentors_of_today.filter(municipality=OuterRef("municipality"))),
        clicks=Coalesce(Subquery(some), 0),
        clicks_last_week=Coalesce(Subquery(some.filter(counted_on__gte=last_week)), 0),
    )  # fmt: skip


FOR_REVIEW = PreparedRows(
    lambda of: _for_review(of.reader, of.today, of.last_week).filter(pk=of.post),
    "author",
    post=int,
    reader=int,
    today=date,
    last_week=date,
)


def post_for_review(pk: int, reader: Any) -> Post | None:
    """One post of the municipality in scope, with the annotations of `_for_review`. One query."""
    given = {"post": pk, "reader": reader.pk, "today": timezone.localdate(), "last_week": since_last_week()}
    return next(iter(FOR_REVIEW.instances(municipality=the_only_one(), **given)), None)


def cover_of(draft: str) -> KeyTextTransform:
    """The id of the first picture or video of a draft, which this path names; as text."""
    return first_media(KeyTransform("media", draft))


def published_cover(post: str) -> Subquery:
    """The id of the first picture or video of the version that was on a network last, of the post at this path; NULL
    without one."""
    out = Publication.objects.filter(post=OuterRef(post), delivery__state__in=SEEN).order_by("-pk")
    return Subquery(out.values(first=first_media("version__media"))[:1])


def first_media(media: Any) -> KeyTextTransform:
    """The id of the first entry of such a list, or of the list that this path names; as text."""
    return KeyTextTransform("id", KeyTransform("0", media))


def with_cover(rows: QuerySet[Post], *, drafts: bool = True) -> QuerySet[Post]:
    """As cards show posts: `cover` is the id of their first picture or video, None without one. No draft is read.

    Without permission to read drafts it is that of the version that was on a network last.
    """
    cover = cover_of("draft") if drafts else published_cover("pk")
    return rows.annotate(cover=cover).defer("draft", "search_key")


def visible() -> QuerySet[Post]:
    return Post.objects.filter(deleted_at__isnull=True)


# ---------------------------------------------------------------- content


def call_kind(version: Version) -> str:
    """What the version asks people to do, one of `CallKind`, or "". No query."""
    call = version.structure.get("call") or {}
    return str(call.get("kind") or "")


def content(version: Version) -> Draft:
    """A version's content as a draft. Two queries unless `variants` are prefetched."""
    variants: list[Variant] = sorted(version.variants.all(), key=lambda variant: variant.pk)
    structure = dict(version.structure)
    answers, beside = structure.pop("answers", {}), structure.pop("beside", {})
    stored = {
        "media": [{name: entry.get(name) for name in ("id", "alt", "crop")} for entry in version.media],
        "channels": version.channels,
        "layout": version.layout,
        "link": version.link,
        "link_card": version.link_card,
        **structure,
    }
    rest = parse(stored)
    per_channel: dict[int, dict[str, str]] = {}
    for variant in variants:
        if variant.channel_id:
            per_channel.setdefault(variant.channel_id, {})[f"{variant.language}-{variant.script}"] = variant.text
    texts = {
        f"{variant.language}-{variant.script}": Text(variant.text) for variant in variants if not variant.channel_id
    }
    short_links = {int(channel): short for channel, short in version.short_links.items()}
    return replace(rest, texts=texts, per_channel=per_channel, short_links=short_links, answers=answers, beside=beside)


def frozen_files(version: Version) -> list[version_files.File]:
    """The pictures and the video that a version sends, in order."""
    return [version_files.file_from_entry(entry) for entry in version.media]


def usable_channels() -> QuerySet[Channel]:
    """The channels a post may go to."""
    rows = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED)
    return rows.order_by("platform", "pk")


def channels_of(draft: Draft, among: Iterable[Channel]) -> list[Channel]:
    """The draft's channels in the order of the page, without disconnected ones."""
    return [channel for channel in among if channel.pk in draft.channels]


def media_of(draft: Draft) -> dict[int, Media]:
    return Media.objects.in_bulk([shown.id for shown in draft.media]) if draft.media else {}


def probed_media_of(draft: Draft) -> list[Media]:
    """Its videos and documents. No query where a draft has no media."""
    return [media for media in media_of(draft).values() if media.is_probed]


def consent_notes(draft: Draft, library: Mapping[int, Media]) -> list[ConsentNote]:
    """Reasons not to publish the draft's pictures: consents withdrawn, ended or missing. No query."""
    return notes_on(draft.media, library, timezone.localdate())


def link_checks(urls: Sequence[str]) -> dict[str, LinkCheck]:
    """The results of the link checks of these addresses, by address."""
    return {row.url: row for row in LinkCheck.objects.filter(digest__in=map(digest, urls))} if urls else {}


def uses(media: Media) -> QuerySet[Post]:
    """Posts whose draft or versions use the picture; deleted ones too. Both are indexed."""
    held = [{"id": media.pk}]
    in_drafts = Post.objects.filter(draft__media__contains=held).values("pk")
    in_versions = Version.objects.filter(media__contains=held).values("post")
    return Post.objects.filter(pk__in=in_drafts.union(in_versions))


# ---------------------------------------------------------------- review


def latest_version(post: Post) -> Version | None:
    return post.versions.order_by("-number").prefetch_related("variants").first()


DECISIONS_OF_POST = PreparedRows(
    lambda of: (
        Decision.objects.filter(version__post=of.post).select_related("by", "for_whom", "version").order_by("-pk")
    ),
    "by",
    "for_whom",
    "version",
    post=int,
)


def decisions(post: Post) -> list[Decision]:
    """Of its versions, newest first. One query."""
    return DECISIONS_OF_POST.shared_instances(municipality=post.municipality_id, post=post.pk)


def writers(post: Post, version: Version | None, *, suggested: Collection[int] | None = None) -> set[int]:
    """Ids of the authors of the text, who may not approve it: also of accepted suggestions.

    A caller that has read the threads passes the authors of the accepted ones as `suggested`, which saves a query.
    """
    if suggested is None:
        accepted = Suggestion.objects.filter(thread__post=post, state=SuggestionState.ACCEPTED)
        suggested = set(accepted.values_list("thread__author_id", flat=True))
    return {post.author_id, *suggested} | ({version.created_by_id} if version else set())


def credits(versions: Iterable[Version]) -> dict[int, list[Any]]:
    """By the version's id, the people whose suggestions went into it. One query if there are any."""
    rows = [version for version in versions if version.suggested_by]
    people = User.objects.in_bulk({pk for row in rows for pk in row.suggested_by}) if rows else {}
    return {row.pk: [people[pk] for pk in row.suggested_by if pk in people] for row in rows}


def mentionable(municipality: Any) -> list[Any]:
    """The people who may be mentioned: members and current mentors of the municipality, by name. Two queries."""
    members = Membership.objects.running().filter(municipality=municipality, user__is_active=True)
    people = {row.user for row in members.select_related("user") if Verb.DRAFT_VIEW in TABLE[row.role]}
    people |= {row.mentor for row in mentors(municipality) if row.mentor.is_active}
    return sorted(people, key=lambda person: sort_key(person.name))


def _comments(post: int, reader: int) -> QuerySet[Comment]:
    seen = Seen.objects.filter(post=OuterRef("thread__post"), user=reader).values("at")
    rows = Comment.objects.filter(thread__post=post).annotate(seen_at=Subquery(seen))
    return rows.select_related("author", *WITH_COMMENTS).order_by("pk")


WITH_COMMENTS = (
    "thread__author", "thread__resolved_by", "thread__suggestion__decided_by", "thread__suggestion__version",
)  # fmt: skip
COMMENTS_OF_POST = PreparedRows(
    lambda of: _comments(of.post, of.reader),
    "author",
    "thread",
    "thread__author",
    "thread__resolved_by",
    "thread__suggestion",
    "thread__suggestion__decided_by",
    "thread__suggestion__version",
    post=int,
    reader=int,
)


def threads(post: Post, *, reader: Any) -> list[Thread]:
    """All threads of the post, the oldest first. One query: every thread has a comment.

    Each has its comments in `loaded_comments`, and in `seen_at` when `reader` last read the post.
    """
    rows = COMMENTS_OF_POST.shared_instances(municipality=post.municipality_id, post=post.pk, reader=reader.pk)
    by_id: dict[int, Any] = {}
    for row in rows:
        thread = by_id.setdefault(row.thread_id, row.thread)
        thread.post, thread.seen_at = post, row.seen_at
        thread.loaded_comments = [*getattr(thread, "loaded_comments", []), row]
    return [by_id[pk] for pk in sorted(by_id)]


def open_threads(post: Post) -> int:
    """How many threads of the post are not resolved."""
    return Thread.objects.filter(post=post, resolved_at__isnull=True).count()


def publications(post: Post) -> QuerySet[Publication]:
    """The live ones, by channel and slot."""
    return _publications(post.pk)


def _publications(post: int) -> QuerySet[Publication]:
    rows = Publication.objects.filter(post=post, live=True).select_related("delivery", "channel", "version")
    return rows.order_by("channel__platform", "channel_id", "slot")


PUBLICATIONS_OF_POST = PreparedRows(lambda of: _publications(of.post), "delivery", "channel", "version", post=int)


def shown_publications(post: Post) -> list[Publication]:
    """As `publications`, for pages, which only read. One query."""
    return PUBLICATIONS_OF_POST.shared_instances(municipality=post.municipality_id, post=post.pk)


def thread_parts(publications: Sequence[Publication]) -> dict[int, list[Delivery]]:
    """The further posts of threads by the id of the first one's delivery, oldest first. One query, none without a
    thread."""
    roots = [row.delivery_id for row in publications if row.delivery.payload.get("thread")]
    parts: dict[int, list[Delivery]] = {}
    for part in Delivery.objects.filter(parent__in=roots, kind=THREAD_PART).order_by("pk") if roots else ():
        parts.setdefault(part.parent_id or 0, []).append(part)
    return parts


def poll_results(post: Post) -> list[PollResult]:
    """The results of the polls of its live publications. One query."""
    return list(PollResult.objects.filter(publication__post=post, publication__live=True).order_by("pk"))


AMENDMENTS_OF_POST = PreparedRows(
    lambda of: (
        Amendment.objects.filter(post=of.post).select_related("by", "decided_by", "for_whom", "version").order_by("-pk")
    ),
    "by",
    "decided_by",
    "for_whom",
    "version",
    post=int,
)


def amendments(post: Post) -> list[Amendment]:
    """Corrections and removals of a published post, newest first. Two queries."""
    parts = AmendmentPart.objects.select_related("publication__channel", "publication__delivery", "delivery")
    rows = AMENDMENTS_OF_POST.instances(municipality=post.municipality_id, post=post.pk)
    prefetch_related_objects(rows, Prefetch("parts", parts.order_by("pk")))
    return rows


def last_submission(post: Post) -> Decision | None:
    rows = Decision.objects.filter(version__post=post, kind=DecisionKind.SUBMITTED)
    return rows.select_related("by").order_by("-pk").first()


# ---------------------------------------------------------------- Home


def for_lists(rows: QuerySet[Post]) -> QuerySet[Post]:
    """With the relations that a row of a list shows: the author and the live publications. Two queries."""
    live = Publication.objects.filter(live=True).select_related("channel", "delivery").order_by("pk")
    return rows.select_related("author").prefetch_related(Prefetch("publications", live, to_attr="live_publications"))


def upcoming(limit: int = 10, since: Any = None) -> list[Post]:
    """The next posts with a scheduled delivery, soonest first. Two queries."""
    coming = Publication.objects.filter(
        post=OuterRef("pk"), live=True, delivery__state__in=(State.SCHEDULED, State.WAITING, State.SENDING)
    )
    rows = visible().filter(Exists(coming), due_at__isnull=False)
    if since is not None:
        rows = rows.filter(due_at__gte=since)
    return list(for_lists(rows).order_by("due_at")[:limit])


REFUSED = (State.FAILED, State.UNCONFIRMED)
# What is older has been seen, or nobody minds.
REFUSED_FOR = timedelta(days=7)


def last_on_channels() -> dict[int, Publication]:
    """The last publication by channel. One query."""
    # Chosen among the deliveries of the municipality: a join is read from the side of all municipalities.
    ours = Exists(Publication.objects.filter(delivery=OuterRef("pk")))
    out = Delivery.objects.filter(ours, published_at__isnull=False)
    last = out.order_by("channel", "-published_at").distinct("channel").values("pk")
    rows = Publication.objects.filter(delivery__in=last).select_related("post", "delivery")
    return {row.channel_id: row for row in rows}


def refused_on_channels() -> dict[int, Publication]:
    """The last publication of the last days by channel, if the network refused it or it is not known whether it took
    it. One query."""
    since = timezone.now() - REFUSED_FOR
    tried = Delivery.objects.filter(state__in=(State.PUBLISHED, *REFUSED), due_at__gte=since).values("pk")
    live = Publication.objects.filter(live=True, post__deleted_at__isnull=True, delivery__in=tried)
    rows = live.select_related("post", "delivery").order_by("channel", "-delivery__due_at", "-pk").distinct("channel")
    return {row.channel_id: row for row in rows if row.delivery.state in REFUSED}


def next_on_channels() -> dict[int, Publication]:
    """The next scheduled publication by channel: one that nobody need approve any more, if there is one. One query."""
    states = (State.SCHEDULED, State.WAITING, State.SENDING)
    coming = Delivery.objects.filter(state__in=states).values("pk")
    live = Publication.objects.filter(live=True, post__deleted_at__isnull=True, delivery__in=coming)
    unapproved = Case(When(post__stage=Stage.SUBMITTED, then=1), default=0)
    rows = live.select_related("post", "delivery").order_by("channel", unapproved, "delivery__due_at", "pk")
    return {row.channel_id: row for row in rows.distinct("channel")}


# How long a missing report is asked for.
REPORTS_FOR = timedelta(days=90)


def asked_without_report(now: datetime, since: datetime | None = None) -> QuerySet[Post]:
    """Interactive posts of the last months without a report, public since `public_at`; oldest first.

    `since`: `REPORTS_FOR` before now.
    """
    # For each of these few posts: a join would read the publications and deliveries of all.
    public = Publication.objects.filter(post=OuterRef("pk"), delivery__state__in=SEEN).order_by().values("post")
    first = Subquery(public.annotate(first=Min("delivery__published_at")).values("first"))
    rows = visible().exclude(format="").filter(closing__isnull=True).annotate(public_at=first)
    return rows.filter(public_at__lte=now, public_at__gte=since or now - REPORTS_FOR).order_by("public_at")


def answered_at(post: Post) -> datetime:
    """When the answers of a post of `asked_without_report` are complete."""
    return answers_until(parse(post.draft), post.public_at)  # type: ignore[attr-defined]


CLOSINGS = 10
ASKED_WITHOUT_REPORT = PreparedRows(
    lambda of: asked_without_report(of.now, of.since)[: 5 * CLOSINGS], now=datetime, since=datetime
)


def closings_due(municipality: Municipality, limit: int = CLOSINGS) -> list[Post]:
    """Interactive posts with complete answers and no report; oldest first. One query."""
    now = timezone.now()
    posts = ASKED_WITHOUT_REPORT.instances(municipality=municipality.pk, now=now, since=now - REPORTS_FOR)
    due = list(islice((post for post in posts if answered_at(post) <= now), limit))
    for post in due:
        post.cover = next((shown["id"] for shown in post.draft.get("media", ())), None)
    return with_publications(due)


# ---------------------------------------------------------------- calendar and list


class ListOrder(StrEnum):
    PUBLISHED = "published"
    COMING = "coming"
    CHANGED = "changed"


@dataclass(frozen=True)
class PostFilters:
    """Filters of the calendar and the list; empty means all."""

    channel: int | None = None
    state: str = ""
    category: str = ""
    words: str = ""

    @property
    def count(self) -> int:
        """How many are set."""
        return sum(map(bool, (self.channel, self.state, self.category, self.words)))

    @property
    def order(self) -> "ListOrder":
        """What is out stands by the time at which it was to go out, which does not change when somebody corrects it;
        what is to come, the next one first; everything else by its last change."""
        if self.state == State.PUBLISHED:
            return ListOrder.PUBLISHED
        return ListOrder.COMING if self.state == State.SCHEDULED else ListOrder.CHANGED

    def apply(self, rows: QuerySet[Post]) -> QuerySet[Post]:
        if self.channel:
            rows = rows.filter(Exists(_live(channel=self.channel)))
        if self.category:
            rows = rows.filter(category=self.category)
        if self.state in Stage.values:
            rows = rows.filter(stage=self.state)
        elif self.state in State.values:
            rows = rows.filter(Exists(_live(delivery__state=self.state)))
        return rows.filter(holds(self.words))


def _live(**conditions: Any) -> QuerySet[Publication]:
    return Publication.objects.filter(post=OuterRef("pk"), live=True, **conditions)


def readable(*, drafts: bool) -> QuerySet[Post]:
    """Posts that are not deleted; without permission to read drafts only those that have been on a network."""
    return visible() if drafts else visible().filter(is_public())


def linked(*, drafts: bool) -> QuerySet[Post]:
    """Posts with short links, newest first."""
    post_links = Link.objects.filter(subject=OuterRef("key"))
    return (
        readable(drafts=drafts).filter(Exists(post_links)).defer("draft", "search_key").order_by("-created_at", "-pk")
    )


def without_time(limit: int) -> list[Post]:
    """Drafts and returned posts for which no time was chosen, last changed first, with their `chosen`; at most `limit`.
    Two queries."""
    rows = visible().filter(due_at__isnull=True, is_correction=False, stage__in=(Stage.DRAFT, Stage.RETURNED))
    return with_publications(_with_chosen(rows.select_related("author")).order_by("-updated_at", "-pk")[:limit])


def _with_chosen(rows: QuerySet[Post], *, drafts: bool = True) -> QuerySet[Post]:
    """With `cover`, and with `chosen`: the ids of the draft's channels as JSON, None without any."""
    return with_cover(rows, drafts=drafts).annotate(chosen=KeyTextTransform("channels", "draft"))


def channels_shown(post: Post, among: Mapping[int, Channel]) -> list[Channel]:
    """The channels that a post of `in_range` is on, one that it is on twice twice; before it is scheduled those that
    its draft is for. No query.

    `among`: the usable channels by id.
    """
    publications: list[Publication] = post.live_publications  # type: ignore[attr-defined]
    if publications:
        return [row.channel for row in publications]
    chosen = json.loads(post.chosen or "[]")  # type: ignore[attr-defined]
    return [among[pk] for pk in chosen if pk in among]


def in_range(since: datetime, until: datetime, filters: PostFilters, *, drafts: bool) -> list[Post]:
    """Posts with a time from `since` (included) to `until`, by time, as `channels_shown` needs them. Two queries."""
    if filters != PostFilters():
        return with_publications(_in_range(since, until, filters, drafts=drafts))
    statement = unfiltered_in_range(drafts=drafts)
    return with_publications(statement.shared_instances(municipality=the_only_one(), since=since, until=until))


@cache
def unfiltered_in_range(*, drafts: bool) -> PreparedRows:
    """What the calendar shows at first. With filters a query has too many shapes."""
    return PreparedRows(
        lambda of: _in_range(of.since, of.until, PostFilters(), drafts=drafts), "author", since=datetime, until=datetime
    )


def _in_range(since: datetime, until: datetime, filters: PostFilters, *, drafts: bool) -> QuerySet[Post]:
    rows = filters.apply(readable(drafts=drafts)).filter(due_at__gte=since, due_at__lt=until)
    return _with_chosen(rows.select_related("author"), drafts=drafts).order_by("due_at", "pk")


def on_channel(channel: int, filters: PostFilters, *, drafts: bool) -> QuerySet[Post]:
    """Posts that stand on a channel or are meant to, the latest time first: those that are on the network or on the
    way to it, and of drafts with a time those that are for this channel. Their publications: `with_publications`."""
    there = Exists(_live(channel=channel).exclude(delivery__state__in=GONE))
    meant = Q(draft__channels__contains=[channel]) & ~Exists(_live())
    rows = filters.apply(readable(drafts=drafts)).filter(due_at__isnull=False)
    rows = rows.filter(there | meant if drafts else there)
    return with_cover(rows, drafts=drafts).order_by("-due_at", "-pk")


def on_channels(channels: Collection[int]) -> QuerySet[Post]:
    """Posts that stand on one of these channels or are on the way to it, and those that may be meant for one: without
    publications, only their draft says for which."""
    there = _live(channel__in=channels).exclude(delivery__state__in=(*GONE, State.FAILED))
    return visible().filter(Exists(there) | ~Exists(_live())).defer("search_key")


def is_timed(since: datetime, until: datetime, now: datetime) -> Q:
    """Of a post: its time lies in between, or it goes out on an approval that it still waits for."""
    return Q(due_at__gte=since, due_at__lte=until) | Q(due_at__isnull=True, approve_until__gte=now)


def listed(filters: PostFilters, *, drafts: bool) -> QuerySet[Post]:
    """Posts for the list in the order of `filters`; of a search for a fragment, first those in which it begins a word.
    Their publications: `with_publications`."""
    rows = filters.apply(readable(drafts=drafts)).select_related("author")
    first = [begins_word(filters.words)] if is_fragment(filters.words) else []
    by = {
        ListOrder.PUBLISHED: F("due_at").desc(nulls_last=True),
        ListOrder.COMING: F("due_at").asc(nulls_last=True),
        ListOrder.CHANGED: F("updated_at").desc(),
    }[filters.order]
    return with_cover(rows, drafts=drafts).order_by(*first, by, "-pk")


def _live_publications(of: Any) -> QuerySet[Publication]:
    return (
        Publication.objects.filter(live=True, post__in=among(of.posts))
        .select_related("channel", "delivery")
        # what no list shows
        .defer("channel__facts", "delivery__payload", "delivery__shown", "delivery__shown_now", "delivery__token")
        .order_by("pk")
    )


LIVE_PUBLICATIONS = PreparedRows(_live_publications, "channel", "delivery", posts=str)
LIVE_PUBLICATIONS_OF_SEVERAL = PreparedRowsForSeveral(_live_publications, "channel", "delivery", posts=str)


def with_publications(rows: Iterable[Post]) -> list[Post]:
    """The same posts, all of the municipalities in scope, with their `live_publications` as `for_lists` has them. One
    query; none without posts."""
    posts = {post.pk: post for post in rows}
    for post in posts.values():
        post.live_publications = []  # type: ignore[attr-defined]
    if posts:
        for row in _live_of(posts):
            row.post = posts[row.post_id]
            posts[row.post_id].live_publications.append(row)  # type: ignore[attr-defined]
    return list(posts.values())


def _live_of(posts: Collection[int]) -> list[Publication]:
    ids = all_in_scope()
    if len(ids) == 1:
        return LIVE_PUBLICATIONS.shared_instances(municipality=the_only_one(), posts=array(posts))
    return LIVE_PUBLICATIONS_OF_SEVERAL.shared_instances(municipalities=ids, posts=array(posts))
