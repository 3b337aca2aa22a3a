"""What a person should know of a derived text: which words were kept, spelled by the word list, or guessed, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from posts.draft import SERBIAN, Text
from serbian.corrections import Correction, corrections
from serbian.glossary import Glossary
from serbian.transliteration import Piece, Why, traced

MOST_WORDS = 12
MOST_OFFERS = 5

# In the order in which a reader should look at them: what was guessed first.
REASONS: dict[Why, LazyText] = {
    Why.MIXED: _("Letters of both scripts were mixed; put right:"),
    Why.SPLIT: _("Two letters that usually are one were kept apart:"),
    Why.GLOSSARY: _("From the word list:"),
    Why.FOREIGN: _("Foreign words stay as they are:"),
    Why.NUMERAL: _("Roman numerals stay as they are:"),
    Why.UNIT: _("Units stay as they are:"),
    Why.PROTECTED: _("Addresses, names and tags stay as they are:"),
}


@dataclass(frozen=True)
class Stretch:
    """A stretch of the derived text; `why` is empty where every letter was simply converted."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class Reason:
    sentence: str
    words: Sequence[str]
    more: int


def stretches(pieces: Sequence[Piece]) -> list[Stretch]:
    """The text with its marks; what needs no mark is joined."""
    joined = (
        (why, "".join(piece.after for piece in same)) for why, same in groupby(pieces, key=lambda piece: piece.why)
    )
    return [Stretch(text, why.value if why else "") for why, text in joined if text]


def reasons(pieces: Sequence[Piece]) -> list[Reason]:
    """Per reason the words it concerns, each once, at most `MOST_WORDS`."""
    reasons = []
    for why, sentence in REASONS.items():
        words = list(dict.fromkeys(_word(piece) for piece in pieces if piece.why == why))
        if words:
            reasons.append(Reason(str(sentence), words[:MOST_WORDS], max(0, len(words) - MOST_WORDS)))
    return reasons


def _word(piece: Piece) -> str:
    # what stands behind an address belongs to the sentence
    before, after = (text.strip().rstrip(",.;:!?") for text in (piece.before, piece.after))
    return after if before == after else f"{before} → {after}"


def pieces(source: str, tag: str, glossary: Glossary) -> list[Piece]:
    """How the text of `tag` comes from `source`, its twin in the other Serbian script."""
    return traced(source, into_cyrillic=tag == "sr-Cyrl", glossary=glossary)


def offers(texts: Mapping[str, Text], tag: str, glossary: Glossary) -> list[Correction]:
    """Words that a person spelled otherwise than we would, where both Serbian scripts are written by hand."""
    written = {script: texts[script].text for script in SERBIAN if script in texts and not texts[script].derived_from}
    if tag not in SERBIAN or len(written) != 2 or not all(text.strip() for text in written.values()):
        return []
    cyrillic, latin = written["sr-Cyrl"], written["sr-Latn"]
    corrected = [
        *corrections(latin, cyrillic, into_cyrillic=True, glossary=glossary),
        *corrections(cyrillic, latin, into_cyrillic=False, glossary=glossary),
    ]
    return list(dict.fromkeys(corrected))[:MOST_OFFERS]
