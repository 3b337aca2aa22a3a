"""Converts typed text to safe HTML, and counts its length. Pure.

Everything is escaped; only web addresses, mentions and hashtags become links, with `nofollow`. A text is counted as
Mastodon does: graphemes, an address as 23, a mention without its server.
https://docs.joinmastodon.org/user/posting/#text
"""

import unicodedata

import regex

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.clusters import clusters
from common.markup import html, joined
from practice.rules import URL_LENGTH

_URL = regex.compile(r"(?i)(?<![\p{L}\p{N}@/.])https?://[^\s<>\"'„“”»«]+")
_PIECE = regex.compile(
    rf"(?P<url>{_URL.pattern})|(?<![=/\w])@(?P<mention>[a-zA-Z0-9_]{{1,30}})(?:@[\w.:-]+\w)?|(?<![\w&])#(?P<tag>[\p{{L}}\p{{N}}_]{{1,60}})"
)
_REMOTE_MENTION = regex.compile(r"(?<![=/\w])@(\w+(?:[\w.-]*\w)?)@[\w.-]+\.\w+")
_CONTROL = regex.compile(r"[^\P{C}\n\u200c\u200d]")  # the joiners are letters' business, line feeds are text
SHOWN = 30
LINE_BREAK = html("<br>")
MENTION = '<a href="{}/@{}" class="mention" rel="nofollow">@{}</a>'


def cleaned(text: str) -> str:
    """NFC, Unix line ends, no control characters (PostgreSQL takes no NUL either), no blanks around."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", text).strip()


def length(text: str) -> int:
    shortened, last = [], 0
    for match in _URL.finditer(text):
        url = _trimmed(match.group())
        if "." in regex.split(r"[/?#:]", url.split("://", 1)[1], maxsplit=1)[0]:
            shortened += [text[last : match.start()], "x" * URL_LENGTH]
            last = match.start() + len(url)
    shortened.append(text[last:])
    return len(clusters(_REMOTE_MENTION.sub(r"@\1", "".join(shortened))))


def mentioned(text: str) -> list[str]:
    """Usernames that are mentioned, each once, in lower case."""
    names = (match["mention"].lower() for match in _PIECE.finditer(text) if match["mention"])
    return list(dict.fromkeys(names))


def hashtags(text: str) -> list[str]:
    """Hashtags without their sign, each once, in lower case."""
    names = (match["tag"].lower() for match in _PIECE.finditer(text) if match["tag"])
    return list(dict.fromkeys(names))


def initials(name: str) -> str:
    """Of the first two words outside brackets, or "?"."""
    bare = regex.sub(r"\([^()]*\)", "", name)
    parts = regex.findall(r"[\p{L}\p{N}]+", bare)
    return "".join(part[0] for part in parts[:2]).upper() or "?"


def to_html(text: str, origin: str = "") -> SafeString:
    """Paragraphs of safe HTML. `origin` ("https://host") makes the links to profiles and tags absolute, for the API."""
    paragraphs = (_paragraph(part, origin) for part in regex.split(r"\n{2,}", text) if part)
    return format_html_join("", "<p>{}</p>", ((part,) for part in paragraphs))


def _paragraph(text: str, origin: str) -> SafeString:
    out: list[SafeString] = []
    last = 0
    for match in _PIECE.finditer(text):
        shown, end = _link(match, origin)
        out += [_plain(text[last : match.start()]), shown]
        last = end
    return joined([*out, _plain(text[last:])])


def _plain(text: str) -> SafeString:
    return format_html_join(LINE_BREAK, "{}", ((line,) for line in text.split("\n")))


def _link(match: regex.Match[str], origin: str) -> tuple[SafeString, int]:
    """The link and where it ends in the text."""
    if match["url"]:
        url = _trimmed(match["url"])
        rel = "nofollow noopener noreferrer ugc"
        return format_html('<a href="{}" rel="{}">{}</a>', url, rel, _shortened(url)), match.start() + len(url)
    if match["mention"]:
        name = match["mention"].lower()
        return format_html(MENTION, origin, name, match["mention"]), match.end()
    tag = match["tag"]
    return format_html('<a href="{}/?tag={}" class="hashtag" rel="nofollow">#{}</a>', origin, tag, tag), match.end()


def _shortened(url: str) -> str:
    bare = url.split("://", 1)[1].removeprefix("www.")
    return bare if len(bare) <= SHOWN else bare[:SHOWN] + "…"


def _trimmed(url: str) -> str:
    while url and (url[-1] in ".,;:!?…" or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    return url
