"""Text analysis of citizens' messages: suggestions for triage, and masking of personal data. No database, no network.

`analyse(text)` returns everything at once, and `inbox.domain.ingest` stores it with a message. The results are
suggestions with their reasons; nothing here hides, answers or closes a message. Its quality is measured in
docs/triage-figures.md, which `make maintain WHAT=triage-figures` writes.

Personal data is removed in three ways: `mask` for lists (what is certain, keeping the ends), `redact` for texts that
leave the municipality (also what is only likely), `anonymise` for quotations (names as well).
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
