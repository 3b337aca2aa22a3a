"""Detects the script of a text, and letters of the other script hidden in its words.

Latin a, e, o, p, c, x, j look like Cyrillic letters. Copied into a Cyrillic word they are invisible, but searches,
hashtags and screen readers fail: `mixed_script_words` finds such words, `unmix` corrects them.
"""

from enum import StrEnum
from typing import NamedTuple

from serbian import protected
from serbian.letters import CYRILLIC, LATIN, WORD, letters_to_cyrillic, letters_to_latin

# Pairs that look the same in most typefaces, Latin first.
_ALIKE = dict(zip("aeopcxjyABEKMHOPCTXJ", "аеорсхјуАВЕКМНОРСТХЈ", strict=True))
_AS_CYRILLIC = str.maketrans(_ALIKE)
_AS_LATIN = str.maketrans({cyrillic: latin for latin, cyrillic in _ALIKE.items()})


class Script(StrEnum):
    """Named as ISO 15924 does."""

    CYRILLIC = "Cyrl"
    LATIN = "Latn"


class MixedWord(NamedTuple):
    """A word that mixes both scripts: where it stands, which of its letters are in the minority, the word put right."""

    start: int
    end: int
    word: str
    suspects: str
    fixed: str


def detect(text: str) -> Script | None:
    """The script of most letters outside of addresses, mentions and hashtags; None if there is no letter."""
    free = "".join(piece for piece, fixed in protected.pieces(text) if not fixed)
    cyrillic, latin = len(CYRILLIC.findall(free)), len(LATIN.findall(free))
    if not cyrillic and not latin:
        return None
    return Script.CYRILLIC if cyrillic >= latin else Script.LATIN


def mixed_script_words(text: str) -> list[MixedWord]:
    """Words in which Latin letters hide among Cyrillic ones (or the other way round); positions are in `text`."""
    if not (CYRILLIC.search(text) and LATIN.search(text)):
        return []
    fixed = protected.spans(text)
    return [
        MixedWord(match.start(), match.end(), match[0], _minority(match[0]), fix_mixed(match[0]))
        for match in WORD.finditer(text)
        if _is_mixed(match[0]) and not any(start <= match.start() < end for start, end in fixed)
    ]


def fix_mixed(word: str) -> str:
    """The word in the script of most of its letters: look-alikes are swapped, any other letter is transliterated."""
    if not _is_mixed(word):
        return word
    suspects = _minority(word)
    into_cyrillic = bool(LATIN.match(suspects))
    alike = _AS_CYRILLIC if into_cyrillic else _AS_LATIN
    if all(ord(letter) in alike for letter in suspects):
        return word.translate(alike)
    return letters_to_cyrillic(word).translate(alike) if into_cyrillic else letters_to_latin(word)


def unmix(text: str) -> str:
    """The text with every mixed word put right; everything else stays as it is."""
    for mixed_script_word in reversed(mixed_script_words(text)):
        text = text[: mixed_script_word.start] + mixed_script_word.fixed + text[mixed_script_word.end :]
    return text


def _is_mixed(word: str) -> bool:
    return bool(CYRILLIC.search(word) and LATIN.search(word))


def _minority(word: str) -> str:
    latin, cyrillic = "".join(LATIN.findall(word)), "".join(CYRILLIC.findall(word))
    return latin if len(latin) <= len(cyrillic) else cyrillic
