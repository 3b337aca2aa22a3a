"""The position of a thread in a draft: which texts people wrote, and how a browser names a position."""

import math
from dataclasses import dataclass
from typing import Any

from common.integers import parse_int
from posts.draft import Draft, storable

Key = tuple[str, int | None]
"""A text: its language and script, and the channel that alone shows it (None: all)."""
LEAST_SIDE = 0.01


@dataclass(frozen=True)
class ThreadPosition:
    """A position in a draft; empty: the whole post. `start`, `end` count code points; -1: only the quote is known."""

    tag: str = ""
    channel: int | None = None
    start: int = -1
    end: int = -1
    quote: str = ""
    before: str = ""
    after: str = ""
    media: int | None = None
    box: tuple[float, float, float, float] | None = None


def written_texts(draft: Draft) -> dict[Key, str]:
    """The texts that people wrote, shared ones first. Derived scripts are not included."""
    texts: dict[Key, str] = {
        (tag, None): text.text for tag, text in draft.texts.items() if text.text.strip() and not text.derived_from
    }
    for channel, own_texts in draft.per_channel.items():
        texts |= {(tag, channel): text for tag, text in own_texts.items() if text.strip()}
    return texts


def draft_json_with_texts(draft: Draft, texts: dict[Key, str]) -> dict[str, Any]:
    """The draft as JSON with these texts in place of its own. Must be parsed: a text may be too long now."""
    raw = draft.to_json()
    for (tag, channel), text in texts.items():
        if channel is None:
            raw["texts"][tag] = {"text": text, "derived_from": None}
        else:
            raw["per_channel"][str(channel)][tag] = text
    return raw


def parse_position(sent: Any) -> ThreadPosition:
    """From the fields of a form: `place` ("sr-Cyrl", "sr-Cyrl@7", "picture-3" or empty), `start`, `end`, `quote`,
    `before`, `after`, and of a region `left`, `top`, `width`, `height` in per cent. What cannot be read is left out."""
    place = str(sent.get("place", ""))
    if place.startswith("picture-"):
        return ThreadPosition(media=parse_int(place.removeprefix("picture-")) or 0, box=_box(sent))
    tag, _at, channel = place.partition("@")
    if not tag:
        return ThreadPosition()
    start, end = parse_int(sent.get("start")), parse_int(sent.get("end"))
    return ThreadPosition(
        tag=tag[:8],
        channel=(parse_int(channel) or 0) if _at else None,
        start=-1 if start is None else start,
        end=-1 if end is None else end,
        quote=storable(sent.get("quote", "")),
        before=storable(sent.get("before", ""))[-64:],
        after=storable(sent.get("after", ""))[:64],
    )


def position_name(tag: str, channel: int | None) -> str:
    """The name of a text in a form: the value of `place` that `parse_position` reads."""
    return f"{tag}@{channel}" if channel else tag


def _box(sent: Any) -> tuple[float, float, float, float] | None:
    try:
        left, top, width, height = (float(sent.get(name) or "") / 100 for name in ("left", "top", "width", "height"))
    except (TypeError, ValueError):
        return None
    if not all(math.isfinite(side) for side in (left, top, width, height)):
        return None
    left, top = min(max(left, 0.0), 1.0), min(max(top, 0.0), 1.0)
    width, height = min(width, 1 - left), min(height, 1 - top)
    if width < LEAST_SIDE or height < LEAST_SIDE:
        return None
    x, y, w, h = (round(side, 4) for side in (left, top, width, height))
    return x, y, w, h
