"""A text as a network shows it: addresses shortened, hashtags and mentions in colour. Pure; gives safe HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from platforms.counting import urls

_NAMES = re.compile(r"(?<![\w&/])(?:#\w*[^\W\d]\w*|@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?)")
SHOWN = 30


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `mark` is "name" or "link" for what stands in colour, `title` the whole address."""

    text: str
    mark: str = ""
    title: str = ""


def marked(text: str) -> SafeString:
    """Line breaks stay as they are: the page shows them with `white-space: pre-wrap`."""
    return format_html_join("", "{}", ((_html(piece),) for piece in pieces(text)))


def _html(piece: Piece) -> SafeString:
    if piece.title:
        return format_html('<span class="preview-link" title="{}">{}</span>', piece.title, piece.text)
    return format_html('<span class="preview-link">{}</span>' if piece.mark else "{}", piece.text)


def pieces(text: str) -> Iterator[Piece]:
    """In order; static/js/text/marks.js gives the same while one types."""
    position = 0
    for start, end, url in urls(text):
        yield from _named(text[position:start])
        yield _link(url)
        position = end
    yield from _named(text[position:])


def _named(text: str) -> Iterator[Piece]:
    position = 0
    for match in _NAMES.finditer(text):
        if match.start() > position:
            yield Piece(text[position : match.start()])
        yield Piece(match[0], "name")
        position = match.end()
    if position < len(text):
        yield Piece(text[position:])


def _link(url: str) -> Piece:
    bare = url.split("://", 1)[1].removeprefix("www.")
    return Piece(bare if len(bare) <= SHOWN else f"{bare[:SHOWN]}…", "link", url)
