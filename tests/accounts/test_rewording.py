"""The messages of django-allauth that our catalogue words anew."""

import gettext
from pathlib import Path

import allauth
import polib
import pytest

from django.utils.translation import gettext as translated
from django.utils.translation import override

from accounts.rewording import REWORDED

LOCALE = Path(allauth.__file__).parent / "locale"
SINGLE = [message for message in REWORDED if isinstance(message, str)]


def test_every_reworded_message_is_still_one_of_the_library() -> None:
    known = {entry.msgid for entry in polib.pofile(str(LOCALE / "sr/LC_MESSAGES/django.po")) if not entry.obsolete}
    assert [message for message in SINGLE if message not in known] == []


@pytest.mark.parametrize("language", ["sr", "sr_Latn"])
def test_the_words_are_ours_and_not_the_library_s(language: str) -> None:
    library = gettext.translation("django", LOCALE, [language])
    with override(language.replace("_", "-").lower()):
        assert translated("Recovery Codes") != library.gettext("Recovery Codes")
        assert all(translated(message) != message for message in SINGLE)


def test_the_latin_words_have_no_cyrillic_letter() -> None:
    with override("sr-latn"):
        assert not [message for message in SINGLE if any("Ѐ" <= letter <= "ӿ" for letter in translated(message))]
