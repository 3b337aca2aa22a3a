"""Annotates a derived text: which words were kept, spelled by the glossary, or guessed, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from posts.draft import SERBIAN, Text
from serbian.corrections import Correction, find_corrections
from serbian.glossary import Glossary
from serbian.transliteration import Piece, Why, traced

MOST_WORDS = 12
MOST_OFFERS = 5

# In the order of importance for a reader: guesses first.
REASONS: dict[Why, LazyText] = {
    Why.MIXED: _("Letters of both scripts were mixed; corrected:"),
    Why.SPLIT: _("Two letters that usually are one were kept apart:"),
    Why.GLOSSARY: _("From the word list:"),
    Why.FOREIGN: _("Foreign words stay as they are:"),
    Why.NUMERAL: _("Roman numerals stay as they are:"),
    Why.UNIT: _("Units stay as they are:"),
    Why.PROTECTED: _("Addresses, names and tags stay as they are:"),
}


@dataclass(frozen=True)
class TextSegment:
    """A segment of the derived text; `why` is empty where the letters were simply converted."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class DerivationReason:
    sentence: str
    words: Sequence[str]
    more: int


def text_segments(pieces: Sequence[Piece]) -> list[TextSegment]:
    """The text as segments; neighbours with the same reason are joined."""
    joined = (
        (why, "".join(piece.after for piece in same)) for why, same in groupby(pieces, key=lambda piece: piece.why)
    )
    return [TextSegment(text, why.value if why else "") for why, text in joined if text]


def derivation_reasons(pieces: Sequence[Piece]) -> list[DerivationReason]:
    """For each reason the words it concerns, without duplicates, at most `MOST_WORDS`."""
    reasons = []
    for why, sentence in REASONS.items():
        words = list(dict.fromkeys(_word(piece) for piece in pieces if piece.why == why))
        if words:
            reasons.append(DerivationReason(str(sentence), words[:MOST_WORDS], max(0, len(words) - MOST_WORDS)))
    return reasons


def _word(piece: Piece) -> str:
    # punctuation behind an address belongs to the sentence
    before, after = (text.strip().rstrip(",.;:!?") for text in (piece.before, piece.after))
    return after if before == after else f"{before} → {after}"


def derivation_pieces(source: str, tag: str, glossary: Glossary) -> list[Piece]:
    """How the text of `tag` is derived from `source`, the text in the other Serbian script."""
    return traced(source, into_cyrillic=tag == "sr-Cyrl", glossary=glossary)


def glossary_suggestions(texts: Mapping[str, Text], tag: str, glossary: Glossary) -> list[Correction]:
    """Words spelled otherwise than the transliteration would, where both Serbian scripts were typed."""
    written = {script: texts[script].text for script in SERBIAN if script in texts and not texts[script].derived_from}
    if tag not in SERBIAN or len(written) != 2 or not all(text.strip() for text in written.values()):
        return []
    cyrillic, latin = written["sr-Cyrl"], written["sr-Latn"]
    corrected = [
        *find_corrections(latin, cyrillic, into_cyrillic=True, glossary=glossary),
        *find_corrections(cyrillic, latin, into_cyrillic=False, glossary=glossary),
    ]
    return list(dict.fromkeys(corrected))[:MOST_OFFERS]
