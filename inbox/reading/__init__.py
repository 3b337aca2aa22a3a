"""Reading what citizens write: suggestions for whoever sorts it, personal data masked. No database, no network.

`read(text)` gives everything at once and is what `inbox.domain.ingest` keeps beside a message. What it says is a
suggestion with the words it goes by; nothing here hides, answers or closes a message. How well it does stands in
docs/triage-figures.md, which `make triage-figures` writes.

Personal data is hidden for three uses: `masked` in lists (what surely is, its ends left), `without_personal` in what
leaves the house (also what is only likely), `without_names` in quotations (names, too).
"""

from typing import NamedTuple

from inbox.enums import MessageKind
from inbox.reading.alike import fingerprint, joined
from inbox.reading.flags import Flag, flags
from inbox.reading.kinds import NOTHING, Suggested, kind
from inbox.reading.names import without_names
from inbox.reading.outward import contacts, without_personal
from inbox.reading.personal import Found, What, found, masked, strong
from inbox.reading.script import Spelling, spelling
from inbox.reading.topics import topic
from inbox.reading.words import words_of

__all__ = [
    "Flag", "Found", "Reading", "Spelling", "Suggested", "What", "contacts", "found", "joined", "masked", "read",
    "strong", "without_names", "without_personal",
]  # fmt: skip


class Reading(NamedTuple):
    """What one message looks like. `fingerprint` as in `inbox.reading.alike`."""

    spelling: Spelling
    kind: Suggested
    topic: Suggested
    flags: tuple[Flag, ...]
    fingerprint: int | None
    has_personal_data: bool


def read(text: str) -> Reading:
    """Read one message. Takes well under two milliseconds for what people usually write."""
    words, is_personal = words_of(text), bool(strong(text))
    spelled, looks_like = spelling(text, words), kind(text, words)
    about = NOTHING if looks_like.value in (MessageKind.SPAM, MessageKind.UNLAWFUL) else topic(words)
    raised = flags(text, words, looks_like, is_personal=is_personal)
    return Reading(spelled, looks_like, about, raised, fingerprint(words), is_personal)
