"""Moves anchors of quoted text when the text changes. Pure: texts in, positions out; offsets count code points.

An anchor is moved in three steps. First a change is treated as one replaced range, matched from the front and from the
back, since "ab" removed from "abab" can be either; an anchor outside the range only shifts. Otherwise the range is
compared word by word (letter by letter where it is short), and the anchor covers what is left of its text. If less than
half of the quote is left, it is searched in the new parts of the text: it may have been moved. An anchor is never put
on text that was there before, however similar: better lost, with the quote still shown, than silently in the wrong
place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import regex

CONTEXT = 32
"""Code points kept on each side of the words."""
ENOUGH = 8
"""Code points of matching context that tell two places with the same words apart."""
TELLING = 12
"""From this length on, words speak for themselves where they occur once."""
LETTERS = 400
"""Up to this length a changed stretch is compared letter by letter."""
PAIRS = 4_000_000
"""Beyond this many pairs of words a comparison would make the save wait."""
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Anchor:
    """`text[start:end]` is the anchored text; `quote` is what it was at first; `before` and `after` surrounded it."""

    start: int
    end: int
    quote: str
    before: str = ""
    after: str = ""

    def text_in(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True)
class Block:
    """`old[a : a + size]` is `new[b : b + size]`."""

    a: int
    b: int
    size: int


def anchor_at(text: str, start: int, end: int) -> Anchor:
    """The anchor of `text[start:end]`, widened to whole grapheme clusters."""
    start, end = widen_to_graphemes(text, start, end)
    return Anchor(start, end, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def widen_to_graphemes(text: str, start: int, end: int) -> tuple[int, int]:
    """`start` and `end` moved outwards so that no grapheme cluster (letter with accent, emoji) is cut."""
    for cluster in regex.finditer(r"\X", text, pos=max(0, start - 64), endpos=min(len(text), end + 64)):
        if cluster.start() < start < cluster.end():
            start = cluster.start()
        if cluster.start() < end < cluster.end():
            end = cluster.end()
    return start, end


def move_anchor(anchor: Anchor, old: str, new: str) -> Anchor | None:
    """The anchor in `new`, given that it lies in `old`; None when its text is gone."""
    if old == new:
        return anchor
    single = list(dict.fromkeys((_from_front(old, new), _from_back(old, new))))
    shifted = [candidate for blocks in single if (candidate := _untouched(anchor, blocks))]
    if shifted:
        return _refreshed(
            max(shifted, key=lambda candidate: _context(candidate, new, candidate.start, candidate.end)), new
        )
    blocks = _compared(old, new)
    return _remaining(anchor, blocks, new) or _among_new(anchor, blocks, new)


def recover_anchor(anchor: Anchor, old: str, new: str) -> Anchor | None:
    """A lost anchor, if its quote is in the new parts of `new`; else None."""
    return None if old == new else _among_new(anchor, _compared(old, new), new)


def find_anchor(quote: str, text: str, before: str = "", after: str = "") -> Anchor | None:
    """The anchor of a quote without offsets. None: it does not occur, or is ambiguous.

    With `before` or `after` the occurrence with the longest matching context is taken, if there is exactly one.
    """
    sought = Anchor(0, 0, quote, before, after)
    places = list(_occurrences(quote, text))
    if len(places) > 1:
        scores = [_context(sought, text, start, end) for start, end in places]
        if scores.count(max(scores)) > 1:
            return None
        places = [places[scores.index(max(scores))]]
    return anchor_at(text, *places[0]) if places else None


def overlaps(one: Anchor, other: Anchor) -> bool:
    """Whether they share a character."""
    return one.start < other.end and other.start < one.end


# ---------------------------------------------------------------- what stayed


def _from_front(old: str, new: str) -> tuple[Block, Block]:
    front = _common(old, new, min(len(old), len(new)))
    back = _common(old[::-1], new[::-1], min(len(old), len(new)) - front)
    return Block(0, 0, front), Block(len(old) - back, len(new) - back, back)


def _from_back(old: str, new: str) -> tuple[Block, Block]:
    back = _common(old[::-1], new[::-1], min(len(old), len(new)))
    front = _common(old, new, min(len(old), len(new)) - back)
    return Block(0, 0, front), Block(len(old) - back, len(new) - back, back)


def _common(one: str, other: str, most: int) -> int:
    """The length of the common prefix in code points, at most `most`. Bisection is faster than a loop on long texts."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _compared(old: str, new: str) -> list[Block]:
    """All unchanged blocks, in order."""
    front, back = _from_front(old, new)
    a, b = old[front.size : back.a], new[front.size : back.b]
    inner = _match_letters(a, b) if max(len(a), len(b)) <= LETTERS else _match_words(a, b)
    shifted = [Block(block.a + front.size, block.b + front.size, block.size) for block in inner]
    return _joined([front, *shifted, back])


def _match_letters(a: str, b: str) -> list[Block]:
    return [Block(*triple) for triple in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()]


def _match_words(a: str, b: str) -> list[Block]:
    """Word by word, so that a long rewritten text is not matched by chance letters."""
    words_a, words_b = _WORDS.findall(a), _WORDS.findall(b)
    if len(words_a) * len(words_b) > PAIRS:
        return []
    starts_a, starts_b = _starts(words_a), _starts(words_b)
    matched = SequenceMatcher(None, words_a, words_b, autojunk=False).get_matching_blocks()
    return [
        Block(starts_a[match.a], starts_b[match.b], starts_a[match.a + match.size] - starts_a[match.a])
        for match in matched
    ]


def _starts(tokens: Sequence[str]) -> list[int]:
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return starts


def _joined(blocks: Sequence[Block]) -> list[Block]:
    result: list[Block] = []
    for block in blocks:
        last = result[-1] if result else None
        if last and last.a + last.size == block.a and last.b + last.size == block.b:
            result[-1] = Block(last.a, last.b, last.size + block.size)
        elif block.size:
            result.append(block)
    return result


# ---------------------------------------------------------------- where the words are


def _untouched(anchor: Anchor, blocks: Sequence[Block]) -> Anchor | None:
    for block in blocks:
        if block.a <= anchor.start and anchor.end <= block.a + block.size:
            by = block.b - block.a
            return replace(anchor, start=anchor.start + by, end=anchor.end + by)
    return None


def _remaining(anchor: Anchor, blocks: Sequence[Block], new: str) -> Anchor | None:
    """From the first to the last surviving character, if at least half of the quote is left."""
    surviving = [
        (max(block.a, anchor.start), min(block.a + block.size, anchor.end), block.b - block.a)
        for block in blocks
        if block.a < anchor.end and anchor.start < block.a + block.size
    ]
    if not surviving:
        return None
    start, end = widen_to_graphemes(new, surviving[0][0] + surviving[0][2], surviving[-1][1] + surviving[-1][2])
    survivors = sum(stop - begin for begin, stop, _by in surviving)
    is_stretched = end - start > 2 * len(anchor.quote) + CONTEXT
    if 2 * survivors < anchor.end - anchor.start or is_stretched or not _alike(anchor.quote, new[start:end]):
        return None
    return _refreshed(replace(anchor, start=start, end=end), new)


def _alike(quote: str, text: str) -> bool:
    """Whether half of the quoted characters are left in order: many small steps must not lead anywhere else."""
    if not text.strip():
        return False
    if quote in text:
        return True
    if len(quote) * len(text) > PAIRS:
        return False
    same = sum(triple.size for triple in SequenceMatcher(None, quote, text, autojunk=False).get_matching_blocks())
    return 2 * same >= len(quote)


def _among_new(anchor: Anchor, blocks: Sequence[Block], new: str) -> Anchor | None:
    """An occurrence of the quote in the new parts, chosen by its context or because it is unambiguous."""
    stayed = [(block.b, block.b + block.size) for block in blocks]
    places = [
        (start, end)
        for start, end in _occurrences(anchor.quote, new)
        if not any(begin <= start and end <= stop for begin, stop in stayed)
    ]
    if not places:
        return None
    scores = [_context(anchor, new, start, end) for start, end in places]
    best = max(scores)
    is_clear = scores.count(best) == 1
    unmistakable = len(places) == 1 and len(anchor.quote) >= TELLING
    surrounded = best >= min(ENOUGH, len(anchor.before) + len(anchor.after)) and (best > 0 or new == anchor.quote)
    if not is_clear or not (unmistakable or surrounded):
        return None
    start, end = places[scores.index(best)]
    return _refreshed(replace(anchor, start=start, end=end), new)


def _occurrences(quote: str, text: str) -> Iterator[tuple[int, int]]:
    position = text.find(quote) if quote else -1
    while position >= 0:
        yield position, position + len(quote)
        position = text.find(quote, position + 1)


def _context(anchor: Anchor, text: str, start: int, end: int) -> int:
    """How many code points around `text[start:end]` match the context of the anchor."""
    before = text[max(0, start - CONTEXT) : start][::-1]
    after = text[end : end + CONTEXT]
    ahead = _common(anchor.before[::-1], before, min(len(anchor.before), len(before)))
    return ahead + _common(anchor.after, after, min(len(anchor.after), len(after)))


def _refreshed(anchor: Anchor, text: str) -> Anchor:
    """The anchor with its current context; the quote stays."""
    start, end = widen_to_graphemes(text, anchor.start, anchor.end)
    around: dict[str, Any] = {
        "before": text[max(0, start - CONTEXT) : start],
        "after": text[end : end + CONTEXT],
    }
    return replace(anchor, start=start, end=end, **around)
