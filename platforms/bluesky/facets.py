"""Facets: the links, mentions and tags of a text. A URL without a facet is plain text.

Offsets are UTF-8 bytes, not characters. https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from collections.abc import Callable
from typing import Any

import regex

from platforms import weighted
from platforms.counting import graphemes, urls

MENTION = regex.compile(r"(?:^|(?<=[\s(]))@([a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)")
# A tag needs at least one character that is neither a digit nor punctuation.
TAG = regex.compile(r"(?:^|(?<=\s))[#＃](?!\ufe0f)([^\s]*[^\d\s\p{P}][^\s]*)")
TAIL = regex.compile(r"\p{P}+$")
# https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json: `maxLength` is in bytes. A
# longer tag fails the whole record.
TAG_GRAPHEMES = 64
TAG_BYTES = 640

Resolve = Callable[[str], str | None]
"""Handle → DID, or None where nobody has that handle."""


def facets(text: str, resolve: Resolve) -> list[dict[str, Any]]:
    """Facets in the order of the text, never overlapping."""
    links = [(s, e, {"$type": "app.bsky.richtext.facet#link", "uri": url}) for s, e, url in urls(text)]
    spans = links + _bare(text) + _mentions(text, resolve) + _tags(text)
    features: list[dict[str, Any]] = []
    last = 0
    for start, end, feature in sorted(spans, key=lambda span: span[:2]):
        if start >= last:
            features.append({"index": _bytes(text, start, end), "features": [feature]})
            last = end
    return features


def _bytes(text: str, start: int, end: int) -> dict[str, int]:
    before = len(text[:start].encode())
    return {"byteStart": before, "byteEnd": before + len(text[start:end].encode())}


def _bare(text: str) -> list[tuple[int, int, dict[str, str]]]:
    """Addresses without "https://", which the network's own app links too: `cuprija.rs`.
    https://github.com/bluesky-social/atproto/blob/main/packages/api/src/rich-text/detection.ts"""
    spans = [(start, end, text[start:end]) for start, end in weighted.addresses(text)]
    return [
        (start, end, {"$type": "app.bsky.richtext.facet#link", "uri": f"https://{address}"})
        for start, end, address in spans
        if "://" not in address and _stands_alone(text, start)
    ]


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or text[start - 1].isspace() or text[start - 1] in '(„“"«'


def _mentions(text: str, resolve: Resolve) -> list[tuple[int, int, dict[str, str]]]:
    mentions = []
    for match in MENTION.finditer(text):
        did = resolve(match.group(1)) if "." in match.group(1) else None
        if did:
            mentions.append((match.start(), match.end(), {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    return mentions


def _tags(text: str) -> list[tuple[int, int, dict[str, str]]]:
    tags = []
    for match in TAG.finditer(text):
        tag = TAIL.sub("", match.group(1))
        if tag and graphemes(tag) <= TAG_GRAPHEMES and len(tag.encode()) <= TAG_BYTES:
            tags.append(
                (match.start(), match.start() + 1 + len(tag), {"$type": "app.bsky.richtext.facet#tag", "tag": tag})
            )
    return tags
