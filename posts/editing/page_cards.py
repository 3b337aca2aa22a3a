"""What a page says about itself for the card below a link: title, description, picture. Pure, and linear in the page.

The page is hostile input: of it only the first `MOST_READ` characters are read, and of them only tags of `MOST_TAG`.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

MOST_READ = 256 * 1024
MOST_TAGS = 200
MOST_TAG = 4000
MOST_TITLE = 200
MOST_DESCRIPTION = 300
_LOWER = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@dataclass(frozen=True)
class PageCard:
    """`title`: empty where the page gave none. `picture`: the key under which `posts.editing.domain.page_cards` has it;
    empty without one."""

    title: str
    description: str = ""
    picture: str = ""


@dataclass(frozen=True)
class PageFacts:
    """`picture`: the https address of the page's picture; empty without one."""

    title: str
    description: str
    picture: str


def facts_of(content: bytes, content_type: str, url: str) -> PageFacts | None:
    """Of the page at `url`; None where it is no HTML or names no title."""
    kind, _separator, parameters = content_type.partition(";")
    if kind.strip().lower() not in ("text/html", "application/xhtml+xml"):
        return None
    text = _decoded(content[:MOST_READ], parameters)
    named = dict(reversed([*_named(text)]))  # the first of each counts
    title = _plain(named.get("og:title") or named.get("twitter:title") or _title(text), MOST_TITLE)
    description = named.get("og:description") or named.get("twitter:description") or named.get("description") or ""
    if not title:
        return None
    return PageFacts(title, _plain(description, MOST_DESCRIPTION), _picture(named, url))


def _decoded(content: bytes, parameters: str) -> str:
    charset = parameters.lower().partition("charset=")[2].strip(" \"';") or "utf-8"
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _named(text: str) -> Iterator[tuple[str, str]]:
    """(name, content) of the page's <meta> tags, names in lower case."""
    lower, at = _lower(text), 0
    for _tag in range(MOST_TAGS):
        at = lower.find("<meta", at)
        if at < 0:
            return
        attributes = _attributes(text[at : at + MOST_TAG])
        name = attributes.get("property") or attributes.get("name") or ""
        if name and attributes.get("content"):
            yield name.strip().lower(), attributes["content"]
        at += len("<meta")


def _lower(text: str) -> str:
    """Of ASCII only, so that each letter stays at its place."""
    return text.translate(_LOWER)


class _FirstTag(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.attributes is None:
            self.attributes = {name: value or "" for name, value in attrs}


def _attributes(tag: str) -> dict[str, str]:
    """Of the tag at the beginning; nothing where it does not end within."""
    parser = _FirstTag()
    parser.feed(tag[: _end_of(tag)])
    return parser.attributes or {}


def _end_of(tag: str) -> int:
    """Behind the first ">" that is not within quotes."""
    quote = ""
    for place, letter in enumerate(tag):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == ">":
            return place + 1
    return 0


def _title(text: str) -> str:
    lower = _lower(text)
    begin = lower.find("<title")
    begin = lower.find(">", begin) + 1 if begin >= 0 else 0
    end = lower.find("</title", begin)
    return html.unescape(text[begin : min(end, begin + MOST_TAG)]) if begin and end > 0 else ""


def _plain(text: str, most: int) -> str:
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:MOST_TAG]).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _picture(named: dict[str, str], url: str) -> str:
    address = named.get("og:image:secure_url") or named.get("og:image") or named.get("twitter:image") or ""
    try:
        absolute = urljoin(url, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
    return absolute if len(absolute) <= 2000 else ""
