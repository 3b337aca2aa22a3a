"""A text as a network shows it: addresses shortened, hashtags and mentions in colour. Pure; gives safe HTML."""

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from platforms.counting import urls

_NAMES = re.compile(r"(?<![\w&/])(?:#\w*[^\W\d]\w*|@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?)")
SHOWN = 30


def marked(text: str) -> SafeString:
    """Line breaks stay as they are: the page shows them with `white-space: pre-wrap`."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    position = 0
    for start, end, url in urls(text):
        yield from _named(text[position:start])
        yield _link(url)
        position = end
    yield from _named(text[position:])


def _named(text: str) -> Iterator[str]:
    position = 0
    for match in _NAMES.finditer(text):
        yield text[position : match.start()]
        yield format_html('<span class="preview-link">{}</span>', match[0])
        position = match.end()
    yield text[position:]


def _link(url: str) -> SafeString:
    bare = url.split("://", 1)[1].removeprefix("www.")
    shown = bare if len(bare) <= SHOWN else f"{bare[:SHOWN]}…"
    return format_html('<span class="preview-link" title="{}">{}</span>', url, shown)
