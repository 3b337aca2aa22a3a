"""Learns spellings from a person's corrections of a derived text.

Only corrections count: the corrected text has to follow the derived one word by word. A word counts if it got its
original spelling back (Facebook), or another spelling of the same word (Фејсбук), not if another word replaced it.
"""

import difflib
import re
from collections.abc import Collection
from typing import NamedTuple

from serbian import protected
from serbian.folding import fold
from serbian.glossary import EMPTY, Glossary
from serbian.letters import LATIN, ZWNJ, normalised
from serbian.transliteration import traced

_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{ZWNJ}'’-](?=[^\W_]))*")
_ALIKE = 0.5
_SAME_TEXT = 0.6


class Correction(NamedTuple):
    """One word in its two spellings, as it stands in the two texts."""

    latin: str
    cyrillic: str


def find_corrections(
    source: str, corrected: str, *, into_cyrillic: bool, glossary: Glossary | Collection[str] = EMPTY
) -> list[Correction]:
    """Words of `corrected` that differ from what `source` would give; each once, in order."""
    pieces = traced(source, into_cyrillic=into_cyrillic, glossary=glossary)
    written = _tokens("".join(piece.before for piece in pieces))
    derived = _tokens("".join(piece.after for piece in pieces))
    hand = _tokens(normalised(corrected))
    if len(written) != len(derived):
        return []
    matcher = difflib.SequenceMatcher(None, derived, hand, autojunk=False)
    if matcher.ratio() < _SAME_TEXT and len(derived) > 3:
        return []
    corrected_words: dict[Correction, None] = {}
    for kind, start, end, its_start, its_end in matcher.get_opcodes():
        if kind != "replace" or end - start != its_end - its_start:
            continue
        for before, after in zip(written[start:end], hand[its_start:its_end], strict=True):
            if _is_spelling_of(before, after):
                corrected_words[Correction(before, after) if into_cyrillic else Correction(after, before)] = None
    return list(corrected_words)


def _tokens(text: str) -> list[str]:
    return [
        match[0] for piece, fixed in protected.pieces(text) if not fixed for match in _WORD.finditer(piece)
    ]  # fmt: skip


def _is_spelling_of(before: str, after: str) -> bool:
    """Whether `after` is how somebody would write the word `before` in the other script, or leave it as it is."""
    if before == after:
        return True
    one, other = fold(before), fold(after)
    same_script = bool(LATIN.search(before)) == bool(LATIN.search(after))
    return not same_script and one[:1] == other[:1] and difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE
