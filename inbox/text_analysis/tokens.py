"""Tokens of a text, folded, and stems that are matched against them.

Folded words have one spelling for both scripts and for those who leave diacritics out (`serbian.folding`); a stem is
the beginning of a folded word, so that one stem stands for all of its endings. Stems are written as plain text:

    rup             rupa, rupe, rupama
    kad=            this word alone
    da=_li=         these two one after the other
    ne=_rad         ne radi, ne rade
    3:hitno         weighs 3 instead of 1
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from serbian.folding import fold

_WORD = re.compile(r"[^\W_]++")
# Words of addresses and account names are no evidence of what the author wants.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S++|(?<![\w@])@[\w.\-]++(?:@[\w.\-]++)?|(?<![\w.+\-])[\w.+\-]++@[\w\-]++\.[\w.\-]++"
)
# Text after this is only searched for personal data, not analysed for suggestions.
MOST_CHARACTERS = 2000
_PREFIX = 3


class Word(NamedTuple):
    written: str
    folded: str


class StemMatch(NamedTuple):
    """A match of a stem: its label and weight, the matched words as written, and the index of the first."""

    label: str
    weight: float
    written: str
    place: int


@dataclass(frozen=True)
class _Stem:
    parts: tuple[tuple[str, bool], ...]  # beginning of a word, and whether it is the whole word
    label: str
    weight: float

    def fits(self, words: list[Word], place: int) -> bool:
        if place + len(self.parts) > len(words):
            return False
        return all(
            words[place + step].folded == part if whole else words[place + step].folded.startswith(part)
            for step, (part, whole) in enumerate(self.parts)
        )


@dataclass
class Stems:
    """Stems of several labels, found in one walk over the words."""

    _by_prefix: dict[str, list[_Stem]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, written: Mapping[str, str]) -> "Stems":
        """`written`: by label, the stems as in the docstring above, with spaces or lines between them."""
        stems = cls()
        for label, text in written.items():
            for term in text.split():
                weight, _, stem = term.rpartition(":")
                parts = tuple((part.removesuffix("="), part.endswith("=")) for part in stem.split("_"))
                stems._by_prefix[parts[0][0][:_PREFIX]].append(_Stem(parts, label, float(weight or 1)))
        return stems

    def hits(self, words: list[Word]) -> Iterator[StemMatch]:
        for place, word in enumerate(words):
            # shorter stems are indexed by all of their letters
            for length in (_PREFIX, 2, 1):
                if length < _PREFIX and len(word.folded) < length:
                    continue
                for stem in self._by_prefix.get(word.folded[:length], ()):
                    if (length == _PREFIX or len(stem.parts[0][0]) == length) and stem.fits(words, place):
                        written = " ".join(token.written for token in words[place : place + len(stem.parts)])
                        yield StemMatch(stem.label, stem.weight, written, place)
                if len(word.folded) < _PREFIX:
                    break

    def spelled(self) -> Iterable[str]:
        """Every part of every stem, for the test that they are folded."""
        return (part for stems in self._by_prefix.values() for stem in stems for part, _whole in stem.parts)


def tokenize(text: str) -> list[Word]:
    """The words of the beginning of `text`, without addresses and mentions."""
    free = _ADDRESS.sub(" ", text[:MOST_CHARACTERS])
    return [Word(written, fold(written)) for written in _WORD.findall(free)]


def without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text[:MOST_CHARACTERS])


def word_set(words: str) -> frozenset[str]:
    """A set of words, written with spaces between them."""
    return frozenset(words.split())
