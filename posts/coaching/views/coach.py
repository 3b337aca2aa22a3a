"""What the coach is told about a post, for the composer and for the review page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from posts import compose, queries
from posts.coaching import published_phones
from posts.coaching.checks import Known, links_of, look, written
from posts.coaching.sentences import CoachingHint, told
from posts.draft import Draft
from posts.editing.previews import Preview
from posts.labels import language_name
from posts.models import Media


def coach(
    draft: Draft, previews: Sequence[Preview], library: Mapping[int, Media], house: Any, *, links: bool = True
) -> list[CoachingHint]:
    """Every point in the order of the page. With `links` one query: what a worker found behind them. One more where
    a telephone number is written."""
    if draft.is_empty:
        return []
    official = compose.unwritten(draft, house.official_languages)
    missing = [tag for each in previews for tag in each.part.missing]
    known = Known(
        today=timezone.localdate(),
        over=[each.channel.name for each in previews if each.count > each.limit],
        missing={tag: language_name(tag) for tag in [*official, *missing]},
        derived=any(each.part.derived for each in previews),
        analysis={pk: media.analysis for pk, media in library.items()},
        consents=[
            (note.sentence, reverse("library_picture", args=[house.slug, note.media_id]))
            for note in queries.consent_notes(draft, library)
        ],
        offices=published_phones.numbers() if published_phones.are_needed(each.text for each in written(draft)) else (),
        videos={pk for pk, media in library.items() if media.is_video},
        looked=queries.looked_at(links_of(draft)) if links else {},
    )
    return told(look(draft, known))
