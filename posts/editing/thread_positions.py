"""Where in a draft a thread lies: which texts were written by people, and how a place is named by a browser."""

import math
from dataclasses import dataclass
from typing import Any

from common.integers import parse_int
from posts.draft import Draft, storable

Key = tuple[str, int | None]
"""A text: its language and script, and the channel that alone shows it (None: all)."""
LEAST_SIDE = 0.01


@dataclass(frozen=True)
class Where:
    """What a person pointed at; empty: the whole post. `start`, `end` count code points; -1: only words are known."""

    tag: str = ""
    channel: int | None = None
    start: int = -1
    end: int = -1
    quote: str = ""
    before: str = ""
    after: str = ""
    media: int | None = None
    box: tuple[float, float, float, float] | None = None


def written(draft: Draft) -> dict[Key, str]:
    """The texts that people wrote, shared ones first. A derived script has no words of its own."""
    texts: dict[Key, str] = {
        (tag, None): text.text for tag, text in draft.texts.items() if text.text.strip() and not text.derived_from
    }
    for channel, own_texts in draft.per_channel.items():
        texts |= {(tag, channel): text for tag, text in own_texts.items() if text.strip()}
    return texts


def rewritten(draft: Draft, texts: dict[Key, str]) -> dict[str, Any]:
    """The draft as JSON with these texts in place of its own. To be parsed: a text may have become too long."""
    raw = draft.to_json()
    for (tag, channel), text in texts.items():
        if channel is None:
            raw["texts"][tag] = {"text": text, "derived_from": None}
        else:
            raw["per_channel"][str(channel)][tag] = text
    return raw


def read(sent: Any) -> Where:
    """From the fields of a form: `place` ("sr-Cyrl", "sr-Cyrl@7", "picture-3" or empty), `start`, `end`, `quote`,
    `before`, `after`, and of a region `left`, `top`, `width`, `height` in per cent. What cannot be read is left out."""
    place = str(sent.get("place", ""))
    if place.startswith("picture-"):
        return Where(media=parse_int(place.removeprefix("picture-")) or 0, box=_box(sent))
    tag, _at, channel = place.partition("@")
    if not tag:
        return Where()
    start, end = parse_int(sent.get("start")), parse_int(sent.get("end"))
    return Where(
        tag=tag[:8],
        channel=(parse_int(channel) or 0) if _at else None,
        start=-1 if start is None else start,
        end=-1 if end is None else end,
        quote=storable(sent.get("quote", "")),
        before=storable(sent.get("before", ""))[-64:],
        after=storable(sent.get("after", ""))[:64],
    )


def name(tag: str, channel: int | None) -> str:
    """The name of a text in a form: what `read` takes for `place`."""
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
