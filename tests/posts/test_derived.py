"""What a person is told of a text that was derived from the other script."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.composer.derived_text import (
    MOST_OFFERS,
    MOST_WORDS,
    TextSegment,
    derivation_pieces,
    derivation_reasons,
    glossary_suggestions,
    text_segments,
)
from posts.draft import Text
from serbian import Glossary, to_cyrillic, to_latin
from serbian.glossary import EMPTY

WORDS = Glossary.of(pairs=[("Facebook", "Фејсбук")])


def test_kept_and_guessed_words_are_marked_and_the_rest_is_joined() -> None:
    segments = text_segments(derivation_pieces("Injekcija i konj na Facebooku", "sr-Cyrl", EMPTY))
    assert segments == [
        TextSegment("Инјекција", "split"), TextSegment(" и коњ на "), TextSegment("Facebooku", "glossary"),
    ]  # fmt: skip


def test_every_reason_names_its_words_once_and_what_was_guessed_comes_first() -> None:
    text = "Facebook, Општинa, injekcija u XXI veku: 15 km, WhatsApp, https://a.rs, Facebook"
    named = derivation_reasons(derivation_pieces(text, "sr-Cyrl", WORDS))
    assert [(reason.sentence, reason.words, reason.more) for reason in named] == [
        ("Letters of both scripts were mixed; corrected:", ["Општинa → Општина"], 0),
        ("Two letters that usually are one were kept apart:", ["injekcija → инјекција"], 0),
        ("From the word list:", ["Facebook → Фејсбук"], 0),
        ("Foreign words stay as they are:", ["WhatsApp"], 0),
        ("Roman numerals stay as they are:", ["XXI"], 0),
        ("Units stay as they are:", ["km"], 0),
        ("Addresses, names and tags stay as they are:", ["https://a.rs"], 0),
    ]


def test_a_long_list_says_how_many_more_there_are() -> None:
    text = " ".join(f"#Ознака{number}" for number in range(MOST_WORDS + 3))
    (reason,) = derivation_reasons(derivation_pieces(text, "sr-Latn", EMPTY))
    assert (len(reason.words), reason.more) == (MOST_WORDS, 3)


def test_plain_words_need_no_reason() -> None:
    assert derivation_reasons(derivation_pieces("Вода ће бити искључена", "sr-Latn", EMPTY)) == []
    assert text_segments(derivation_pieces("", "sr-Latn", EMPTY)) == []


@given(st.text())
def test_the_marked_text_is_the_derived_text(text: str) -> None:
    for tag, convert in (("sr-Cyrl", to_cyrillic), ("sr-Latn", to_latin)):
        traced_pieces = derivation_pieces(text, tag, WORDS)
        joined = "".join(segment.text for segment in text_segments(traced_pieces))
        assert unicodedata.normalize("NFC", joined) == convert(text, WORDS)
        assert all(word for reason in derivation_reasons(traced_pieces) for word in reason.words)


# ---- what is offered to be remembered


def both(cyrillic: str, latin: str) -> dict[str, Text]:
    return {"sr-Cyrl": Text(cyrillic), "sr-Latn": Text(latin)}


@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn"])
def test_a_spelling_corrected_by_hand_is_offered_once_in_either_script(tag: str) -> None:
    texts = both("Пратите нас на Фејсбуку сваки дан", "Pratite nas na Facebooku svaki dan")
    assert glossary_suggestions(texts, tag, EMPTY) == [("Facebooku", "Фејсбуку")]


def test_what_is_remembered_is_not_offered_again() -> None:
    texts = both("Пратите нас на Фејсбуку сваки дан", "Pratite nas na Facebooku svaki dan")
    assert glossary_suggestions(texts, "sr-Cyrl", WORDS) == []


@pytest.mark.parametrize(
    "texts",
    [
        {"sr-Cyrl": Text("Фејсбук")},
        {"sr-Cyrl": Text("Фејсбук"), "sr-Latn": Text("", derived_from="sr-Cyrl")},
        {"sr-Cyrl": Text("Фејсбук"), "sr-Latn": Text("  ")},
        both("Вода ће бити искључена", "Voda će biti isključena"),
    ],
)
def test_nothing_is_offered_where_nobody_corrected_anything(texts: dict[str, Text]) -> None:
    assert glossary_suggestions(texts, "sr-Latn", EMPTY) == []


def test_a_language_that_is_never_derived_has_nothing_to_remember() -> None:
    texts = {**both("Фејсбук је ту", "Facebook je tu"), "bs-Latn": Text("Fejzbuk je tu")}
    assert glossary_suggestions(texts, "bs-Latn", EMPTY) == []


def test_only_so_many_are_offered_that_people_read_them() -> None:
    names = ["Фејсбук", "Гугл", "Јутјуб", "Твитер", "Вајбер", "Ајфон", "Мајкрософт"]
    latin = ["Facebook", "Google", "YouTube", "Twitter", "Viber", "iPhone", "Microsoft"]
    cyrillic, same = "Општина има налоге на мрежама и програме за рачунаре: ", "и на њима објављује вести сваког дана"
    texts = both(f"{cyrillic}{', '.join(names)} {same}", f"{to_latin(cyrillic)}{', '.join(latin)} {to_latin(same)}")
    assert len(glossary_suggestions(texts, "sr-Latn", EMPTY)) == MOST_OFFERS
