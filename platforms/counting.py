"""The length of a text as each network counts it. Pure.

`count(text, limits)` picks the function by `limits.counting`.
"""

import unicodedata
from collections.abc import Callable

import regex

from common.clusters import clusters
from platforms import weighted
from platforms.types import Limits

# What a network shortens is a URL with a scheme and a dotted host; closing punctuation stays outside.
URL = regex.compile(r"(?i)(?<![\p{L}\p{N}@/.])https?://[^\s<>\"'„“”»«]+")
TRAILING = ".,;:!?…"
# https://docs.joinmastodon.org/user/posting/ : @user@domain counts as @user
REMOTE_MENTION = regex.compile(r"(?<![=/\w])@(\w(?:[\w.-]*\w)?)@[\w.-]+\.\w+")

HASHTAG = regex.compile(r"(?<![\p{L}\p{N}_&/#])[#＃][\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*")
MENTION = regex.compile(r"(?<![\p{L}\p{N}_@/.])@[\p{L}\p{N}_][\p{L}\p{N}_.]*")
# What is shown as a picture: emoji by default, or by the selector, keycaps and flags.
EMOJI = regex.compile(r"\p{Emoji_Presentation}|\uFE0F|\u20E3")
RESERVED = regex.compile(r"[|{}@\[\]()<>#\\*_~]")


def count(text: str, limits: Limits) -> int:
    """The length of `text` in the unit of `limits.max_characters`."""
    if limits.counting == "mastodon":
        return mastodon(text, limits.url_length or 23)
    if limits.counting == "x":
        return weighted.x(text, limits.url_length or weighted.URL_LENGTH)
    if limits.counting in WAYS:
        return WAYS[limits.counting](text)
    raise ValueError(f"Unknown way of counting: {limits.counting}")


def graphemes(text: str) -> int:
    """Extended grapheme clusters: what a reader perceives as one character. A family emoji is one."""
    return len(clusters(text))


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8"))


def mastodon(text: str, url_length: int = 23) -> int:
    """Graphemes, with every URL as `url_length` and a mention without its server.

    https://docs.joinmastodon.org/user/posting/#text
    A host without a dot is not a URL there, so it is counted as written.
    """
    shortened, last = [], 0
    for start, end, url in urls(text):
        if "." not in _host(url):
            continue
        shortened += [text[last:start], "x" * url_length]
        last = end
    shortened.append(text[last:])
    return graphemes(REMOTE_MENTION.sub(r"@\1", "".join(shortened)))


def code_points(text: str) -> int:
    return len(text)


def utf16(text: str) -> int:
    """Code units, as JavaScript and Java count: an emoji outside the first plane is two."""
    return len(text.encode("utf-16-le")) // 2


def threads(text: str) -> int:
    """Code points, with an emoji as its UTF-8 bytes. https://developers.facebook.com/docs/threads/overview"""
    return sum(utf8_bytes(part) if EMOJI.search(part) else len(part) for part in clusters(text))


def little_text(text: str) -> int:
    """UTF-16 units after the escapes that LinkedIn's "little text" needs; a live hashtag stands in a frame.

    https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
    """
    tags = HASHTAG.findall(without_urls(text))
    return utf16(text) + len(RESERVED.findall(text)) + len(r"{hashtag||}") * len(tags)


def without_urls(text: str) -> str:
    """`text` with a blank for each address, so that an anchor in one is no hashtag."""
    parts, last = [], 0
    for start, end, _url in urls(text):
        parts += [text[last:start], " "]
        last = end
    return "".join([*parts, text[last:]])


def urls(text: str) -> list[tuple[int, int, str]]:
    """(start, end, url) of each http(s) address, in code points, without the punctuation that ends a sentence."""
    addresses = []
    for match in URL.finditer(text):
        url = _trimmed(match.group())
        if len(url) > len("https://"):
            addresses.append((match.start(), match.start() + len(url), url))
    return addresses


def _trimmed(url: str) -> str:
    # How many more are closed than opened: an address may end in a parenthesis of its own, /wiki/Ћуприја_(град)
    open_ = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end:
        last = url[end - 1]
        if open_.get(last, 0) > 0:
            open_[last] -= 1
        elif last not in TRAILING:
            break
        end -= 1
    return url[:end]


def _host(url: str) -> str:
    return regex.split(r"[/?#:]", url.split("://", 1)[1], maxsplit=1)[0]


def normalised(text: str) -> str:
    """Normalises a text for comparison with what a network shows: NFC, white space as one blank, nothing invisible.

    Direction marks and zero-width letters are left out: some servers remove them, and they are invisible.
    """
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible).split())


WAYS: dict[str, Callable[[str], int]] = {
    "code_points": code_points,
    "graphemes": graphemes,
    "little_text": little_text,
    "threads": threads,
    "utf16": utf16,
    "utf8_bytes": utf8_bytes,
}
"""By `Limits.counting`; "mastodon" and "x" also need the length of an address."""
