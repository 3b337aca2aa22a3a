"""Serbian Cyrillic to Latin and back.

`to_latin` loses nothing; `to_cyrillic` has to guess (injekcija is и-н-ј, konj is к-о-њ; Facebook stays Facebook), so
its result is shown to a person before use. Addresses, mentions, hashtags and placeholders stay as they are
(`protected`), Latin words too (`glossary`). A zero-width non-joiner between n and j, l and j, d and ž says "two
letters"; `for_publishing` removes it. Texts come back in NFC; the one-codepoint digraphs U+01C4-01CC never appear.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from serbian import glossary as words
from serbian import protected, roman

ZWNJ = "\u200c"

_CYRILLIC = "абвгдђежзијклмнопрстћуфхцчш"
_LATIN = "abvgdđežzijklmnoprstćufhcčš"
_TO_LATIN = dict(zip(_CYRILLIC + _CYRILLIC.upper(), _LATIN + _LATIN.upper(), strict=True))
_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in _TO_LATIN.items()}
_DIGRAPHS = {"љ": "lj", "њ": "nj", "џ": "dž"}
_FROM_DIGRAPH = {latin: cyrillic for cyrillic, latin in _DIGRAPHS.items()}
_ONE_CODEPOINT = str.maketrans(
    {"Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj"}
)

# Where n+j and d+ž are two letters. The boundary is marked "|"; matched anywhere in a word …
_SPLIT_ANYWHERE = ("in|jekc", "in|jekt", "in|junkt", "kon|jug", "kon|junk", "tan|jug", "van|jez")
# … or at its start, after an optional ne-, naj-, pre- or po-. "odž" alone would break Odžaci and odžak.
_SPLIT_AT_START = (
    "an|jon", "nad|živ", "nad|žnj", "nad|žup", "od|žal", "od|žar", "od|živ", "od|žval", "od|žvak", "od|žud", "od|žet",
    "pod|žanr", "pod|žar", "pod|žel", "pod|žup", "pred|živ", "pred|žet", "pred|žen",
)  # fmt: skip
_SPLITS = [
    re.compile(f"{prefix}{left}(?={right})")
    for stems, prefix in ((_SPLIT_ANYWHERE, ""), (_SPLIT_AT_START, "^(?:ne|naj|pre|po)?"))
    for left, right in (stem.split("|") for stem in stems)
]

_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|{ZWNJ})*")
# Symbols of units stay Latin after a number. "g", "l" and "t" are left out: "2026 g." is a year.
_UNITS = r"(?<=\d)\s?(?:km/h|m/s|km[²2]?|cm|mm|m[²³23]|kg|kWh|MWh|kW|MW|kV|Hz|MHz|GHz|GB|MB|kB|TB|Mbps|Mb/s|h|m)(?!\w)"
_HAS_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_HAS_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ENDINGS = r"(?:-[^\W\d_]{1,4}\b|(?:ima|ov(?:a|og|om|im|ih|i|e|o|u)?|om|em|a|u|e|i)\b|\b)"


class MixedWord(NamedTuple):
    """A word that mixes both scripts: where it stands and which of its letters are in the minority."""

    start: int
    end: int
    word: str
    suspects: str


def to_latin(text: str) -> str:
    """Serbian Latin for Serbian Cyrillic; whatever is not Serbian Cyrillic stays as it is."""
    text = _normalised(text)
    latin = (piece if fixed else letters_to_latin(piece) for piece, fixed in protected.pieces(text))
    return unicodedata.normalize("NFC", "".join(latin))


def to_cyrillic(text: str, glossary: Collection[str] = ()) -> str:
    """Serbian Cyrillic for Serbian Latin, as a proposal for a person to confirm.

    `glossary` holds further words that stay Latin (names of firms, products), in any order.
    """
    text = _normalised(text).replace("Ð", "Đ").replace("ð", "đ")
    latin_words = _latin_words(tuple(glossary))
    cyrillic = (piece if fixed else _cyrillic_piece(piece, latin_words) for piece, fixed in protected.pieces(text))
    return unicodedata.normalize("NFC", "".join(cyrillic))


def for_publishing(text: str) -> str:
    """The text as it leaves the house: NFC, without "do not join" marks and one-codepoint digraphs."""
    return _normalised(text).replace(ZWNJ, "")


def mixed_script_words(text: str) -> list[MixedWord]:
    """Words in which Latin letters hide among Cyrillic ones (or the other way round); positions are in `text`."""
    fixed = protected.spans(text)
    return [
        MixedWord(match.start(), match.end(), match[0], _minority(match[0]))
        for match in _WORD.finditer(text)
        if _HAS_CYRILLIC.search(match[0])
        and _HAS_LATIN.search(match[0])
        and not any(start <= match.start() < end for start, end in fixed)
    ]


def letters_to_latin(text: str) -> str:
    """`to_latin` without protection, letter by letter: for names and for search keys."""
    return "".join(_latin_letter(text, position) for position in range(len(text)))


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_ONE_CODEPOINT)


def _minority(word: str) -> str:
    latin, cyrillic = "".join(_HAS_LATIN.findall(word)), "".join(_HAS_CYRILLIC.findall(word))
    return latin if len(latin) <= len(cyrillic) else cyrillic


def _latin_letter(text: str, position: int) -> str:
    letter = text[position]
    digraph = _DIGRAPHS.get(letter.lower())
    if digraph is None:
        return _TO_LATIN.get(letter, letter)
    if letter.islower():
        return digraph
    return digraph.upper() if _among_capitals(text, position) else digraph.capitalize()


def _among_capitals(text: str, position: int) -> bool:
    """The next letter decides (ЊЕГОШ, Његош); at the end of a word the one before (КОЊ; but Ж. Љ.)."""
    following = text[position + 1 : position + 2]
    if following.isalpha():
        return following.isupper()
    return text[:position][-1:].isupper()


@lru_cache(maxsize=256)
def _latin_words(extra: tuple[str, ...]) -> re.Pattern[str]:
    """Matches glossary words with their case endings, and symbols of units."""
    every = sorted({*words.LATIN_WORDS, *(word.strip() for word in extra if word.strip())}, key=len, reverse=True)
    forms = (re.escape(word) if word.isupper() else f"(?i:{re.escape(word)})" for word in every)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)}){_ENDINGS}|{_UNITS}")


def _cyrillic_piece(piece: str, latin_words: re.Pattern[str]) -> str:
    out, position = [], 0
    for match in latin_words.finditer(piece):
        out += [_cyrillic_words(piece, position, match.start()), match[0]]
        position = match.end()
    return "".join(out) + _cyrillic_words(piece, position, len(piece))


def _cyrillic_words(piece: str, start: int, end: int) -> str:
    """Converts piece[start:end]; the rest of the piece is context for Roman numerals."""
    out, position, kept_until = [], start, -1
    for match in _WORD.finditer(piece, start, end):
        word = match[0]
        # A short ending hyphenated to a word that stays Latin stays with it: Wi-Fi, WhatsApp-u; but web-stranica.
        is_ending = piece[kept_until : match.start()] == "-" and len(word) <= 3
        keep = is_ending or _stays_latin(word, piece[: match.start()], piece[match.end() :])
        out += [piece[position : match.start()], word if keep else _cyrillic_word(word)]
        position = match.end()
        kept_until = position if keep else -1
    return "".join(out) + piece[position:end]


def _stays_latin(word: str, before: str, after: str) -> bool:
    if any(letter not in _TO_CYRILLIC and letter != ZWNJ and not _HAS_CYRILLIC.match(letter) for letter in word):
        return True
    return roman.is_numeral(word, before, after)


def _cyrillic_word(word: str) -> str:
    apart = _boundaries(word.lower())
    out, position = [], 0
    while position < len(word):
        pair = word[position : position + 2]
        digraph = _FROM_DIGRAPH.get(pair.lower())
        if digraph and position + 1 not in apart:
            out.append(digraph.upper() if pair[0].isupper() else digraph)
            position += 2
            continue
        out.append("" if word[position] == ZWNJ else _TO_CYRILLIC.get(word[position], word[position]))
        position += 1
    return "".join(out)


def _boundaries(word: str) -> set[int]:
    """Positions in a lower-case word before which a new letter starts although it looks like a digraph."""
    return {match.end() for pattern in _SPLITS for match in pattern.finditer(word)}
