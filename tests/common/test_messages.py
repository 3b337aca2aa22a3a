import json
import shutil
from gettext import c2py
from pathlib import Path

import polib
import pytest

from django.core.management import CommandError, call_command

SOURCE = """
from django.utils.translation import gettext as _, ngettext, pgettext

_("Hello, %(name)s")
pgettext("verb", "Post")
ngettext("%(count)d post", "%(count)d posts", 1)
"""
TEMPLATE = '{% load i18n %}<p>{% translate "Open the <b>calendar</b>" %}</p>'
TRANSLATIONS = {
    "Hello, %(name)s": "Здраво, %(name)s",
    "verb|Post": "Објави",
    "%(count)d post": ["%(count)d објава", "%(count)d објаве", "%(count)d објава"],
    "Open the <b>calendar</b>": "Отворите <b>календар</b>",
}


@pytest.fixture
def project(settings, tmp_path):
    """A project of two sources with catalogues of its own."""
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/views.py").write_text(SOURCE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/home.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def translated(project):
    fill(project, TRANSLATIONS)
    return project


def fill(project, translations):
    (project / "sr.json").write_text(json.dumps(translations), encoding="utf-8")
    call_command("make_messages", fill=str(project / "sr.json"))


def catalogue(project, language, suffix="po"):
    return project / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def faults():
    with pytest.raises(CommandError) as raised:
        call_command("check_messages")
    return str(raised.value)


def test_untranslated_messages_are_listed_as_json_with_their_place(project, capsys):
    call_command("make_messages", missing=True)
    listed = {entry["message"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed.keys() == TRANSLATIONS.keys()
    assert listed["%(count)d post"]["plural"] == "%(count)d posts"
    assert listed["Open the <b>calendar</b>"]["in"] == ["templates/home.html"]


def test_latin_is_derived_with_plurals_placeholders_and_markup_kept(translated):
    latin = {entry.msgid: entry for entry in polib.pofile(str(catalogue(translated, "sr_Latn")))}
    assert latin["Hello, %(name)s"].msgstr == "Zdravo, %(name)s"
    assert latin["Open the <b>calendar</b>"].msgstr == "Otvorite <b>kalendar</b>"
    assert latin["%(count)d post"].msgstr_plural == {
        0: "%(count)d objava",
        1: "%(count)d objave",
        2: "%(count)d objava",
    }
    compiled = {entry.msgid: entry.msgstr for entry in polib.mofile(str(catalogue(translated, "sr_Latn", "mo")))}
    assert compiled["Hello, %(name)s"] == "Zdravo, %(name)s"


def test_a_complete_catalogue_passes_and_making_it_again_changes_no_byte(translated, capsys):
    call_command("check_messages")
    assert "all translated and in step" in capsys.readouterr().out
    before = {file: file.read_bytes() for file in translated.glob("locale/*/*/*")}
    assert len(before) == 6
    call_command("make_messages")
    assert {file: file.read_bytes() for file in translated.glob("locale/*/*/*")} == before


def test_an_untranslated_and_a_fuzzy_message_are_named(translated):
    written = polib.pofile(str(catalogue(translated, "sr")))
    written.find("Hello, %(name)s").msgstr = ""
    written.find("Post", msgctxt="verb").flags.append("fuzzy")
    written.save()
    text = faults()
    assert "not translated: 'Hello, %(name)s'" in text
    assert "not translated: 'verb|Post'" in text


def test_latin_edited_by_hand_is_named(translated):
    latin = polib.pofile(str(catalogue(translated, "sr_Latn")))
    latin.find("Hello, %(name)s").msgstr = "Ćao, %(name)s"
    latin.save()
    text = faults()
    assert "not what the Cyrillic text gives: 'Hello, %(name)s'" in text
    assert "sr_Latn: django.mo is not the compiled django.po" in text


def test_sources_and_catalogue_out_of_step_are_named(translated):
    (translated / "posts/views.py").write_text(SOURCE.replace("Hello", "Good day"))
    text = faults()
    assert "in the sources, not in the catalogue: 'Good day, %(name)s'" in text
    assert "no longer in the sources: 'Hello, %(name)s'" in text
    call_command("check_messages", without_sources=True)


def test_a_lost_placeholder_is_refused_when_filling_and_named_when_checking(translated):
    with pytest.raises(CommandError, match="Placeholders or tags differ"):
        fill(translated, {"Hello, %(name)s": "Здраво"})
    call_command("check_messages")
    written = polib.pofile(str(catalogue(translated, "sr")))
    written.find("Hello, %(name)s").msgstr = "Здраво, %(ime)s"
    written.save()
    assert "placeholders or tags differ: 'Hello, %(name)s'" in faults()


@pytest.mark.parametrize(
    ("translations", "fault"),
    [
        ({"Good night": "Лаку ноћ"}, "Not in the sources: 'Good night'"),
        ({"%(count)d post": "објава"}, "Needs three plural forms"),
        ({"%(count)d post": ["објава"]}, "Needs three plural forms"),
        ({"verb|Post": ["а", "б", "в"]}, "Needs one text"),
    ],
)
def test_translations_that_do_not_fit_are_named(project, translations, fault):
    with pytest.raises(CommandError, match=fault):
        fill(project, translations)


def test_an_unreadable_file_of_translations_is_explained(project):
    (project / "bad.json").write_text("{")
    with pytest.raises(CommandError, match="not a readable JSON file"):
        call_command("make_messages", fill=str(project / "bad.json"))


def test_a_machine_without_gettext_is_told_what_to_install(translated, monkeypatch):
    monkeypatch.setenv("PATH", str(translated))
    assert shutil.which("xgettext") is None
    with pytest.raises(CommandError, match="Install GNU gettext"):
        call_command("check_messages")


@pytest.mark.parametrize("language", ["sr", "sr_Latn"])
def test_a_serbian_number_takes_its_form(language):
    file = polib.pofile(str(Path(__file__).parents[2] / "locale" / language / "LC_MESSAGES/django.po"))
    form = c2py(file.metadata["Plural-Forms"].partition("plural=")[2].rstrip(";\n"))
    forms = ("objava", "objave", "objava")
    assert [(number, forms[form(number)], form(number)) for number in (1, 2, 5, 11, 21, 22)] == [
        (1, "objava", 0), (2, "objave", 1), (5, "objava", 2), (11, "objava", 2), (21, "objava", 0), (22, "objave", 1),
    ]  # fmt: skip


def test_the_plural_forms_are_those_of_django_itself(translated):
    from pathlib import Path

    import django

    own = Path(django.__file__).parent / "conf/locale/sr/LC_MESSAGES/django.po"
    formula = polib.pofile(str(own)).metadata["Plural-Forms"]
    assert polib.pofile(str(catalogue(translated, "sr"))).metadata["Plural-Forms"].replace(" ", "") == formula.replace(
        " ", ""
    )
