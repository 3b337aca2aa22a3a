"""Runs the coach on a draft, for the composer and for the review page."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from posts import compose, queries
from posts.coaching import published_phones
from posts.coaching.checks import ServerFacts, check_draft, links_of, written_texts
from posts.coaching.sentences import CoachingHint, coaching_hints
from posts.draft import Draft
from posts.editing.previews import Preview
from posts.labels import language_name
from posts.models import Media


def coach_draft(
    draft: Draft, previews: Sequence[Preview], library: Mapping[int, Media], municipality: Any, *, links: bool = True
) -> list[CoachingHint]:
    """Every point in the order of the page. One query for the link checks if `links`, one more if the draft has a
    telephone number.
    """
    if draft.is_empty:
        return []
    official = compose.missing_languages(draft, municipality.official_languages)
    missing = [tag for preview in previews for tag in preview.part.missing]
    known = ServerFacts(
        today=timezone.localdate(),
        over=[preview.channel.name for preview in previews if preview.count > preview.limit],
        missing={tag: language_name(tag) for tag in [*official, *missing]},
        derived=any(preview.part.derived for preview in previews),
        consents=[
            (note.sentence, reverse("library_picture", args=[municipality.slug, note.media_id]))
            for note in queries.consent_notes(draft, library)
        ],
        published_numbers=_published_numbers(draft),
        videos={pk for pk, media in library.items() if media.is_probed},
        link_results=queries.link_checks(links_of(draft)) if links else {},
    )
    return coaching_hints(check_draft(draft, known))


def _published_numbers(draft: Draft) -> Collection[str]:
    """Telephone numbers that the municipality publishes itself. One query if the draft has a number in it."""
    if not published_phones.has_phone_number(text.text for text in written_texts(draft)):
        return ()
    return published_phones.published_numbers()
