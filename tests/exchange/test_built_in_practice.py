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
from exchange.enums import Purpose, Shape
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
    counted = Counter(each["purpose"] for each in built_in().values())
    assert all(counted[purpose] >= 2 for purpose in Purpose.values)
    assert set(CATEGORY) == set(ICONS) == set(Purpose)


def test_each_is_whole_in_both_languages(subtests: pytest.Subtests) -> None:
    for key in KEYS:
        with subtests.test(key=key):
            each = example(key)
            draft = parse(each.content)
            assert each.shape in Shape.values
            assert draft.call.kind in CallKind.values
            assert draft.call.words
            assert set(each.networks) <= set(NETWORK_NAMES)
            assert each.networks
            assert each.patterns
            assert draft.interactive.kind in ("", *Format.values)
            assert set(each.english) == set(ENGLISH)
            assert all(each.english.values())
            for words in (
                each.name,
                each.about,
                each.why,
                each.watch,
                each.alt,
                draft.texts["sr-Cyrl"].text,
                *each.patterns,
            ):
                assert detect(words) == Script.CYRILLIC, words
            assert "\u00ad" not in draft.texts["sr-Cyrl"].text
            limits = {field.name: field.max_length for field in each._meta.fields}
            assert all(len(getattr(each, name)) <= limits[name] for name in ("name", "about", "why", "watch", "alt"))


def test_its_gaps_are_those_of_its_words_and_each_has_an_example(subtests: pytest.Subtests) -> None:
    for key in KEYS:
        with subtests.test(key=key):
            each = example(key)
            assert {gap["name"] for gap in each.gaps} == set(gaps(parse(each.content)))
            assert all(gap["example"] and gap["kind"] in GapKind.values for gap in each.gaps)
            assert all(is_link(gap["example"]) for gap in each.gaps if gap["kind"] == GapKind.LINK)
            assert each.deadline in ("", *(gap["name"] for gap in each.gaps if gap["kind"] == GapKind.DATE))


def test_its_addresses_are_those_of_the_state_or_lead_nowhere() -> None:
    found = {gap["example"] for each in built_in().values() for gap in each["gaps"] if gap["kind"] == GapKind.LINK}
    known = {"https://euprava.gov.rs/", "https://lpa.gov.rs/"}
    assert all(link in known or link.startswith("https://opstina.example/") for link in found)


def test_the_drawings_are_those_that_the_script_makes(tmp_path: Path) -> None:
    draw.draw(tmp_path)
    folder = Path(settings.BASE_DIR) / "static" / "img" / "practice"
    assert {path.stem for path in folder.iterdir()} == set(KEYS)
    for path in folder.iterdir():
        drawn = path.read_text()
        assert drawn == (tmp_path / path.name).read_text()
        assert not re.search(r"<text|<script|style=|href=", drawn)


def test_contests_and_children_come_with_a_word_on_the_law() -> None:
    contests = [each for each in built_in().values() if each["purpose"] == Purpose.CONTEST]
    assert all("игр" in each["watch"] and "на срећу" in each["watch"] for each in contests)
    assert all("родитеља" in each["watch"] for each in contests)


def test_readers_of_latin_get_latin_and_readers_of_english_english() -> None:
    each = example("voda-sa-mapom")
    assert each.said("name") == "No water: streets, hours and a map"
    assert each.translation.startswith("No water on Tuesday")
    with translation.override("sr-latn"):
        assert each.said("name") == "Bez vode: ulice, sati i mapa"
        assert each.translation == ""
    with translation.override("sr"):
        assert str(each) == "Без воде: улице, сати и мапа"


# ---- which fit a post


def test_how_people_take_part_says_more_than_the_call_and_that_more_than_the_purpose() -> None:
    everything = [example(key) for key in KEYS]
    found = fitting(everything, PostTraits("vote", "poll", "service"))
    assert found[0].starter == "sta-prvo-da-uredimo"
    # then others that hear needs in another form, and nothing that shares only the category
    assert {each.purpose for each in found} == {"needs"}
    assert 1 < len(found) <= MOST_OFFERED
    called = fitting(everything, PostTraits("attend", "", "culture"))
    assert called[0].starter == "poziv-na-koncert"
    assert {each.category for each in fitting(everything, PostTraits("", "", "eservice"))} == {"eservice"}


def test_nothing_is_offered_for_a_kind_that_nobody_has_written_of() -> None:
    everything = [example(key) for key in KEYS]
    assert fitting(everything, PostTraits()) == []
    assert fitting(everything, PostTraits("no-such-call", "no-such", "emergency")) == []


def test_whoever_writes_posts_may_see_good_practice() -> None:
    writers = [role for role, verbs in TABLE.items() if Verb.POST_EDIT in verbs]
    assert writers
    assert all(Verb.GALLERY_VIEW in TABLE[role] for role in writers)
