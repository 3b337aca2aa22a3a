"""Word by word: nothing is lost or made up, whatever the texts, and long ones take no longer than they should."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.differences import Piece, differences, tokens

WORDS = st.sampled_from(
    [
        "вода", "неће", "бити", "у", "суботу", "Čačak", "đak", "Љиг", "10", "11.30", " ", "  ", "\n", ".", ",", "–",
        "#фонтана", "@opstina", "👩‍👩‍👧", "🇷🇸", "❤️", "👍🏽", "е́",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=80).map("".join))


def old(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "inserted")


def new(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "deleted")


@given(TEXTS, TEXTS)
def test_kept_and_deleted_give_the_old_text_kept_and_inserted_the_new(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert old(pieces) == before
    assert new(pieces) == after
    assert all(piece.text for piece in pieces)
    assert all(one.kind != two.kind for one, two in itertools.pairwise(pieces))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == "kept" for piece in differences(text, text))


@given(TEXTS)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_whole_words_are_replaced_old_before_new() -> None:
    assert differences("Вода неће бити у суботу у 10 часова.", "Вода неће бити у недељу у 10 часова.") == [
        Piece("kept", "Вода неће бити у "),
        Piece("deleted", "суботу"),
        Piece("inserted", "недељу"),
        Piece("kept", " у 10 часова."),
    ]


def test_two_words_that_are_replaced_together_are_one_change() -> None:
    assert [piece.text for piece in differences("Дођите сутра увече молим", "Дођите данас рано молим")] == [
        "Дођите ", "сутра увече", "данас рано", " молим",
    ]  # fmt: skip


def test_added_and_removed_words_stand_alone() -> None:
    assert differences("Пријавите се.", "Пријавите се до петка.") == [
        Piece("kept", "Пријавите се"), Piece("inserted", " до петка"), Piece("kept", "."),
    ]  # fmt: skip
    assert differences("", "Здраво") == [Piece("inserted", "Здраво")]
    assert differences("Здраво", "") == [Piece("deleted", "Здраво")]


@pytest.mark.parametrize("emoji", ["👩‍👩‍👧", "🇷🇸", "❤️", "👍🏽", "☎️", "🏳️‍🌈"])
def test_an_emoji_is_never_torn(emoji: str) -> None:
    assert tokens(f"а {emoji}{emoji}б") == ["а", " ", emoji, emoji, "б"]


def test_hyphens_and_letters_with_marks_belong_to_their_word() -> None:
    assert tokens("е-управа d’accord gra\u0301d") == ["е-управа", " ", "d’accord", " ", "gra\u0301d"]


def test_long_texts_are_compared_in_no_time() -> None:
    same, other = "реч сад " * 2500, "сад друго " * 2000
    mixed = " ".join(f"реч{number % 70}" for number in range(3300))
    turned = " ".join(f"реч{number % 70}" for number in range(3300, 0, -1))
    for before, after in ((same, other), (mixed, turned), (mixed, mixed[1000:])):
        started = time.thread_time()
        pieces = differences(before[:20_000], after[:20_000])
        assert time.thread_time() - started < 3
        assert (old(pieces), new(pieces)) == (before[:20_000], after[:20_000])
