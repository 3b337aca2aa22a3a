"""The question whether somebody's question was answered, and what people reply to it. Pure.

People reply in the conversation itself, on every network, in either script. Only a reply that can mean nothing else is
taken as one: everything else stays an ordinary message that a person reads.
"""

import re
from dataclasses import dataclass

from inbox.enums import Satisfaction
from serbian import Script
from serbian.folding import fold
from serbian.transliteration import to_latin

MOST_LETTERS = 300

_QUESTION = (
    "Аутоматска порука: да ли смо Вам одговорили на питање? Одговорите са „да“ или „не“, и додајте реч-две ако желите. "
    "Ово питамо највише једном месечно."
)

_YES = {"da", "jeste", "yes", "ok", "okej"}
_NO = {"ne", "nije", "niste", "no"}
_THANKS = {
    "hvala", "puno", "vam", "mnogo", "lepo", "ljubazno", "jeste", "odgovoreno", "je", "ste", "sve", "super", "odlicno",
    "odgovorili", "u", "redu", "hvala,", "lepa",
}  # fmt: skip
_HANDS = {"👍": Satisfaction.YES, "👎": Satisfaction.NO}
_FIRST = re.compile(r"^[^\W\d_]{1,20}")
_QUOTES = " \t\n„“”\"'("
_STARS = re.compile(r"^([1-5])(?: ?(?:/ ?5|\*|⭐|★|zvezdice|zvezdica|zvezda))?[.!]{0,3}$")


@dataclass(frozen=True)
class SatisfactionReply:
    """`word` is what was added to yes or no. `stars` where a number was sent."""

    value: Satisfaction
    word: str = ""
    stars: int | None = None


def question(script: str) -> str:
    """The question in a script ("Cyrl" or "Latn"). It says that it is automatic and how to reply."""
    return to_latin(_QUESTION) if script == Script.LATIN else _QUESTION


def quick_replies(script: str) -> tuple[str, str]:
    """The words of the buttons yes and no, which `parse_reply` recognises."""
    return ("Da", "Ne") if script == Script.LATIN else ("Да", "Не")


def parse_reply(text: str) -> SatisfactionReply | None:
    """Whether a message replies to the question; None where it is, or may be, something else."""
    text = text.strip()
    if not text or len(text) > MOST_LETTERS or "?" in text:
        return None
    return _sign(text) or _stars(text) or _word(text)


def _sign(text: str) -> SatisfactionReply | None:
    for hand, value in _HANDS.items():
        if text.startswith(hand):
            return SatisfactionReply(value, text.removeprefix(hand).strip("\ufe0f🏻🏼🏽🏾🏿 ,.!"))
    return None


def _stars(text: str) -> SatisfactionReply | None:
    """One to five, as a number or as so many stars; four and five are satisfied."""
    match, drawn = _STARS.match(fold(text).strip()), text.count("⭐") + text.count("★")
    stars = int(match[1]) if match else drawn if set(text) <= set("⭐★ ") else 0
    if not 1 <= stars <= 5:
        return None
    return SatisfactionReply(Satisfaction.YES if stars >= 4 else Satisfaction.NO, stars=stars)


def _word(text: str) -> SatisfactionReply | None:
    text = text.lstrip(_QUOTES)
    first = _FIRST.match(text)
    word = fold(first[0]).strip() if first else ""
    value = Satisfaction.YES if word in _YES else Satisfaction.NO if word in _NO else None
    if first is None or value is None:
        return None
    rest = text[first.end() :].strip("„“”\"')")
    return SatisfactionReply(value, rest.strip(" ,.!;:-–\n")) if _is_addition(rest) else None


def _is_addition(rest: str) -> bool:
    """Whether what follows yes or no is something beside it, not the rest of a sentence that begins with the word: "да
    ли", "не ради"."""
    if not rest.strip(" .!") or rest[0] in ",.!;:-–\n":
        return True
    return all(word.strip(",.!") in _THANKS for word in fold(rest).split())
