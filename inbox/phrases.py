"""Phrases that people list in a sorting rule, found in a message in either script and in other forms of their words.

`parse` reads what was typed: phrases between commas or in lines. `common.word_search.stems` adds the stem of each word;
`find` returns the first phrase whose words stand in a text one after the other.
"""

import re
from collections.abc import Iterable, Sequence

from common.word_search import is_form
from inbox.text_analysis.tokens import tokenize
from serbian.folding import fold

_SEPARATOR = re.compile(r"[,;\n\r]")
_WORD = re.compile(r"[^\W_]++")

Phrase = list[tuple[str, str]]
"""Folded words, each with its stem."""


def parse(typed: str) -> list[list[str]]:
    """The phrases as folded words; empty ones are left out."""
    phrases = [_WORD.findall(fold(part)) for part in _SEPARATOR.split(typed)]
    return [phrase for phrase in phrases if phrase]


def words_of(text: str) -> list[str]:
    """The folded words of a message, without addresses."""
    return [word.folded for word in tokenize(text)]


def find(phrases: Iterable[Sequence[Sequence[str]]], words: Sequence[str]) -> Sequence[Sequence[str]] | None:
    """The first phrase that stands in `words`. Phrases are of `Phrase`, also as JSON returns them."""
    return next((phrase for phrase in phrases if _stands_in(phrase, words)), None)


def _stands_in(phrase: Sequence[Sequence[str]], words: Sequence[str]) -> bool:
    return any(
        all(is_form(words[place + step], typed, stem) for step, (typed, stem) in enumerate(phrase))
        for place in range(len(words) - len(phrase) + 1)
    )
