"""SubRip as WebVTT: what the portal stores, and files that nobody should have stored."""

import time

import pytest

from platforms.captions import webvtt
from posts.media import captions as stored

PLAIN = b"1\n00:00:00,000 --> 00:00:02,500\nDobar dan\n\n2\n01:02:03,004 --> 01:02:05,000\nPrvi red\nDrugi <i>red</i>\n"


def test_times_and_lines_stay_and_marks_are_text() -> None:
    assert webvtt(PLAIN).decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nDobar dan\n\n"
        "01:02:03.004 --> 01:02:05.000\nPrvi red\nDrugi &lt;i&gt;red&lt;/i&gt;\n"
    )


def test_what_the_portal_stores_is_what_its_own_player_gets() -> None:
    cues = stored.parse_captions("1\n00:00:01,000 --> 00:00:03,000\nЋуприја & околина\n\n".encode() + PLAIN[2:])
    assert webvtt(stored.srt(cues).encode()).decode() == stored.vtt(cues)


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_other_ends_of_lines_and_a_mark_at_the_beginning_make_no_difference(ending: bytes) -> None:
    assert webvtt(b"\xef\xbb\xbf" + PLAIN.replace(b"\n", ending)) == webvtt(PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:00,000 --> 00:00:02,000\nA\n\nNOTE\nWEBVTT\n\nSTYLE\n::cue {}\n",
        "1\n00:00:00,000 --> 00:00:02,000\nA\n00:00:01.000 --> x\n",
        "1\n00:00:00,000 --> 00:00:02,000\nA\n00:00:01.000 --> 00:00:02.000 align:start\n",
    ],
)
def test_a_text_brings_no_cue_and_no_block_with_it(text: str) -> None:
    written = webvtt(text.encode()).decode()
    assert written.count("-->") == 1
    assert "STYLE" not in written


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"WEBVTT\n",
        b"1\n00:00 --> 00:01\nA\n",
        b"1\n00:00:00,000 --> 00:00:02,000\n\n",
        b"\xff\xfe1\x00",
        b"\x00" * 99,
    ],
)
def test_a_file_without_captions_is_none(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"captions|utf-8"):
        webvtt(content)


@pytest.mark.parametrize(
    "piece", [b"00:00:00,000 --> ", b"0", b"\n", b"-->\n", b"00:00:00,000 --> 00:00:01,000\n", b"<"]
)
def test_a_hostile_file_takes_time_by_its_length(piece: bytes) -> None:
    content = PLAIN + b"\n" + piece * (1_000_000 // len(piece))
    began = time.monotonic()
    webvtt(content)
    assert time.monotonic() - began < 3
