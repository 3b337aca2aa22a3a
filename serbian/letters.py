"""The two alphabets, letter by letter. Everything else in this package builds on these tables."""

import re
import unicodedata

ZWNJ = "\u200c"  # zero-width non-joiner: "these two letters are two", between n and j, l and j, d and ž

_CYRILLIC = "абвгдђежзијклмнопрстћуфхцчш"
_LATIN = "abvgdđežzijklmnoprstćufhcčš"
_DIGRAPHS = {"љ": "lj", "њ": "nj", "џ": "dž"}
_ONE_CODEPOINT = str.maketrans(
    {"Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj"}
)
_TO_LATIN = str.maketrans(_CYRILLIC + _CYRILLIC.upper(), _LATIN + _LATIN.upper()) | {
    ord(letter): digraph for letter, digraph in _DIGRAPHS.items()
}
_TO_CYRILLIC = str.maketrans(_LATIN + _LATIN.upper(), _CYRILLIC + _CYRILLIC.upper()) | {ord(ZWNJ): ""}
_CAPITAL_DIGRAPH = re.compile("[ЉЊЏ]")
_FROM_DIGRAPH = {
    spelling: cyrillic
    for small, digraph in _DIGRAPHS.items()
    for spelling, cyrillic in (
        (digraph, small),
        (digraph.capitalize(), small.upper()),
        (digraph.upper(), small.upper()),
        (digraph[0] + digraph[1].upper(), small),
    )
}
_DIGRAPH = re.compile("|".join(_FROM_DIGRAPH))

SERBIAN_LATIN = _LATIN + _LATIN.upper()
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|{ZWNJ})*")


def normalised(text: str) -> str:
    """NFC, and none of the digraphs that Unicode also has as one character (U+01C4-01CC)."""
    return unicodedata.normalize("NFC", text).translate(_ONE_CODEPOINT)


def letters_to_latin(text: str) -> str:
    """Every Serbian Cyrillic letter as Latin, without protecting anything: for names and for search keys."""
    return _CAPITAL_DIGRAPH.sub(_capital_digraph, text).translate(_TO_LATIN)


def letters_to_cyrillic(text: str) -> str:
    """Every Serbian Latin letter as Cyrillic; two letters with the "do not join" mark between them stay two."""
    if "j" in text or "J" in text or "ž" in text or "Ž" in text:
        text = _DIGRAPH.sub(lambda match: _FROM_DIGRAPH[match[0]], text)
    return text.translate(_TO_CYRILLIC)


def _capital_digraph(match: re.Match[str]) -> str:
    """The next letter decides (ЊЕГОШ, Његош); at the end of a word the one before (КОЊ; but Ж. Љ.)."""
    digraph = _DIGRAPHS[match[0].lower()]
    text, end = match.string, match.end()
    following = text[end : end + 1]
    in_capitals = following.isupper() if following.isalpha() else text[: match.start()][-1:].isupper()
    return digraph.upper() if in_capitals else digraph.capitalize()
