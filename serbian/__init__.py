"""Serbian in its two scripts. Plain Python, nothing of the portal: see README.md in this folder."""

from serbian.corrections import Correction, corrections
from serbian.folding import fold
from serbian.glossary import Glossary
from serbian.letters import ZWNJ, letters_to_cyrillic, letters_to_latin
from serbian.repair import Change, applied, repair
from serbian.scripts import MixedWord, Script, detect, fix_mixed, mixed_script_words, unmix
from serbian.sorting import sort_key
from serbian.transliteration import Piece, Why, for_publishing, to_cyrillic, to_latin, traced

__all__ = [
    "ZWNJ",
    "Change",
    "Correction",
    "Glossary",
    "MixedWord",
    "Piece",
    "Script",
    "Why",
    "applied",
    "corrections",
    "detect",
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
