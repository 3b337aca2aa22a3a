"""A published post as it would appear in the gallery. Stores nothing.

The preview page and the function that shares use the same `snapshot`, so others see exactly what the preview showed.
Call it in the scope of the municipality that shares.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Min, Sum
from django.utils import timezone, translation

from analytics.dashboards.queries.dashboard import countable
from analytics.enums import SubjectKind
from analytics.models import Subject
from common.numbers import per_thousand
from exchange.models import SharedPost
from links.queries import totals
from municipalities.models import EService, Municipality
from posts.draft import SERBIAN
from posts.editing.correction_plan import public_publications
from posts.editing.previews import picture_url
from posts.enums import Category
from posts.models import Media, Post, Publication, Version
from posts.picture_metadata import consent_note
from posts.queries import content
from serbian.folding import fold

MOST_TITLE = 140


@dataclass(frozen=True)
class PictureSource:
    """A picture that goes along: `ref` is the file that was published (of a video its poster)."""

    media: Media
    ref: str
    alt: str
    is_video: bool
    url: str
    """Where the municipality itself sees it before it is shared."""


@dataclass(frozen=True)
class Snapshot:
    """`row` is not stored; `left_out` says of each picture that stays behind why."""

    row: SharedPost
    pictures: list[PictureSource] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def live_publications(post: Post) -> list[Publication]:
    """What of it is on a network now; none: it cannot be shared."""
    return public_publications(post)


def snapshot(post: Post, municipality: Municipality, *, today: date | None = None) -> Snapshot | None:
    """None when the post is on no network. A fixed number of queries."""
    where = live_publications(post)
    if not where:
        return None
    day = today or timezone.localdate()
    version = max((publication.version for publication in where), key=lambda version: version.number)
    first = post.publications.aggregate(first=Min("delivery__published_at"))["first"]
    published_on = timezone.localdate(first) if first else day
    row = SharedPost(
        municipality=municipality,
        post=post,
        title=_title(post),
        category=version.category,
        published_on=published_on,
        measured_on=day,
        figures=figures(post, municipality, version, (day - published_on).days),
        **_texts(version, where, municipality),
        **_places(where),
    )
    pictures, left_out = _pictures(version, municipality, day)
    return Snapshot(row, pictures, left_out)


def _title(post: Post) -> str:
    return (post.title or post.excerpt or str(post))[:MOST_TITLE]


def _texts(version: Version, where: list[Publication], municipality: Municipality) -> dict[str, Any]:
    """The texts as they were published, the house's own script first; of a post that says something else on each
    network those of its first one."""
    draft = content(version)
    variants = [variant for variant in version.variants.all() if variant.channel_id is None]
    if not variants:
        first = where[0].channel_id
        variants = [variant for variant in version.variants.all() if variant.channel_id == first]
    order = [f"sr-{municipality.primary_script}", *SERBIAN]
    texts = [{"tag": f"{v.language}-{v.script}", "text": v.text, "derived": v.derived} for v in variants]
    texts.sort(key=lambda text: order.index(text["tag"]) if text["tag"] in order else len(order))
    interactive = draft.interactive
    poll = (
        {"days": interactive.days, "multiple": interactive.multiple, "answer": interactive.answer}
        if interactive.options
        else {}
    )
    answers = {tag: list(options) for tag, options in draft.answers.items()} if interactive.options else {}
    if interactive.options and not answers:
        answers = {order[0]: list(interactive.options)}
    return {
        "texts": texts,
        "call_kind": draft.call.kind,
        "call_text": draft.call.words,
        "service": draft.service,
        "format": interactive.kind,
        "answers": answers,
        "poll": poll,
    }


def _places(where: list[Publication]) -> dict[str, Any]:
    places = [
        {
            "network": publication.channel.network,
            "name": publication.channel.name,
            "url": publication.delivery.permalink,
        }
        for publication in where
    ]
    return {"places": places, "networks": sorted({place["network"] for place in places})}


def _pictures(version: Version, municipality: Municipality, day: date) -> tuple[list[PictureSource], list[str]]:
    """Those of the version whose people agree as things stand, and why the others stay behind."""
    library = Media.objects.in_bulk([entry["id"] for entry in version.media if entry.get("id")])
    sources, left_out = [], []
    for entry in version.media:
        media = library.get(entry.get("id"))
        if media is None:
            continue
        if note := consent_note(media, day):
            left_out.append(str(note))
            continue
        ref = str(media.poster.name) if media.is_probed else entry["ref"]
        if ref:
            url = picture_url(municipality.slug, media.pk)
            sources.append(PictureSource(media, ref, entry.get("alt") or "", media.is_video, url))
    return sources, left_out


# ---------------------------------------------------------------- figures


def figures(post: Post, municipality: Municipality, version: Version, days: int) -> dict[str, Any]:
    """As `SharedPost.figures` keeps them. Two queries."""
    looked = Subject.objects.filter(countable(), publication__post=post, kind=SubjectKind.PUBLICATION)
    counted = looked.aggregate(total=Sum("interactions"), last=Min("last_fetched_at"))
    interactions = counted["total"]
    reason = "" if interactions is not None else "not_told" if counted["last"] else "unread"
    clicks = totals([post.key]).get(post.key, 0) if version.short_links else None
    return {
        "interactions": interactions,
        "inhabitants": per_thousand(interactions, municipality.population),
        "clicks": clicks,
        "population": municipality.population,
        "population_year": municipality.population_year,
        "days": max(days, 0),
        "reason": reason,
    }


# ---------------------------------------------------------------- search


def key_of(row: SharedPost) -> str:
    """The folded text in which it is searched: title, text, reason and topic. One query if it names a service."""
    service = EService.objects.filter(key=row.service).first() if row.service else None
    topic = [service.name_cyrl, service.name_en] if service else []
    for language in ("sr", "en"):
        with translation.override(language):
            topic.append(str(Category(row.category).label))
    texts = [text["text"] for text in row.texts]
    answers = [answer for options in row.answers.values() for answer in options]
    return fold(" ".join([row.title, *texts, row.call_text, *answers, row.why, *topic]))
