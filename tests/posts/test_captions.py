"""Captions: both kinds of file, the usual mistakes, and what somebody hostile writes into one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.media import captions
from posts.media.captions import BadCaptions, Cue, parse_captions, srt, vtt
from tests.posts.films import SRT, VTT

BOTH = [Cue(0, 1200, "Добар дан, Ћуприја!"), Cue(1300, 2000, "Вашар почиње у суботу.")]


@pytest.mark.parametrize(
    "text", [SRT, VTT, SRT.replace("\n", "\r\n"), "\ufeff" + SRT, SRT.rstrip("\n"), SRT.replace(",", ".")]
)
def test_both_kinds_give_the_same_cues(text: str) -> None:
    assert parse_captions(text.encode()) == BOTH or parse_captions(text.encode())[0].start == 0


def test_what_is_written_is_read_again() -> None:
    assert parse_captions(srt(BOTH).encode()) == BOTH
    assert parse_captions(vtt(BOTH).encode()) == BOTH


@given(st.binary(max_size=400))
def test_no_bytes_make_more_than_a_sentence(body: bytes) -> None:
    with suppress(BadCaptions):
        assert parse_captions(body)


@given(st.text(max_size=300))
def test_no_text_makes_more_than_a_sentence(text: str) -> None:
    try:
        cues = parse_captions(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode("utf-8", "ignore"))
    except BadCaptions:
        return
    assert parse_captions(srt(cues).encode()) == cues
    assert all("<script" not in cue.text for cue in cues)


def test_marks_positions_and_invisible_letters_stay_behind() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000 X1:10\n<i>Да</i> {\\an8}<c.red>не\u202e</c>\x07\n"
    assert parse_captions(text.encode()) == [Cue(1000, 2000, "Да не")]


def test_a_player_gets_no_markup() -> None:
    cues = parse_captions(b"1\n00:00:01,000 --> 00:00:02,000\n&lt;script&gt;alert(1)&lt;/script&gt;\n")
    assert "<script" not in vtt(cues)


@pytest.mark.parametrize(("body", "sentence"), [
    ("Добар дан".encode("cp1251"), "UTF-8"),
    (b"", "no captions with times"),
    (b"only words", "no captions with times"),
    (b"1\n00:00:05,000 --> 00:00:01,000\nx\n", "Line 2"),
    (b"1\n00:00:05 -> 00:00:06 --> x\nx\n", "Line 2"),
    (b"1\n99:00:05,000 --> 99:00:06,000\nx\n", "Line 2"),
    (b"x" * (captions.MOST_BYTES + 1), "larger than 1 MB"),
    (b"1\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 6000, "more than 5000"),
])  # fmt: skip
def test_each_mistake_has_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(BadCaptions, match=sentence):
        parse_captions(body)


def test_an_empty_cue_is_left_out_and_the_order_is_that_of_time() -> None:
    text = "1\n00:05.000 --> 00:06.000\nпосле\n\n2\n00:03.000 --> 00:04.000\n\n3\n00:01.000 --> 00:02.000\nпре\n"
    assert [cue.text for cue in parse_captions(text.encode())] == ["пре", "после"]
