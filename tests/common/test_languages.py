"""Languages of the interface: what stored data each shows, and that a further one is one line of the settings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest

from django.conf import settings as product
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from common import catalogue, dates, languages
from municipalities import holidays
from tests.people import Cast, sign_in

HUNGARIAN = ("hu", "hu", "Magyar", "Magyar", "latn", "Hungarian")


def clear() -> None:
    for cached in (languages.interface_languages, languages.by_code, languages.by_tag):
        cached.cache_clear()
    trans_real._translations = {}
    trans_real.reset_cache(setting="LANGUAGES")


@pytest.fixture
def hungarian(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A fourth language with one translated message; its folder beside the others."""
    folder = tmp_path / "locale"
    for name in ("sr", "sr_Latn", "en"):
        shutil.copytree(Path(product.LOCALE_PATHS[0]) / name, folder / name)
    (folder / "hu").mkdir()
    settings.LOCALE_PATHS = [folder]
    settings.INTERFACE_LANGUAGES = [*settings.INTERFACE_LANGUAGES, HUNGARIAN]
    settings.LANGUAGES = [(code, label) for code, *_more, label in settings.INTERFACE_LANGUAGES]
    english = catalogue.read("en")
    hungarian = catalogue.merged(catalogue.read("hu"), english)
    next(entry for entry in hungarian if entry.msgid == "Sign in" and not entry.msgctxt).msgstr = "Bejelentkezés"
    catalogue.write("hu", hungarian)
    clear()
    yield folder
    settings.LOCALE_PATHS = product.LOCALE_PATHS
    clear()


@pytest.mark.parametrize(
    ("code", "shown"), [("sr", "Ћуприја"), ("sr-latn", "Ćuprija"), ("en", "Chuprija"), ("de", "Ћуприја")]
)
def test_each_language_shows_its_own_words_of_stored_data(code: str, shown: str) -> None:
    with translation.override(code):
        assert languages.stored_text("Ћуприја", "Chuprija") == shown


def test_english_pages_show_serbian_where_nobody_wrote_english() -> None:
    with translation.override("en"):
        assert languages.stored_text("Ћуприја") == "Ћуприја"


def test_settings_and_languages_agree(settings: Any) -> None:
    assert [code for code, _label in settings.LANGUAGES] == list(languages.by_code())
    assert languages.default_code() == settings.LANGUAGE_CODE


def test_catalogues_keep_django_plural_forms_for_a_further_language(hungarian: Path) -> None:
    assert catalogue.further() == ["hu"]
    written = polib.pofile(str(hungarian / "hu" / "LC_MESSAGES" / "django.po"))
    assert written.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"


def test_a_folder_that_django_does_not_know_is_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError, match="locale/hungarian: Django has no such language"):
        catalogue.read("hungarian")


def test_the_check_counts_what_a_further_language_lacks(hungarian: Path) -> None:
    with pytest.raises(CommandError, match="hu: not translated: 'Save'"):
        call_command("check_messages", "--without-sources")


@pytest.mark.django_db
def test_a_fourth_language_is_one_line_and_a_folder(hungarian: Path, cast: Cast) -> None:
    """Chosen in the menu, its pages have its tag and texts; stored names come in the letters it shows."""
    cast.officer.language = "hu"
    cast.officer.full_clean()
    cast.officer.save()
    page = sign_in(cast.officer).get("/m/cuprija/").content.decode()
    assert '<html lang="hu"' in page
    assert "Ćuprija" in page
    assert "Magyar" in page
    with translation.override("hu"):
        assert "Bejelentkezés" in render_to_string("account/login.html", {"form": ""})
        assert dates.long_date(dates.timezone.now())
        assert holidays.holidays(dates.date(2026, 1, 1), dates.date(2026, 1, 3))[0].name("hu") == "Nova godina"


@pytest.mark.django_db
def test_public_pages_come_in_the_fourth_language_too(hungarian: Path, client: Client) -> None:
    page = client.get("/no-such-link/zzzzzz").content.decode()
    assert page
    assert ("hu", "hu") in languages.codes_and_tags()
