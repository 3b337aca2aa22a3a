"""The examples that come with the portal, and which of them fit a post."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from django.conf import settings
from django.utils import translation

from common.templatetags.ui import NETWORK_NAMES
from exchange.built_in import built_in, example
from exchange.enums import ExampleShape, Purpose
from exchange.models.practice import ENGLISH
from exchange.rules import CATEGORY, ICONS, MOST_OFFERED, PostTraits, fitting
from library.enums import GapKind
from municipalities.rules import TABLE, Verb
from posts.draft import is_link, parse
from posts.editing.placeholders import gaps
from posts.enums import CallKind, Format
from serbian.scripts import Script, detect
from tools.practice import draw

KEYS = list(built_in())


def test_there_are_two_for_every_purpose_at_least() -> None:
    counted = Counter(fields["purpose"] for fields in built_in().values())
    assert all(counted[purpose] >= 2 for purpose in Purpose.values)
    assert set(CATEGORY) == set(ICONS) == set(Purpose)


def test_each_is_whole_in_both_languages(subtests: pytest.Subtests) -> None:
    for key in KEYS:
        with subtests.test(key=key):
            built = example(key)
            draft = parse(built.content)
            assert built.shape in ExampleShape.values
            assert draft.call.kind in CallKind.values
            assert draft.call.words
            assert set(built.networks) <= set(NETWORK_NAMES)
            assert built.networks
            assert built.patterns
            assert draft.interactive.kind in ("", *Format.values)
            assert set(built.english) == set(ENGLISH)
            assert all(built.english.values())
            for text in (
                built.name,
                built.about,
                built.why,
                built.watch,
                built.alt,
                draft.texts["sr-Cyrl"].text,
                *built.patterns,
            ):
                assert detect(text) == Script.CYRILLIC, text
            assert "\u00ad" not in draft.texts["sr-Cyrl"].text
            limits = {field.name: field.max_length for field in built._meta.fields}
            assert all(len(getattr(built, name)) <= limits[name] for name in ("name", "about", "why", "watch", "alt"))


def test_its_gaps_are_those_of_its_words_and_each_has_an_example(subtests: pytest.Subtests) -> None:
    for key in KEYS:
        with subtests.test(key=key):
            built = example(key)
            assert {gap["name"] for gap in built.gaps} == set(gaps(parse(built.content)))
            assert all(gap["example"] and gap["kind"] in GapKind.values for gap in built.gaps)
            assert all(is_link(gap["example"]) for gap in built.gaps if gap["kind"] == GapKind.LINK)
            assert built.deadline in ("", *(gap["name"] for gap in built.gaps if gap["kind"] == GapKind.DATE))


def test_its_addresses_are_those_of_the_state_or_lead_nowhere() -> None:
    links = {gap["example"] for fields in built_in().values() for gap in fields["gaps"] if gap["kind"] == GapKind.LINK}
    known = {"https://euprava.gov.rs/", "https://lpa.gov.rs/"}
    assert all(link in known or link.startswith("https://opstina.example/") for link in links)


def test_the_drawings_are_those_that_the_script_makes(tmp_path: Path) -> None:
    draw.draw(tmp_path)
    folder = Path(settings.BASE_DIR) / "static" / "img" / "practice"
    assert {path.stem for path in folder.iterdir()} == set(KEYS)
    for path in folder.iterdir():
        drawn = path.read_text()
        assert drawn == (tmp_path / path.name).read_text()
        assert not re.search(r"<text|<script|style=|href=", drawn)


def test_contests_and_children_come_with_a_word_on_the_law() -> None:
    contests = [fields for fields in built_in().values() if fields["purpose"] == Purpose.CONTEST]
    assert all("игр" in fields["watch"] and "на срећу" in fields["watch"] for fields in contests)
    assert all("родитеља" in fields["watch"] for fields in contests)


def test_readers_of_latin_get_latin_and_readers_of_english_english() -> None:
    built = example("voda-sa-mapom")
    assert built.translated("name") == "No water: streets, hours and a map"
    assert built.translation.startswith("No water on Tuesday")
    with translation.override("sr-latn"):
        assert built.translated("name") == "Bez vode: ulice, sati i mapa"
        assert built.translation == ""
    with translation.override("sr"):
        assert str(built) == "Без воде: улице, сати и мапа"


# ---- which fit a post


def test_how_people_take_part_says_more_than_the_call_and_that_more_than_the_purpose() -> None:
    everything = [example(key) for key in KEYS]
    polls = fitting(everything, PostTraits("vote", "poll", "service"))
    assert polls[0].starter == "sta-prvo-da-uredimo"
    # then others that hear needs in another form, and nothing that shares only the category
    assert {built.purpose for built in polls} == {"needs"}
    assert 1 < len(polls) <= MOST_OFFERED
    called = fitting(everything, PostTraits("attend", "", "culture"))
    assert called[0].starter == "poziv-na-koncert"
    assert {built.category for built in fitting(everything, PostTraits("", "", "eservice"))} == {"eservice"}


def test_nothing_is_offered_for_a_kind_that_nobody_has_written_of() -> None:
    everything = [example(key) for key in KEYS]
    assert fitting(everything, PostTraits()) == []
    assert fitting(everything, PostTraits("no-such-call", "no-such", "emergency")) == []


def test_whoever_writes_posts_may_see_good_practice() -> None:
    writers = [role for role, verbs in TABLE.items() if Verb.POST_EDIT in verbs]
    assert writers
    assert all(Verb.GALLERY_VIEW in TABLE[role] for role in writers)
