"""Reading what citizens write: suggestions for whoever sorts it, personal data masked. No database, no network.

`read(text)` gives everything at once and is what `inbox.domain.ingest` keeps beside a message. What it says is a
suggestion with the words it goes by; nothing here hides, answers or closes a message. How well it does stands in
docs/triage-figures.md, which `make triage-figures` writes.

Personal data is hidden for three uses: `masked` in lists (what surely is, its ends left), `without_personal` in what
leaves the house (also what is only likely), `without_names` in quotations (names, too).
"""

from typing import NamedTuple

from inbox.enums import MessageKind
from inbox.text_analysis.anonymisation import anonymise
from inbox.text_analysis.flags import Flag, find_flags
from inbox.text_analysis.kinds import NO_SUGGESTION, SuggestedValue, suggest_kind
from inbox.text_analysis.personal_data import PersonalDataKind, PersonalDataSpan, find_certain, find_personal_data, mask
from inbox.text_analysis.redaction import find_contacts, redact
from inbox.text_analysis.script import Spelling, detect_spelling
from inbox.text_analysis.similarity import assign_group, fingerprint
from inbox.text_analysis.tokens import tokenize
from inbox.text_analysis.topics import suggest_topic

__all__ = [
    "Flag",
    "PersonalDataKind",
    "PersonalDataSpan",
    "Spelling",
    "SuggestedValue",
    "TextAnalysis",
    "analyse",
    "anonymise",
    "assign_group",
    "find_certain",
    "find_contacts",
    "find_personal_data",
    "mask",
    "redact",
]  # fmt: skip


class TextAnalysis(NamedTuple):
    """What one message looks like. `fingerprint` as in `inbox.text_analysis.similarity`."""

    spelling: Spelling
    kind: SuggestedValue
    topic: SuggestedValue
    flags: tuple[Flag, ...]
    fingerprint: int | None
    has_personal_data: bool


def analyse(text: str) -> TextAnalysis:
    """Read one message. Takes well under two milliseconds for what people usually write."""
    tokens, is_personal = tokenize(text), bool(find_certain(text))
    spelled, looks_like = detect_spelling(text, tokens), suggest_kind(text, tokens)
    about = NO_SUGGESTION if looks_like.value in (MessageKind.SPAM, MessageKind.UNLAWFUL) else suggest_topic(tokens)
    raised = find_flags(text, tokens, looks_like, is_personal=is_personal)
    return TextAnalysis(spelled, looks_like, about, raised, fingerprint(tokens), is_personal)
