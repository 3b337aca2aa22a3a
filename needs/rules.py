"""Maximum lengths, and which of a citizen's words may be quoted. Pure: no clock, no database.

A quote is public, so it identifies nobody: neither its author nor a telephone, an address or a number of anybody. Names
of others cannot be known here; the officer reads every quote before it is saved.
"""

import re
from collections.abc import Iterable, Iterator

from serbian.folding import fold

MOST_TEXT = 2000
MOST_REASON = 2000
MOST_DONE = 4000
MOST_QUOTE = 500
MOST_NOTE = 300
MOST_ANSWER = 2000
MOST_MESSAGES = 200
MOST_PICTURES = 20

# Identifying parts of a text. The order matters: "@opstina@mastodon.rs" ends like an e-mail.
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]++")
HANDLE = re.compile(r"(?<!\w)@[\w.-]*\w(?:@[\w.-]*\w)?")
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Telephones begin with 0 or +, the number of a person or an account is long; 05.06.2026. is a day.
NUMBER = re.compile(
    r"(?<![\w+])(?!\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4})(?:(?:\+|0)(?:[\s\-/.()]*\d){6,}|\d{9,}|\d{3}-\d{3,}-\d{2})(?!\w)"
)
PLATE = re.compile(r"\b[A-ZА-ЯČĆŽŠĐЂЈЉЊЋЏ]{2}[\s-]?\d{3,5}[\s-]?[A-ZА-ЯČĆŽŠĐЂЈЉЊЋЏ]{2}\b")
TRACES = (HANDLE, MAIL, LINK, NUMBER, PLATE)
_WORD = re.compile(r"\w+")
# "Ја", "од": a name so short would take half of the sentence with it.
SHORTEST_NAME = 3


def names(*full_names: str, but: Iterable[str] = ()) -> frozenset[str]:
    """Folded words of a person's names, without those of `but` (the municipality's own name)."""
    allowed = {fold(word) for name in but for word in _WORD.findall(name)}
    name_words = {
        fold(word) for name in full_names for word in _WORD.findall(name.partition("@")[0] or name.lstrip("@"))
    }
    return frozenset(word for word in name_words - allowed if len(word) >= SHORTEST_NAME and not word.isdigit())


def suggest_quote(text: str, known: frozenset[str]) -> str:
    """The text without anything that identifies its author: `known` are folded names (`names`). A person reads it
    afterwards."""
    for trace in TRACES:
        text = trace.sub("", text)
    text = _WORD.sub(lambda match: "" if fold(match[0]) in known else match[0], text)
    text = re.sub(r" ([,.!?;:…])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,.!?;:…])[,;:]+", r"\1", text).strip(",;:- ")
    return text if len(text) <= MOST_QUOTE else text[: MOST_QUOTE - 1].rsplit(" ", 1)[0] + "…"


def identifying_parts(text: str, known: frozenset[str]) -> Iterator[str]:
    """Parts of the text that identify a person, literally."""
    for trace in TRACES:
        yield from (match[0].strip() for match in trace.finditer(text))
    yield from (word for word in _WORD.findall(text) if fold(word) in known)
