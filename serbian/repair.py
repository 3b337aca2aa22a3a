"""Restores missing diacritics: "cuprija" is ćuprija, "djak" is đak („ošišana latinica“).

On request only, and only as a proposal: every change lists its candidates. `sure` marks a change to the only matching
word of the dictionary, or to an everyday word where the others are rare (skole: škole); anything else (sisanje: šišanje
or sisanje) is for a person to choose. The words are in data/repair.txt.xz, built by `gather`, which documents the
format.
"""

import lzma
import re
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from serbian import protected
from serbian.glossary import EMPTY, Glossary, glossary_of
from serbian.letters import WORD

STRIPPED = str.maketrans({"č": "c", "ć": "c", "š": "s", "ž": "z", "đ": "dj"})
_PLAIN = re.compile("[A-Za-z]{2,}")
_MARKED = re.compile("[čćšžđČĆŠŽĐ]")


class SpellingChange(NamedTuple):
    """A word, text[start:end], that could be written otherwise. `candidates`: likeliest first; `after` is the first."""

    start: int
    end: int
    before: str
    after: str
    candidates: tuple[str, ...]
    sure: bool


def repair(text: str, glossary: Glossary | Collection[str] = EMPTY) -> list[SpellingChange]:
    """What to change in Serbian Latin written without diacritics, in order. Nothing is changed by this function.

    Addresses, mentions, hashtags and words of the glossary are left alone. In a text that has diacritics elsewhere a
    word that exists as it stands is left alone, too: its writer knew how to write the other one.
    """
    fixed = [*protected.spans(text), *((term.start, term.end) for term in glossary_of(glossary).in_latin(text))]
    knows_how = bool(_MARKED.search(text))
    changes = []
    for match in WORD.finditer(text):
        if not _PLAIN.fullmatch(match[0]) or any(start <= match.start() < end for start, end in fixed):
            continue
        words, sure = _look_up(match[0].lower())
        if words and not (knows_how and not sure and match[0].lower() in words):
            candidates = tuple(_in_case_of(match[0], word) for word in words)
            changes.append(SpellingChange(match.start(), match.end(), match[0], candidates[0], candidates, sure))
    return changes


def apply_changes(text: str, changes: Iterable[SpellingChange]) -> str:
    """The text with these changes made; give only those a person has agreed to."""
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.after + text[change.end :]
    return text


def _in_case_of(written: str, word: str) -> str:
    if written.isupper():
        return word.upper()
    return word.capitalize() if written[0].isupper() else word


def _look_up(plain: str) -> tuple[list[str], bool]:
    lines, starts = _dictionary()
    place = bisect_left(starts, plain, key=lambda start: _key(_line(lines, start)))
    if place == len(starts) or _key(line := _line(lines, starts[place])) != plain:
        return [], False
    words = line.partition("=")[2].rstrip("!").split() if "=" in line else line.rstrip("!").split()
    return words, len(words) == 1 or line.endswith("!")


def _line(lines: str, start: int) -> str:
    return lines[start : lines.index("\n", start)]


def _key(line: str) -> str:
    """What is written for the words of a line: given before "=", else the first word without its diacritics."""
    key, given, _words = line.partition("=")
    return key if given else line.partition(" ")[0].rstrip("!").translate(STRIPPED)


@lru_cache(maxsize=1)
def _dictionary() -> tuple[str, array]:
    """All lines as one text and where each begins: three megabytes, a tenth of what a dict would take."""
    lines = lzma.decompress(files("serbian").joinpath("data/repair.txt.xz").read_bytes()).decode()
    return lines, array("I", (0, *(match.end() for match in re.finditer("\n", lines[:-1]))))
