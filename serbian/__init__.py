"""Serbian in its two scripts. Plain Python, nothing of the portal: see README.md in this folder."""

from serbian.folding import fold
from serbian.sorting import sort_key
from serbian.transliteration import (
    ZWNJ,
    MixedWord,
    for_publishing,
    letters_to_latin,
    mixed_script_words,
    to_cyrillic,
    to_latin,
)

__all__ = [
    "ZWNJ",
    "MixedWord",
    "fold",
    "for_publishing",
    "letters_to_latin",
    "mixed_script_words",
    "sort_key",
    "to_cyrillic",
    "to_latin",
]
