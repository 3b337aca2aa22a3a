"""The municipality's glossary: names that stay Latin, and words with a spelling of their own in each script."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

import serbian
from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import GlossaryWord, Municipality

MOST_WORDS = 1000
MOST_LETTERS = 60
_FORM = re.compile(r"\w(?:[\w .&+'’/-]*[\w.+])?")
_LETTERS = re.compile(r"[^\W\d_]")


@transaction.atomic
def add(municipality: Municipality, latin: str, cyrillic: str, *, by: User) -> GlossaryWord:
    """A new word; one that is left empty is the same as the other. Raises `ActionNotAllowed`."""
    Municipality.objects.select_for_update().get(
        pk=municipality.pk
    )  # concurrent additions of a word wait for each other
    latin, cyrillic = spellings(latin, cyrillic)
    mine = GlossaryWord.objects.filter(municipality=municipality)
    if mine.count() >= MOST_WORDS:
        raise ActionNotAllowed(_("There are %(most)s words, and more would slow down writing. Remove some first.") % {
            "most": MOST_WORDS
        })  # fmt: skip
    _refuse_duplicates(municipality, latin, cyrillic)
    row = GlossaryWord.objects.create(municipality=municipality, latin=latin, cyrillic=cyrillic, added_by=by)
    audit.record("glossary.add", by=by, target=row)
    return row


@transaction.atomic
def change(word: GlossaryWord, latin: str, cyrillic: str, *, by: User) -> bool:
    """Tells whether anything changed. Raises `ActionNotAllowed`."""
    Municipality.objects.select_for_update().get(pk=word.municipality_id)
    row = GlossaryWord.objects.select_for_update().get(pk=word.pk)
    latin, cyrillic = spellings(latin, cyrillic)
    if (latin, cyrillic) == (row.latin, row.cyrillic):
        return False
    _refuse_duplicates(row.municipality, latin, cyrillic, but=row.pk)
    before, row.latin, row.cyrillic = str(row), latin, cyrillic
    row.save()
    audit.record("glossary.change", by=by, target=row, before=before)
    return True


@transaction.atomic
def remove(word: GlossaryWord, *, by: User) -> None:
    audit.record("glossary.remove", by=by, target=word)
    word.delete()


@transaction.atomic
def remember(municipality: Municipality, latin: str, cyrillic: str, *, by: User) -> GlossaryWord:
    """What a person corrected by hand: a word they taught before gets the new spelling. Raises `ActionNotAllowed`."""
    latin, cyrillic = spellings(latin, cyrillic)
    known = _duplicates(municipality, latin, cyrillic)
    if len(known) != 1:
        return add(municipality, latin, cyrillic, by=by)
    change(known[0], latin, cyrillic, by=by)
    known[0].refresh_from_db()
    return known[0]


def spellings(latin: str, cyrillic: str) -> tuple[str, str]:
    """Both spellings as they are kept. Raises `ActionNotAllowed` with what is wrong and with which field."""
    latin, cyrillic = _clean(latin, "latin"), _clean(cyrillic, "cyrillic")
    if not latin and not cyrillic:
        raise ActionNotAllowed(_("Write the word."), "latin")
    latin, cyrillic = latin or cyrillic, cyrillic or latin
    if latin != cyrillic and serbian.detect(latin) is not serbian.Script.LATIN:
        raise ActionNotAllowed(_("This is the spelling of the word in Latin text, so it needs Latin letters."), "latin")
    if latin != cyrillic and serbian.detect(cyrillic) is not serbian.Script.CYRILLIC:
        raise ActionNotAllowed(
            _("Write it in Cyrillic letters, or leave it empty if the word stays Latin."), "cyrillic"
        )
    if serbian.to_cyrillic(latin) == cyrillic and serbian.to_latin(cyrillic) == latin:
        raise ActionNotAllowed(_("The portal writes this word like that already."), "latin")
    return latin, cyrillic


def _clean(word: str, field: str) -> str:
    word = " ".join(serbian.for_publishing(word).split())
    if not word:
        return ""
    if len(word) > MOST_LETTERS:
        raise ActionNotAllowed(
            _("That is longer than a word: at most %(most)s characters.") % {"most": MOST_LETTERS}, field
        )
    if not _FORM.fullmatch(word):
        raise ActionNotAllowed(_("Use letters and digits, separated by a space, a full stop, or - & + / '."), field)
    if len(_LETTERS.findall(word)) < 2 or (len(word) < 4 and word.islower()):
        raise ActionNotAllowed(_("This is too short: it would change ordinary words. Write the whole name."), field)
    if serbian.mixed_script_words(word):
        raise ActionNotAllowed(
            _("Latin and Cyrillic letters are mixed in this word. Type it again in one script."), field
        )
    return word


def _refuse_duplicates(municipality: Municipality, latin: str, cyrillic: str, but: int | None = None) -> None:
    for row in _duplicates(municipality, latin, cyrillic):
        if row.pk != but:
            field = "latin" if row.latin.casefold() == latin.casefold() else "cyrillic"
            raise ActionNotAllowed(
                _("This word is on the list already: %(word)s. Change it there.") % {"word": row}, field
            )


def _duplicates(municipality: Municipality, latin: str, cyrillic: str) -> list[GlossaryWord]:
    """Compared here: what `lower()` of the database does to Cyrillic letters depends on how it was set up."""
    rows = GlossaryWord.objects.filter(municipality=municipality)
    alike = (latin.casefold(), cyrillic.casefold())
    return [row for row in rows if row.latin.casefold() == alike[0] or row.cyrillic.casefold() == alike[1]]
