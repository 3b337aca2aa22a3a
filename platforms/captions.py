"""Captions in SubRip, as the portal stores them, for a network that takes WebVTT. Pure.

https://www.w3.org/TR/webvtt1/ : a cue's text is escaped, so a file cannot bring marks, styles or another cue with it.
"""

import html
import re
from collections.abc import Iterator

_TIME = r"(\d{2,3}:\d{2}:\d{2})[,.](\d{3})"
_TIMES = re.compile(rf"{_TIME} --> {_TIME}", re.ASCII)
# Longer lines are no times.
LONGEST = 40


def webvtt(subrip: bytes) -> bytes:
    """Raises `ValueError` for a file without cues, or in another encoding than UTF-8."""
    text = subrip.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    cues = list(_cues(text.split("\n")))
    if not cues:
        raise ValueError("no captions")
    return "\n".join(["WEBVTT\n", *cues]).encode()


def _cues(lines: list[str]) -> Iterator[str]:
    """The lines below one with times, up to the first empty one. What stands between is a number, which is not kept."""
    cue: list[str] = []
    for line in [*lines, ""]:
        times = _TIMES.fullmatch(line.strip()) if len(line) <= LONGEST else None
        if times or not line.strip():
            if len(cue) > 1:
                yield "\n".join(cue) + "\n"
            cue = [f"{times[1]}.{times[2]} --> {times[3]}.{times[4]}"] if times else []
        elif cue:
            cue.append(html.escape(line.strip(), quote=False))
