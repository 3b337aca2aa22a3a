"""Traits of a published post or an answer: a date, a link, a call to action, described pictures … Pure.

Simulated citizens react to them (`trainings.scenario_parsing`), and the debrief counts them. Both scripts and letters
without their diacritics are read alike: all patterns are matched against the folded text.
"""

from collections.abc import Sequence

import regex

from posts.coaching.text_rules import verbs
from serbian.folding import fold

# Of a post and of an answer; the last three of a post alone.
TRAITS = frozenset({"date", "link", "phone", "call", "sorry", "kind", "poll", "picture", "alt"})
WORD = "word:"
# What makes a post better, and so better liked.
LIKED = frozenset({"date", "link", "call", "poll", "alt"})

_MONTH = r"(?:januar|februar|mart|april|maj|jun|jul|avgust|septembar|septembr|oktobr|oktobar|novemb|decemb)"
_DAY = r"(?:ponedelj|utor[ak]k?|sred[aeu]|cetvrt|pet[ak]k?[au]?|subot|nedelj)"
_DATE = regex.compile(
    rf"\d{{1,2}}\.\s*(?:\d{{1,2}}\.|{_MONTH})|\d{{1,2}}[:.]\d{{2}}\b|\d{{1,2}}\s*(?:h|c|sati?|casova?)\b"
    rf"|\b(?:do|u|od|oko)\s+\d{{1,2}}\b|\b(?:do|u)\s+{_DAY}\w*|\bsutra\b|\bveceras\b"
)
_LINK = regex.compile(r"https?://\S+|\bwww\.\S+|(?<![\w-])[\w-]++\.(?:rs|gov\.rs|srb)(?:/|\b)")
_PHONE = regex.compile(r"(?<!\d)(?:\+381|0)\d{1,2}[/ \-]?\d{3}[\d\- ]{2,6}\d|(?<!\d)0\d{2}/\d{3}-\d{3}(?!\d)")
_SORRY = regex.compile(r"\bizvin\w+|\bzao nam\b|\bzalimo\b|\boprostite\b")
_KIND = regex.compile(r"\bhvala\b|\bpostovan\w+|\brazumemo\b|\bpozdrav\w*|\bmolimo\b|\bizvolite\b")
# A number of the kinds that people leave in public: a telephone, a citizen's number, an identity card.
_PRIVATE = regex.compile(r"(?<!\d)\d[\d/\- ]{7,}\d(?!\d)")


def of_text(text: str) -> frozenset[str]:
    """Traits of a text, of a post or an answer."""
    folded = fold(text)
    looked = {"date": _DATE, "link": _LINK, "phone": _PHONE, "sorry": _SORRY}
    traits = {name for name, pattern in looked.items() if pattern.search(folded)}
    if "sorry" in traits or _KIND.search(folded):
        traits.add("kind")
    if verbs(text):
        traits.add("call")
    return frozenset(traits)


def of_post(text: str, descriptions: Sequence[str] = (), *, has_poll: bool = False) -> frozenset[str]:
    """`descriptions` are those of its pictures, "" where one has none."""
    traits = set(of_text(text))
    if has_poll:
        traits.add("poll")
    if descriptions:
        traits.add("picture")
        if all(description.strip() for description in descriptions):
            traits.add("alt")
    return frozenset(traits)


def holds(wanted: str, traits: frozenset[str], text: str) -> bool:
    """Whether a trait, or a stem ("word:cistern"), is there."""
    if wanted.startswith(WORD):
        return fold(wanted.removeprefix(WORD)) in fold(text)
    return wanted in traits


def repeats_private(answer: str, comment: str) -> bool:
    """Whether an answer says a private number again that a citizen has left."""
    left = {_digits(match.group()) for match in _PRIVATE.finditer(comment)}
    return any(_digits(match.group()) in left for match in _PRIVATE.finditer(answer))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
