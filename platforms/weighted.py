"""How X (Twitter) counts a post: most letters as one, the rest as two, a link as 23 (`t.co`), an emoji as two. Pure.

https://docs.x.com/resources/fundamentals/counting-characters and twitter-text 3.1.0, configuration 3. The network's own
rules decide what an address is: "cuprija.rs" alone is one, "http://localhost" is none, and a letter outside ASCII ends
a query. `tlds.txt` lists the top-level domains (IANA's, as twitter-text has them).
"""

import unicodedata
from pathlib import Path

import regex

from common.clusters import clusters

URL_LENGTH = 23
TLDS = frozenset(Path(__file__).with_name("tlds.txt").read_text(encoding="utf-8").split())
LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[0-9#*]\uFE0F?\u20E3")

_LATIN = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_WORD = r"[\p{L}\p{M}\p{N}]"
_HOST = rf"(?:{_WORD}(?:[\p{{L}}\p{{M}}\p{{N}}_-]*{_WORD})?\.)+{_WORD}(?:[\p{{L}}\p{{M}}\p{{N}}-]*{_WORD})?"
# A label of a name has 63 characters at most (RFC 1035, 2.3.4); without that limit a long run of letters with accents
# is read again from each of them.
_LABELS = rf"(?:[a-z0-9{_LATIN}](?:[a-z0-9{_LATIN}_-]{{0,61}}[a-z0-9{_LATIN}])?\.)+"
_BARE = rf"{_LABELS}[a-z0-9-]+"
_PATH = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\u2013_~@|&{_LATIN}-]"
_PARENTHESES = rf"\((?:{_PATH}+|{_PATH}*\({_PATH}+\){_PATH}*)\)"
_END = rf"(?:[+a-z\u0400-\u04ff0-9=_#/{_LATIN}-]|{_PARENTHESES})"
_REST = (
    rf"(?::[0-9]+)?(?:/(?:(?:{_PATH}|{_PARENTHESES})*{_END})?)?"
    r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-])?"
)
# Labels that lead to no name are taken as well, without a group: it would be tried again from each of them.
HOST = regex.compile(rf"(?i)(?<![A-Za-z0-9@＠$#＃])(?:(https?://)({_HOST})|(?<![-_./])(?:({_BARE})|{_LABELS}))")
REST = regex.compile(rf"(?i){_REST}")


def x(text: str, url_length: int = URL_LENGTH) -> int:
    text = unicodedata.normalize("NFC", text)
    length, last = 0, 0
    for start, end in addresses(text):
        length += _weight(text[last:start]) + url_length
        last = end
    return length + _weight(text[last:])


def addresses(text: str) -> list[tuple[int, int]]:
    """(start, end) of each address, in code points of a composed text."""
    spans, place = [], 0
    while match := HOST.search(text, place):
        scheme, host = match[1] or "", match[2] or match[3] or ""
        known = _known(host)
        end = match.start() + len(scheme) + len(known)
        if not known or _goes_on(text, end):
            place = match.end()
            continue
        rest = REST.match(text, end) if len(known) == len(host) else None
        end = rest.end() if rest else end
        spans.append((match.start(), end))
        place = end
    return spans


def _known(host: str) -> str:
    """As much of `host` as ends in a name that exists, "" where none does."""
    labels = host.split(".")
    while len(labels) > 1:
        if labels[-1].lower() in TLDS or labels[-1].lower().startswith("xn--"):
            return ".".join(labels)
        labels.pop()
    return ""


def _goes_on(text: str, end: int) -> bool:
    """Whether the name is only the beginning of something else: an e-mail address, a longer word."""
    following = text[end : end + 1]
    return following in tuple("@+-") or (following.isascii() and following.isalnum())


def _weight(text: str) -> int:
    return sum(2 if EMOJI.search(one) else sum(map(_of, one)) for one in clusters(text))


def _of(letter: str) -> int:
    return 1 if any(first <= ord(letter) <= last for first, last in LIGHT) else 2
