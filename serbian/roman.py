"""Tells a Roman numeral (XXI vek, Aleksandar II) from a Serbian word in capitals (MI, DI, VI, LI)."""

import re

_CANONICAL = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
# Valid numerals that are far more often words: 1001, 501, 51, 504, 54, 1049 …
_WORDS = frozenset({"MI", "DI", "LI", "CI", "DIV", "LIV", "MIL", "MIM", "DM", "CM", "MM", "MC", "CV", "DC"})
# A single I or V is "and" or an initial unless it numbers one of these.
_NUMBERED = re.compile(
    r"\.?(?<!\s)\s++(?:razred|vek|faz|kategorij|stepen|zon|klas|grup|lig|krug|kol[oau]|nivo|sprat|sednic|svetsk|red[aeu]?\b)",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,})[^\w\n]*$")
_WORD_AFTER = re.compile(r"(?<![^\w\n])[^\w\n]*+([^\W\d_]{2,})")
_STOP_AND_MORE = re.compile(r"\.\s*[^\W_]")


def is_numeral(word: str, text: str, start: int, end: int) -> bool:
    """True if `word`, which is text[start:end], is a Roman numeral and not a Serbian word."""
    if not word.isupper() or word in _WORDS or not _CANONICAL.fullmatch(word):
        return False
    if len(word) == 1:
        return word in "IV" and bool(_NUMBERED.match(text, end))
    return bool(_STOP_AND_MORE.match(text, end)) or _is_mixed_case(text, start, end)


def _is_mixed_case(text: str, start: int, end: int) -> bool:
    """False only where every neighbouring word on the line is in capitals: there VI is "you", not six."""
    matches = (_WORD_BEFORE.search(text[max(0, start - 80) : start]), _WORD_AFTER.match(text, end))
    neighbours = [match[1] for match in matches if match]
    return not neighbours or any(not word.isupper() for word in neighbours)
