"""The difference between two texts, word by word. Pure.

    for piece in differences(before, after): piece.kind, piece.text

Kept and deleted pieces together are exactly the old text, kept and inserted ones the new. Words that occur once in both
texts are the anchors (Bram Cohen's "patience diff"): people then see whole words and sentences move, not letters that
happen to be equal. Between two anchors the longest common subsequence is used where that is cheap; a longer section
without an anchor counts as replaced. So the work grows linearly with the length of the texts, not quadratically.
"""

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

DiffOperation = Literal["kept", "deleted", "inserted"]
Run = tuple[int, int, int, int]
"""From, to in the old tokens; from, to in the new ones."""

# Cells of the table for one stretch between anchors: 200 by 200 words are 20 ms.
MOST_CELLS = 40_000

# A word with its combining marks; an emoji with all that is joined to it; a flag; white space; any other character.
_TOKEN = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f'’\-][^\W_]+)*[\u0300-\u036f]*"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    r"|[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    r"(?:[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[\u2190-\u2bff\U0001f000-\U0001faff])*"
    r"|\n|[^\S\n]+|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Piece:
    kind: DiffOperation
    text: str

    @property
    def shown(self) -> str:
        """The text, with a sign for each line end that came or went: it would be invisible otherwise."""
        return self.text if self.kind == "kept" else self.text.replace("\n", "¶\n")


def tokens(text: str) -> list[str]:
    """Words, spaces, signs and whole emoji; joined they are the text."""
    return _TOKEN.findall(text)


def differences(before: str, after: str) -> list[Piece]:
    """Pieces in reading order; where words were replaced, the old ones come first."""
    old, new = tokens(before), tokens(after)
    return list(_joined(_readable(_pieces(old, new, _unchanged(old, new)))))


def _unchanged(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of positions that stay, in order."""
    unchanged: list[tuple[int, int]] = []
    todo: list[Run] = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            unchanged.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            unchanged.append((b, d))
        if a == b or c == d:
            continue
        anchors = _anchors(old, new, (a, b, c, d))
        if anchors:
            unchanged += anchors
            ends = [(a - 1, c - 1), *anchors, (b, d)]
            todo += [(p + 1, r, q + 1, s) for (p, q), (r, s) in itertools.pairwise(ends)]
        elif (b - a) * (d - c) <= MOST_CELLS:
            unchanged += _common(old, new, (a, b, c, d))
    return sorted(unchanged)


def _anchors(old: Sequence[str], new: Sequence[str], run: Run) -> list[tuple[int, int]]:
    """Words that stand once on either side, as many as keep their order."""
    a, b, c, d = run
    once_old, once_new = Counter(old[a:b]), Counter(new[c:d])
    where = {new[at]: at for at in range(c, d) if once_new[new[at]] == 1}
    pairs = [(at, where[old[at]]) for at in range(a, b) if once_old[old[at]] == 1 and old[at] in where]
    return rising(pairs)


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs, rising on both sides; `pairs` rise on the first."""
    tails: list[int] = []  # the smallest end of a run of each length
    ends: list[int] = []  # its position in `pairs`
    before: list[int] = []
    for at, (_old, value) in enumerate(pairs):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(value)
            ends.append(at)
        else:
            tails[length], ends[length] = value, at
    longest, at = [], ends[-1] if ends else -1
    while at >= 0:
        longest.append(pairs[at])
        at = before[at]
    return longest[::-1]


def _common(old: Sequence[str], new: Sequence[str], run: Run) -> list[tuple[int, int]]:
    """The longest common subsequence of a short stretch, by the textbook table."""
    a, b, c, d = run
    wide = d - c + 1
    table = [[0] * wide for _row in range(b - a + 1)]
    for i in range(b - a - 1, -1, -1):
        row, below, word = table[i], table[i + 1], old[a + i]
        for j in range(wide - 2, -1, -1):
            row[j] = below[j + 1] + 1 if word == new[c + j] else max(below[j], row[j + 1])
    subsequence, i, j = [], 0, 0
    while i < b - a and j < wide - 1:
        if old[a + i] == new[c + j]:
            subsequence.append((a + i, c + j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return subsequence


def _pieces(old: Sequence[str], new: Sequence[str], unchanged: Iterable[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    a = c = 0
    for at, to in [*unchanged, (len(old), len(new))]:
        pieces += _change("".join(old[a:at]), "".join(new[c:to]))
        if at < len(old):
            pieces.append(Piece("kept", old[at]))
        a, c = at + 1, to + 1
    return pieces


def _change(deleted: str, inserted: str) -> list[Piece]:
    both: list[tuple[DiffOperation, str]] = [("deleted", deleted), ("inserted", inserted)]
    return [Piece(kind, text) for kind, text in both if text]


def _readable(pieces: Sequence[Piece]) -> list[Piece]:
    """A lone space between two changes belongs to both: "у 10 часова" becomes "у подне" in one stroke, not in three."""
    readable: list[Piece] = []
    deleted = inserted = ""
    position = 0
    while position < len(pieces):
        piece = pieces[position]
        if piece.kind == "deleted":
            deleted += piece.text
        elif piece.kind == "inserted":
            inserted += piece.text
        elif _is_bridge(pieces, position, deleted, inserted):
            deleted, inserted = deleted + piece.text, inserted + piece.text
        else:
            readable += [*_change(deleted, inserted), piece]
            deleted = inserted = ""
        position += 1
    return [*readable, *_change(deleted, inserted)]


def _is_bridge(pieces: Sequence[Piece], at: int, deleted: str, inserted: str) -> bool:
    """Whether a kept space lies between two replacements."""
    if not (deleted and inserted) or not pieces[at].text.isspace() or "\n" in pieces[at].text:
        return False
    return [piece.kind for piece in pieces[at + 1 : at + 3]] == ["deleted", "inserted"]


def _joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.kind == piece.kind:
            last = Piece(last.kind, last.text + piece.text)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
