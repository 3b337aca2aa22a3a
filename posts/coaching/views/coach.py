"""What the coach is told about a post, for the composer and for the review page."""

from collections.abc import Collection, Mapping, Sequence
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
    draft: Draft, previews: Sequence[Preview], library: Mapping[int, Media], municipality: Any, *, links: bool = True
) -> list[CoachingHint]:
    """Every point in the order of the page. With `links` one query: what a worker found behind them. One more where
    a telephone number is written."""
    if draft.is_empty:
        return []
    official = compose.unwritten(draft, municipality.official_languages)
    missing = [tag for preview in previews for tag in preview.part.missing]
    known = Known(
        today=timezone.localdate(),
        over=[preview.channel.name for preview in previews if preview.count > preview.limit],
        missing={tag: language_name(tag) for tag in [*official, *missing]},
        derived=any(preview.part.derived for preview in previews),
        analysis={pk: media.analysis for pk, media in library.items()},
        consents=[
            (note.sentence, reverse("library_picture", args=[municipality.slug, note.media_id]))
            for note in queries.consent_notes(draft, library)
        ],
        offices=_published_numbers(draft),
        videos={pk for pk, media in library.items() if media.is_video},
        looked=queries.looked_at(links_of(draft)) if links else {},
    )
    return told(look(draft, known))


def _published_numbers(draft: Draft) -> Collection[str]:
    """Telephone numbers that the municipality publishes itself. One query where the draft has a number in it."""
    if not published_phones.are_needed(text.text for text in written(draft)):
        return ()
    return published_phones.numbers()
