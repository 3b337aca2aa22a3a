"""Near-duplicate messages, by a fingerprint of 64 bits (simhash, Charikar 2002).

1. Normalise: addresses, mentions, emoji and punctuation are removed, the rest is folded, so script and diacritics do
   not count; greetings and thanks are removed; a repeated letter ("voooda") counts once; a word keeps its first `STEM`
   letters.
2. Features: words, pairs of neighbouring words, and all sequences of three letters, each hashed to 64 bits (blake2b, so
   it is stable across machines and versions). A negation weighs `DENIAL` times as much: with and without water are
   different messages. So do numbers.
3. Every bit of the fingerprint is the sign of the weighted vote of all features.

Two fingerprints are similar when at most `NEAR` bits differ. A text with fewer than `LEAST_LETTERS` letters ("Bravo!")
is similar only to a text with the same letters; one without any ("👏") to nothing.

A group is named by the fingerprint of its first message: `assign_group` gives a new message the name of the nearest
group of its thread, or starts one. So a group is one number in one column, compared by equality, and never changes.
"""

import hashlib
from collections.abc import Iterable
from itertools import pairwise

from inbox.text_analysis.tokens import Word, word_set

STEM = 5
DENIAL = 4
NEAR = 12
LEAST_LETTERS = 12
MOST_WORDS = 80

_COURTESY = word_set(
    "postovani postovana pozdrav poz pozz dobar dobro dan jutro vece molim vas te hvala unapred cao zdravo ljudi halo "
    "li je da se u i na a"
)
_DENIALS = word_set("ne nema nemam nemamo nije nisu nisam bez niko nista nemojte")
_SAME = {"kada": "kad", "koliko": "kolko", "jel": "li", "dali": "li"}


def fingerprint(tokens: list[Word]) -> int | None:
    """64 bits as a signed number, as stored in the database; None where nothing is left to compare."""
    plain = [_SAME.get(word, word) for word in (_collapse_repeats(word.folded) for word in tokens[:MOST_WORDS])]
    significant = [word for word in plain if word not in _COURTESY] or plain
    letters = "".join(significant)
    if not letters:
        return None
    if len(letters) < LEAST_LETTERS:
        return _signed(_hash("=" + letters))
    votes = [0] * 64
    for feature, weight in _features(significant):
        bits = _hash(feature)
        for place in range(64):
            votes[place] += weight if bits >> place & 1 else -weight
    return _signed(sum(1 << place for place, vote in enumerate(votes) if vote > 0))


def distance(one: int, other: int) -> int:
    """In how many of their 64 bits two fingerprints differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


def assign_group(own: int | None, groups: Iterable[int]) -> int | None:
    """The name of the nearest of `groups` that is near enough, else the fingerprint itself."""
    if own is None:
        return None
    best, least = own, NEAR + 1
    for group in groups:
        if (apart := distance(own, group)) < least:
            best, least = group, apart
    return best


def _features(tokens: list[str]) -> Iterable[tuple[str, int]]:
    stems = [word[:STEM] for word in tokens]
    for word, stem in zip(tokens, stems, strict=True):
        yield stem, DENIAL if word in _DENIALS or word.isdigit() else 2
    yield from ((f"{first} {second}", 1) for first, second in pairwise(stems))
    row = " ".join(stems)
    yield from ((row[place : place + 3], 1) for place in range(len(row) - 2))


def _collapse_repeats(word: str) -> str:
    """ "vooodaaa" is "voda"; letters that are rightly double become single as well."""
    return "".join(char for place, char in enumerate(word) if place == 0 or char != word[place - 1] or char.isdigit())


def _hash(feature: str) -> int:
    return int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")


def _signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits
