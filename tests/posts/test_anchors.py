"""Anchors follow their words; they are never put silently on others."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from posts.editing.anchors import (
    CONTEXT,
    Anchor,
    anchor_at,
    find_anchor,
    move_anchor,
    overlaps,
    recover_anchor,
    widen_to_graphemes,
)

TEXT = "Вода ће бити искључена у Његошевој улици до 15 часова. Хвала на стрпљењу."
ALPHABET = "абв ҷ .\n🙂é"
phrases = st.text(ALPHABET, max_size=40)


def anchor(quote: str, text: str = TEXT) -> Anchor:
    start = text.index(quote)
    return anchor_at(text, start, start + len(quote))


def test_words_before_shift_it_and_words_behind_do_not() -> None:
    quoted = anchor("до 15 часова")
    later = move_anchor(quoted, TEXT, "Пажња! " + TEXT)
    assert later is not None
    assert (later.start, later.text_in("Пажња! " + TEXT)) == (quoted.start + 7, "до 15 часова")
    assert move_anchor(quoted, TEXT, TEXT + " Ваша општина") == anchor("до 15 часова", TEXT + " Ваша општина")


def test_a_change_within_the_words_keeps_the_anchor_on_what_became_of_them() -> None:
    new = TEXT.replace("15 часова", "17 часова")
    anchor_after = move_anchor(anchor("до 15 часова"), TEXT, new)
    assert anchor_after is not None
    assert anchor_after.text_in(new) == "до 17 часова"
    assert anchor_after.quote == "до 15 часова"


@pytest.mark.parametrize(
    "new",
    ["", "Друго.", TEXT.replace("до 15 часова", ""), TEXT.replace("до 15 часова", "цео дан"), "х" * 20_000],
)
def test_words_that_are_gone_lose_it(new: str) -> None:
    assert move_anchor(anchor("до 15 часова"), TEXT, new) is None


def test_small_steps_do_not_lead_to_another_place() -> None:
    """Autosave sees a word being deleted letter by letter; the last letter is not the word."""
    text, quoted = TEXT, anchor("искључена")
    while quoted:
        shorter = text[: quoted.end - 1] + text[quoted.end :]
        quoted, text = move_anchor(quoted, text, shorter), shorter  # type: ignore[assignment]
        assert len(text) > len(TEXT) - 6, "lost before it has wandered off"
    assert "искљ" in text


def test_the_same_words_elsewhere_are_not_these_words() -> None:
    text = "Радно време: до 15 часова. Петком: до 15 часова."
    first = anchor("до 15 часова", text)
    assert move_anchor(first, text, "Радно време: цео дан. Петком: до 15 часова.") is None


def test_words_that_were_moved_are_found_again() -> None:
    new = "Хвала на стрпљењу. Вода ће бити искључена у Његошевој улици до 15 часова."
    for quote in ("Хвала на стрпљењу.", "у Његошевој улици"):
        again = move_anchor(anchor(quote), TEXT, new)
        assert again is not None
        assert again.text_in(new) == quote


def test_cut_and_paste_in_two_saves_finds_it_at_the_new_place() -> None:
    quoted = anchor("у Његошевој улици ")
    without = TEXT.replace("у Његошевој улици ", "")
    assert move_anchor(quoted, TEXT, without) is None
    pasted = without + " Радови су у Његошевој улици до јуна."
    again = recover_anchor(quoted, without, pasted)
    assert again is not None
    assert again.start == pasted.rindex("у Његошевој улици ")


def test_undo_brings_it_back_to_its_place() -> None:
    for quote in ("Вода", "искључена", "до 15 часова", TEXT):
        quoted = anchor(quote)
        without = TEXT.replace(quote, "")
        assert move_anchor(quoted, TEXT, without) is None
        assert recover_anchor(quoted, without, TEXT) == quoted
    assert recover_anchor(anchor("Вода"), "", "Сасвим друга вода") is None


def test_what_was_ambiguous_before_it_vanished_stays_lost() -> None:
    quoted = anchor("и", "аб и аб")
    assert recover_anchor(quoted, "", "и и и") is None


def test_named_words_are_found_when_it_is_clear_which_are_meant() -> None:
    text = "један два један"
    assert find_anchor("два", text) == anchor("два", text)
    assert find_anchor("један", text) is None
    assert find_anchor("три", text) is None
    assert find_anchor("", text) is None
    last = find_anchor("један", text, before="два ")
    assert last is not None
    assert last.start == 10


def test_characters_are_never_cut() -> None:
    family = "👨‍👩‍👧"
    text = f"а{family}б"
    assert anchor_at(text, 2, 3).quote == family
    accented = "каже\u0301"  # an accent that is a code point of its own
    assert widen_to_graphemes(accented, 3, 4) == (3, 5)


def test_a_rewritten_long_text_does_not_make_the_save_wait() -> None:
    import time

    old, new = (
        ("Вода ће бити искључена у улици. " * 620)[:20_000],
        ("Сутра долази представа за децу у парк. " * 600)[:20_000],
    )
    began = time.thread_time()
    move_anchor(anchor_at(old, 10_000, 10_020), old, new)
    assert time.thread_time() - began < 3


def test_crossing_means_sharing_a_letter() -> None:
    assert overlaps(Anchor(0, 3, ""), Anchor(2, 5, ""))
    assert not overlaps(Anchor(0, 3, ""), Anchor(3, 5, ""))


# ---------------------------------------------------------------- for any text


@st.composite
def edited_outside(draw: st.DrawFn) -> tuple[str, int, int, str, int]:
    """(old, start, end of the quote, new, by how much it shifts): one edit before or behind the words."""
    before, quote, after = draw(phrases), draw(st.text("абв", min_size=1, max_size=12)), draw(phrases)
    old, start = before + quote + after, len(before)
    other = draw(phrases)
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(before)))
        stop = draw(st.integers(cut, len(before)))
        return (
            old,
            start,
            start + len(quote),
            before[:cut] + other + before[stop:] + quote + after,
            len(other) - stop + cut,
        )
    cut = draw(st.integers(0, len(after)))
    stop = draw(st.integers(cut, len(after)))
    return old, start, start + len(quote), before + quote + after[:cut] + other + after[stop:], 0


@settings(max_examples=400)
@given(edited_outside())
@example(("абаб", 2, 4, "аб", -2))
def test_an_edit_outside_never_changes_the_words(case: tuple[str, int, int, str, int]) -> None:
    old, start, end, new, _by = case
    quoted = anchor_at(old, start, end)
    assume(quoted.quote == old[start:end])  # not when an accent joins the last letter
    now = move_anchor(quoted, old, new)
    assert now is not None
    assert now.text_in(new) == quoted.quote
    assert now.quote == quoted.quote


@settings(max_examples=200)
@given(phrases, st.text("абв", min_size=1, max_size=12), phrases, st.text("гдђ", min_size=1, max_size=20))
def test_new_words_in_front_shift_it_by_their_length(before: str, quote: str, after: str, added: str) -> None:
    old = before + quote + after
    quoted = anchor_at(old, len(before), len(before) + len(quote))
    now = move_anchor(quoted, old, added + old)
    assert now is not None
    assert now.start == quoted.start + len(added)


@settings(max_examples=200)
@given(phrases, phrases)
def test_deleting_unique_words_loses_it_and_putting_them_back_finds_it(before: str, after: str) -> None:
    quote = "ЖЖ-једини-ЖЖ"
    old, without = before + quote + after, before + after
    quoted = anchor_at(old, len(before), len(before) + len(quote))
    assert move_anchor(quoted, old, without) is None
    again = recover_anchor(quoted, without, old)
    assert again is not None
    assert again.text_in(old) == quote


@settings(max_examples=300)
@given(phrases, st.integers(0, 40), st.integers(1, 12), phrases)
def test_wherever_it_ends_it_is_inside_the_text_and_like_the_words(old: str, start: int, size: int, new: str) -> None:
    assume(start + size <= len(old))
    quoted = anchor_at(old, start, start + size)
    now = move_anchor(quoted, old, new)
    if now:
        assert 0 <= now.start < now.end <= len(new)
        assert widen_to_graphemes(new, now.start, now.end) == (now.start, now.end)
        assert len(now.before) <= CONTEXT
        assert new[: now.start].endswith(now.before)
        assert new[now.end :].startswith(now.after)
