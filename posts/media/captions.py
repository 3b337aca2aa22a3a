"""Captions of a video: an untrusted file, parsed and written anew. Pure.

Accepts SubRip (.srt) and WebVTT (.vtt). The output is SubRip, which every network with captions accepts: plain lines
with their times, without markup, positions, styles and anything else in the file.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_BYTES = 1024 * 1024
MOST_CUES = 5000
MOST_LINE = 500
LONGEST_SECONDS = 24 * 3600
# A cue may slightly outlast the video.
SLACK_SECONDS = 2.0

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_MARKS = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class BadCaptions(ValueError):
    """The file cannot be used. The message says why and what to do."""


@dataclass(frozen=True)
class Cue:
    """Times in milliseconds from the start."""

    start: int
    end: int
    text: str


def parse_captions(body: bytes) -> list[Cue]:
    """The cues ordered by time. Raises `BadCaptions`."""
    if len(body) > MOST_BYTES:
        raise BadCaptions(_("The file with captions is larger than 1 MB. Choose the .srt or .vtt file, not the video."))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCaptions(
            _("The letters of the captions cannot be read. Save the file with the encoding UTF-8 and add it again.")
        ) from None
    cues = _cues(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not cues:
        raise BadCaptions(_("There are no captions with times in this file. Add a file that ends in .srt or .vtt."))
    if len(cues) > MOST_CUES:
        raise BadCaptions(_("There are more than %(most)s captions in this file.") % {"most": MOST_CUES})
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def _cues(text: str) -> list[Cue]:
    lines = text.split("\n")
    heads = [number for number, line in enumerate(lines) if "-->" in line]
    if len(heads) > 2 * MOST_CUES:
        raise BadCaptions(_("There are more than %(most)s captions in this file.") % {"most": MOST_CUES})
    cues = []
    for number, after in pairwise([*heads, len(lines) + 1]):
        times = _TIMES.match(lines[number][:200])
        if times is None:
            raise BadCaptions(_bad_line(number))
        start, end = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
        if end <= start or end > LONGEST_SECONDS * 1000:
            raise BadCaptions(_bad_line(number))
        if text := _cue_text(lines[number + 1 : after]):
            cues.append(Cue(start, end, text))
    return cues


def _bad_line(number: int) -> str:
    return _(
        "Line %(number)s of the captions should contain start and end times, as in 00:00:01,000 --> 00:00:03,500. "
        "Correct it and add the file again."
    ) % {"number": number + 1}


def _cue_text(lines: Sequence[str]) -> str:
    """The lines up to the first empty one, which ends a cue."""
    plain_lines = []
    for line in lines:
        if not line.strip():
            break
        plain = html.unescape(_MARKS.sub("", line[: 4 * MOST_LINE]))
        plain = _UNSEEN.sub("", plain).replace("-->", "→").strip()[:MOST_LINE]
        if plain:
            plain_lines.append(plain)
    return "\n".join(plain_lines)


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((rest or "0").ljust(3, "0"))


def srt(cues: Sequence[Cue]) -> str:
    blocks = (f"{n}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{cue.text}\n" for n, cue in enumerate(cues, 1))
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue]) -> str:
    """For the video player on our own pages."""
    blocks = (f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{html.escape(cue.text, False)}\n" for cue in cues)
    return "\n".join(["WEBVTT\n", *blocks])


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def refuse_strange(cues: Sequence[Cue], seconds: float) -> None:
    """Captions that exceed the video belong to another one. Raises `BadCaptions`; `seconds` 0: unknown yet."""
    late = sum(cue.start > (seconds + SLACK_SECONDS) * 1000 for cue in cues) if seconds else 0
    if late:
        raise BadCaptions(
            ngettext(
                "%(count)s caption begins after the end of the video. Is it the file of another video?",
                "%(count)s captions begin after the end of the video. Is it the file of another video?",
                late,
            )
            % {"count": late}
        )
