"""The search key of a picture, its alt texts, and notes about missing consents. Pure.

`consent_notes` reads the two columns in which `posts.media.domain.consents` stores the result of the consents, so that
the composer needs no further table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from posts.draft import Shown
from posts.enums import Agreement
from posts.models import Media
from serbian.folding import fold

MOST_ALTS = 5


def key_of(media: Media) -> str:
    """The search key of a picture; reads its folder and the parent folder."""
    folder = media.folder
    around = [folder.name, folder.parent.name if folder.parent else ""] if folder else []
    return fold(" ".join(dict.fromkeys(part for part in [media.name, media.alt, *media.alts, media.credit, *around])))


def with_alt(media: Media, alt: str) -> bool:
    """Add a description to the picture's history, newest first; returns whether anything changed."""
    alt = alt.strip()
    if not alt or (media.alt == alt and media.alts[:1] == [alt]):
        return False
    media.alt = alt
    media.alts = [alt, *(earlier for earlier in media.alts if earlier != alt)][:MOST_ALTS]
    return True


@dataclass(frozen=True)
class ConsentNote:
    """Why a picture should not be published. `code`: withdrawn, ended or missing."""

    media_id: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def consent_note(media: Media, today: date) -> ConsentNote | None:
    """The warning about the people in a picture, None if there is none. `today` is Belgrade's date."""
    name = {"name": media.name}
    if media.agreement == Agreement.WITHDRAWN:
        sentence = _("The consent of a person shown in “%(name)s” was withdrawn. Choose another picture.")
        return ConsentNote(media.pk, "withdrawn", sentence % name)
    if media.agreed_until and media.agreed_until < today:
        sentence = _("The consent for “%(name)s” ended on %(day)s. Ask again, or choose another picture.")
        day = formats.date_format(media.agreed_until, "DATE_FORMAT")
        return ConsentNote(media.pk, "ended", sentence % {**name, "day": day})
    if media.shows_children and not media.agreement:
        sentence = _(
            "Children can be recognised in “%(name)s”, and no consent of a parent is recorded. "
            "Record it in the library, or choose another picture."
        )
        return ConsentNote(media.pk, "missing", sentence % name)
    return None


def consent_notes(shown: Iterable[Shown], library: Mapping[int, Media], today: date) -> list[ConsentNote]:
    """Warnings for the pictures of a draft, in order; those that are not in `library` are skipped."""
    notes = (consent_note(library[entry.id], today) for entry in shown if entry.id in library)
    return [note for note in notes if note]
