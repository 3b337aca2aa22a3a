"""Serbian in its two scripts. Plain Python, independent of the portal: see README.md in this folder."""

from serbian.corrections import Correction, find_corrections
from serbian.folding import fold
from serbian.glossary import Glossary
from serbian.letters import ZWNJ, letters_to_cyrillic, letters_to_latin
from serbian.repair import SpellingChange, apply_changes, repair
from serbian.scripts import MixedWord, Script, detect, fix_mixed, mixed_script_words, unmix
from serbian.sorting import sort_key
from serbian.transliteration import Piece, Why, for_publishing, to_cyrillic, to_latin, traced

__all__ = [
    "ZWNJ",
    "Correction",
    "Glossary",
    "MixedWord",
    "Piece",
    "Script",
    "SpellingChange",
    "Why",
    "apply_changes",
    "detect",
    "find_corrections",
    "fix_mixed",
    "fold",
    "for_publishing",
    "letters_to_cyrillic",
    "letters_to_latin",
    "mixed_script_words",
    "repair",
    "sort_key",
    "to_cyrillic",
    "to_latin",
    "traced",
    "unmix",
]
