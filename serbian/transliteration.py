"""Serbian Cyrillic to Latin and back.

`to_latin` is lossless; `to_cyrillic` has to guess (injekcija is и-н-ј, konj is к-о-њ; Facebook stays Facebook), so its
result is shown to a person before use, and `traced` returns which words were guessed or kept, and why. Addresses,
mentions, hashtags and placeholders stay as they are (`protected`), words of a `Glossary` have a spelling of their own.
A zero-width non-joiner between n and j, l and j, d and ž means "two letters"; `for_publishing` removes it. Output is
in NFC; the one-codepoint digraphs U+01C4-01CC never appear.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from serbian import protected, roman
from serbian.glossary import EMPTY, Glossary, glossary_of
from serbian.letters import (
    CYRILLIC,
    LATIN,
    SERBIAN_LATIN,
    WORD,
    ZWNJ,
    letters_to_cyrillic,
    letters_to_latin,
    normalised,
)
from serbian.scripts import fix_mixed
from serbian.splits import split

# Symbols of units stay Latin after a number. "g", "l" and "t" are left out: "2026 g." is a year.
_UNIT = re.compile(
    r"(?<=\d)\s?(?:km/h|m/s|km[²2]?|cm|mm|m[²³23]|kg|kWh|MWh|kW|MW|kV|Hz|MHz|GHz|GB|MB|kB|TB|Mbps|Mb/s|h|m)(?!\w)"
)
_CONVERTIBLE = re.compile(f"[{SERBIAN_LATIN}{ZWNJ}Ѐ-ӿ]+")


class Why(StrEnum):
    """Why a stretch of text is not what its letters alone would give."""

    PROTECTED = "protected"  # an address, a mention, a hashtag, a placeholder
    GLOSSARY = "glossary"  # a word with a spelling of its own
    FOREIGN = "foreign"  # has letters that Serbian has not
    NUMERAL = "numeral"  # a Roman numeral
    UNIT = "unit"  # the symbol of a unit after a number
    SPLIT = "split"  # nj or dž read as two letters
    MIXED = "mixed"  # letters of both scripts in one word, put right


class Piece(NamedTuple):
    """A stretch of the text before and after; `why` is None where letters were simply converted."""

    before: str
    after: str
    why: Why | None = None


def to_latin(text: str, glossary: Glossary | Collection[str] = EMPTY) -> str:
    """Serbian Latin for Serbian Cyrillic; whatever is not Serbian Cyrillic stays as it is.

    Of the `glossary`, pairs get their Latin spelling, and Cyrillic words that stay, stay.
    """
    return _joined(_latin_pieces(normalised(text), glossary_of(glossary)))


def to_cyrillic(text: str, glossary: Glossary | Collection[str] = EMPTY) -> str:
    """Serbian Cyrillic for Serbian Latin, as a proposal for a person to confirm.

    `glossary`: further words that stay Latin (names of firms, products), or a `Glossary`, which may also hold pairs.
    """
    return _joined(_cyrillic_pieces(_without_eth(normalised(text)), glossary_of(glossary)))


def traced(text: str, *, into_cyrillic: bool, glossary: Glossary | Collection[str] = EMPTY) -> list[Piece]:
    """The conversion in pieces with the reasons; joined, `after` is what `to_cyrillic` or `to_latin` gives."""
    if into_cyrillic:
        return list(_cyrillic_pieces(_without_eth(normalised(text)), glossary_of(glossary)))
    return list(_latin_pieces(normalised(text), glossary_of(glossary)))


def for_publishing(text: str) -> str:
    """The text for publishing: NFC, without "do not join" marks and one-codepoint digraphs."""
    return normalised(text).replace(ZWNJ, "")


def _joined(pieces: Iterable[Piece]) -> str:
    return unicodedata.normalize("NFC", "".join(piece.after for piece in pieces))


def _without_eth(text: str) -> str:
    return text.replace("Ð", "Đ").replace("ð", "đ")


def _latin_pieces(text: str, glossary: Glossary) -> Iterator[Piece]:
    for piece, fixed in protected.pieces(text):
        if fixed:
            yield Piece(piece, piece, Why.PROTECTED)
            continue
        position = 0
        for term in glossary.in_cyrillic(piece):
            yield _plain_latin(piece[position : term.start])
            yield Piece(piece[term.start : term.end], term.spelling, Why.GLOSSARY)
            position = term.end
        yield _plain_latin(piece[position:])


def _plain_latin(text: str) -> Piece:
    return Piece(text, letters_to_latin(text))


def _cyrillic_pieces(text: str, glossary: Glossary) -> Iterator[Piece]:
    for piece, fixed in protected.pieces(text):
        if fixed:
            yield Piece(piece, piece, Why.PROTECTED)
            continue
        position = 0
        for start, end, spelling, why in _apart(piece, glossary):
            yield from _cyrillic_words(piece, position, start)
            yield Piece(piece[start:end], spelling, why)
            position = end
        yield from _cyrillic_words(piece, position, len(piece))


def _apart(piece: str, glossary: Glossary) -> Iterator[tuple[int, int, str, Why]]:
    """Glossary words and units in order; where they overlap, the first counts."""
    units = ((match.start(), match.end(), match[0], Why.UNIT) for match in _UNIT.finditer(piece))
    words = ((term.start, term.end, term.spelling, Why.GLOSSARY) for term in glossary.in_latin(piece))
    position = 0
    for span in sorted((*units, *words)):
        if span[0] >= position:
            yield span
            position = span[1]


def _cyrillic_words(piece: str, start: int, end: int) -> Iterator[Piece]:
    """Converts piece[start:end]; the rest of the piece is context for Roman numerals."""
    position, kept_until = start, -1
    for match in WORD.finditer(piece, start, end):
        word = match[0]
        between = piece[position : match.start()]
        if between:
            yield Piece(between, between)
        # A short ending hyphenated to a word that stays Latin stays with it: Wi-Fi, WhatsApp-u; but web-stranica.
        is_ending = between == "-" and kept_until == position and len(word) <= 3
        why = Why.FOREIGN if is_ending else _reason_to_keep(word, piece, match.start(), match.end())
        position = match.end()
        kept_until = position if why else -1
        yield Piece(word, word, why) if why else _cyrillic_word(word)
    if position < end:
        yield Piece(piece[position:end], piece[position:end])


def _reason_to_keep(word: str, piece: str, start: int, end: int) -> Why | None:
    if roman.is_numeral(word, piece, start, end):
        return Why.NUMERAL
    return None if _CONVERTIBLE.fullmatch(word) else Why.FOREIGN


def _cyrillic_word(word: str) -> Piece:
    if CYRILLIC.search(word):
        if not LATIN.search(word):
            return Piece(word, word.replace(ZWNJ, ""))
        return Piece(word, letters_to_cyrillic(fix_mixed(word)), Why.MIXED)
    marked = split(word)
    return Piece(word, letters_to_cyrillic(marked), Why.SPLIT if marked != word else None)
