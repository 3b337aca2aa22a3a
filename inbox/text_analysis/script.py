"""Detecting the script and spelling of a message: an officer answers in the same script, and the search needs it.

What is neither certainly Serbian nor certainly another language is `UNSURE`.
"""

import re
from enum import StrEnum

from inbox.text_analysis.tokens import Word, without_addresses, word_set
from serbian.letters import CYRILLIC, LATIN
from serbian.repair import repair


class Spelling(StrEnum):
    CYRILLIC = "cyrillic"
    LATIN = "latin"
    BARE = "bare"  # Latin whose diacritics were left out
    OTHER = "other"  # another language
    UNSURE = ""


_MARKED = re.compile("[čćžšđ]", re.IGNORECASE)
# Letters that Serbian has not: Hungarian, Albanian, German; Russian, Bulgarian, Macedonian.
_FOREIGN = re.compile("[äöüßáéíóúőűëçàâêîôûñąęłńśźżřěůýțșăãõåøæwqxyщъыьэёюяйѓќѕіїє]", re.IGNORECASE)
_OURS = word_set(
    "je su da li se na u i ne za sa od do kod iz o a ali ili kad kada sta sto gde ko kako zasto koliko nema ima sam si "
    "smo ste ce cu bi biti bio bila hvala bravo svaka cast molim opet jos vec sve svi samo po ovo to ta taj ova nas "
    "vas mi vi me te moj vama vam nam jel pa ni nije nisu dobar dan super"
)
_THEIRS = word_set(
    # English
    "the is are was when where what how and of to for with your you my have this that open please great good job best "
    "earn money click link cheap price now contact beautiful water does not in on it we "
    # German
    "der die das und ist wann wo wie nicht wir ich sie ein eine vielen dank fur den dem mit auf am im zum beginnt "
    # Hungarian
    "az egy es hol mikor van nem hogy kerem koszonjuk koszonom jo szep napot mindenkinek kivanok alatt volt nagyon "
    "lehet a "
    # Albanian
    "kur per dhe eshte ne te nje si faleminderit jemi kete uje kjo nga me do"
)
# Words that are also Serbian are ignored.
_DECIDES = _THEIRS - _OURS - {"do", "in", "on", "it", "am", "es", "a"}
_LEAST_LETTERS = 3
# Enough to see whether diacritics are left out.
_MOST_LETTERS = 400


def detect_spelling(text: str, tokens: list[Word]) -> Spelling:
    """How `text` is spelled; mentions and addresses do not count."""
    free = without_addresses(text)
    cyrillic, latin = len(CYRILLIC.findall(free)), len(LATIN.findall(free))
    folded = [word.folded for word in tokens]
    if cyrillic + latin < _LEAST_LETTERS:
        return Spelling.UNSURE
    ours, foreign_words = sum(word in _OURS for word in folded), sum(word in _DECIDES for word in folded)
    foreign = len(_FOREIGN.findall(free))
    if cyrillic >= latin:
        return Spelling.OTHER if foreign else Spelling.CYRILLIC
    if foreign_words > ours or (foreign >= 2 and foreign_words >= ours) or foreign >= 4:
        return Spelling.OTHER
    if _MARKED.search(free):
        return Spelling.LATIN
    missing = any(change.sure or change.before.lower() in _USUAL for change in repair(free[:_MOST_LETTERS]))
    return Spelling.BARE if missing else Spelling.LATIN


# Common words without diacritics that a dictionary also has in another meaning.
_USUAL = word_set("ce cu ces cemo cete vec jos sto sta cas noc kuca kuce kuci kucu juce vise vece poste")
