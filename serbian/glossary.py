"""Words with a spelling of their own in one of the scripts: Facebook stays Latin, "Ајфон" is iPhone in Latin text.

Words with q, w, x or y need no entry (`transliteration` leaves them alone). Callers add words with a `Glossary`, built
once and reused. An entry with two or more capitals is matched as written (ID, but not id), all others in any case; each
also with a case ending (Facebooku, SMS-om).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from serbian.letters import CYRILLIC, letters_to_cyrillic, letters_to_latin, normalised

LATIN_WORDS: tuple[str, ...] = (
    "Adobe", "Android", "Bluetooth", "CD", "Chrome", "ConsentID", "COVID-19", "COVID", "Discord", "DVD", "e-mail",
    "email", "Facebook", "Gmail", "Google", "GPS", "HTML", "HTTPS", "ID", "Instagram", "iOS", "iPad", "iPhone", "ISO",
    "LED", "LinkedIn", "Mastodon", "Messenger", "Microsoft", "MMS", "offline", "online", "PDF", "PIN", "Pinterest",
    "PVC", "QR", "Reddit", "Reels", "RSS", "SMS", "Stories", "Swiss PRO", "Threads", "TikTok", "URL", "USB", "UTM",
    "Viber", "YouTube",
)  # fmt: skip

# Case endings. Longest first, so that "ima" is not read as "i" and a rest.
_ENDINGS = (
    "ovima", "evima", "ovih", "ovim", "ovog", "ovom", "ama", "ima", "ova", "ove", "ovi", "ovo", "ovu", "eva", "eve",
    "evi", "evo", "evu", "ov", "ev", "om", "em", "og", "oj", "im", "ih", "a", "e", "i", "o", "u",
)  # fmt: skip
_ENDING = rf"-[^\W\d_]{{1,4}}|{'|'.join((*_ENDINGS, *map(letters_to_cyrillic, _ENDINGS)))}|"
_VOWELS = "aeiouаеиоу"


@dataclass(frozen=True)
class GlossaryMatch:
    """A glossary word in a text: where it stands, and its spelling in the script asked for."""

    start: int
    end: int
    spelling: str


@dataclass(frozen=True)
class Glossary:
    """`stays`: words that keep their script in every text. `pairs`: (Latin, Cyrillic) spellings of one word."""

    stays: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, stays: Iterable[str] = (), pairs: Iterable[tuple[str, str]] = ()) -> "Glossary":
        """From words as people type them; empty ones are left out. In whatever order they come, the result is one."""
        stripped = (normalised(word).strip() for word in stays)
        both = ((normalised(latin).strip(), normalised(cyrillic).strip()) for latin, cyrillic in pairs)
        return cls(frozenset(filter(None, stripped)), frozenset(pair for pair in both if all(pair)))

    def in_latin(self, text: str) -> Iterator[GlossaryMatch]:
        """The words of a Latin text that are not spelled letter by letter in Cyrillic."""
        return _matches(self._latin_words, text, letters_to_cyrillic)

    def in_cyrillic(self, text: str) -> Iterator[GlossaryMatch]:
        """The words of a Cyrillic text that are not spelled letter by letter in Latin."""
        return _matches(self._cyrillic_words, text, letters_to_latin)

    def for_latin(self) -> list[tuple[str, str]]:
        """(Latin, Cyrillic) of every word that `in_cyrillic` looks for, for somebody else who looks for them."""
        unchanged = [(word, word) for word in self.stays if CYRILLIC.search(word)]
        return sorted([*unchanged, *self.pairs])

    @cached_property
    def _latin_words(self) -> "_Words":
        ours = {word.casefold() for word in (*self.stays, *(latin for latin, _cyrillic in self.pairs))}
        unchanged = [*sorted(self.stays), *(word for word in LATIN_WORDS if word.casefold() not in ours)]
        return _Words.of(unchanged, sorted(self.pairs))

    @cached_property
    def _cyrillic_words(self) -> "_Words":
        unchanged = [word for word in sorted(self.stays) if CYRILLIC.search(word)]
        return _Words.of(unchanged, [(cyrillic, latin) for latin, cyrillic in sorted(self.pairs)])


EMPTY = Glossary()


def glossary_of(words: Glossary | Collection[str]) -> Glossary:
    """A glossary as given, or one of plain words that stay as they are; made once for the same words."""
    if isinstance(words, Glossary):
        return words
    return _of_words(frozenset(words)) if words else EMPTY


@lru_cache(maxsize=64)
def _of_words(words: frozenset[str]) -> Glossary:
    return Glossary.of(words)


class _Words(NamedTuple):
    """What finds the words of one script, and the other spelling of each stem that has one: of an acronym as it is
    written, of any other word in lower case. КАС and каса are two words that have three letters in common."""

    pattern: re.Pattern[str] | None
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, unchanged: Iterable[str], pairs: Iterable[tuple[str, str]]) -> "_Words":
        spellings, forms = {}, {_form(word): word for word in unchanged}
        for word, other in pairs:
            stem, other_stem = _stems(word, other)
            spellings[stem if word.isupper() else stem.casefold()] = other_stem
            forms[_form(word, stem)] = word
        if not forms:
            return cls(None, spellings)
        longest_first = sorted(forms, key=lambda form: len(forms[form]), reverse=True)
        # PIN and PINa, but not PINA; Viber, VIBER and VIBERA.
        acronyms = "|".join(form for form in longest_first if forms[form].isupper()) or "(?!)"
        others = "|".join(form for form in longest_first if not forms[form].isupper()) or "(?!)"
        return cls(
            re.compile(rf"(?<!\w)(?:({acronyms})({_ENDING})|(?i:({others})({_ENDING})))(?!\w)"),
            spellings,
        )


def _matches(words: _Words, text: str, converted: Callable[[str], str]) -> Iterator[GlossaryMatch]:
    for match in words.pattern.finditer(text) if words.pattern else ():
        stem, ending = match[1] or match[3], match[2] or match[4] or ""
        other = words.spellings.get(stem if match[1] else stem.casefold())
        spelling = match[0] if other is None else _in_case_of(stem, other) + converted(ending)
        yield GlossaryMatch(match.start(), match.end(), spelling)


def _form(word: str, stem: str | None = None) -> str:
    if stem is None:  # stays as it is; of the Latin endings only -a is declined as ours (Petlja, Petlji; not Google)
        stem = word[:-1] if len(word) > 3 and word[-1] in "aа" else word
    return f"{re.escape(stem)}(?=[{_VOWELS}])" if stem != word else re.escape(stem)


def _stems(word: str, other: str) -> tuple[str, str]:
    """What stays when the word is declined: without its last vowel, if both spellings end in the same one."""
    last, its_last = word[-1], other[-1]
    same = last == its_last or letters_to_latin(last) == letters_to_latin(its_last)
    return (word[:-1], other[:-1]) if len(word) > 3 and last in _VOWELS and same else (word, other)


def _in_case_of(written: str, spelling: str) -> str:
    if len(written) > 1 and written.isupper():
        return spelling.upper()
    return spelling[0].upper() + spelling[1:] if written[0].isupper() else spelling
