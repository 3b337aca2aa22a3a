"""A text as a network shows it: shortened addresses, highlighted hashtags and mentions. Pure; returns safe HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from platforms.counting import urls

_NAMES = re.compile(r"(?<![\w&/])(?:#\w*[^\W\d]\w*|@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?)")
SHOWN = 30


@dataclass(frozen=True)
class HighlightedPiece:
    """A piece of text; `mark` is "name" or "link" for highlighted ones, `title` the full address."""

    text: str
    mark: str = ""
    title: str = ""


def marked(text: str) -> SafeString:
    """Line breaks stay as they are: the page shows them with `white-space: pre-wrap`."""
    return format_html_join("", "{}", ((_html(piece),) for piece in pieces(text)))


def marked_with_bold_line(text: str) -> SafeString:
    """The same with its first line in bold, as static/js/composer/preview.js draws it."""
    before = len(text) - len(text.lstrip())
    line, line_break, rest = text[before:].partition("\n")
    return format_html("{}<strong>{}</strong>{}{}", text[:before], marked(line), line_break, marked(rest))


def _html(piece: HighlightedPiece) -> SafeString:
    if piece.title:
        return format_html('<span class="preview-link" title="{}">{}</span>', piece.title, piece.text)
    return format_html('<span class="preview-link">{}</span>' if piece.mark else "{}", piece.text)


def pieces(text: str) -> Iterator[HighlightedPiece]:
    """In order; static/js/text/marks.js does the same in the browser."""
    position = 0
    for start, end, url in urls(text):
        yield from _named(text[position:start])
        yield _link(url)
        position = end
    yield from _named(text[position:])


def _named(text: str) -> Iterator[HighlightedPiece]:
    position = 0
    for match in _NAMES.finditer(text):
        if match.start() > position:
            yield HighlightedPiece(text[position : match.start()])
        yield HighlightedPiece(match[0], "name")
        position = match.end()
    if position < len(text):
        yield HighlightedPiece(text[position:])


def _link(url: str) -> HighlightedPiece:
    bare = url.split("://", 1)[1].removeprefix("www.")
    return HighlightedPiece(bare if len(bare) <= SHOWN else f"{bare[:SHOWN]}…", "link", url)
