"""Measures both directions of the transliteration on whole dictionaries and writes a report.

    python -m serbian.measure WORDS [--latin LIST] [--hunspell FOLDER] [--to FILE]

`WORDS`: Cyrillic word forms, one per line, plain or xz. `--latin`: the same words in Latin from another source, line by
line. `--hunspell`: folder with sr_RS.dic and sr_RS.aff, measured in all forms. The report is Markdown.
"""

import argparse
import lzma
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from serbian.gather import paradigms, words_of
from serbian.letters import LATIN, letters_to_latin
from serbian.transliteration import Why, to_cyrillic, to_latin, traced

_AT_ONCE = 20_000


@dataclass
class RoundTrip:
    """What became of the words of one list on their way to Latin and back."""

    words: int = 0
    seconds: float = 0.0
    kept: list[str] = field(default_factory=list)  # our glossary keeps their Latin spelling, intentionally
    undecidable: list[str] = field(default_factory=list)  # another word of the list has the same Latin spelling
    wrong: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.kept) + len(self.undecidable) + len(self.wrong)


def measure_round_trip(words: Iterable[str]) -> RoundTrip:
    """Cyrillic to Latin and back, each word on a line of its own."""
    every = list(words)
    result, failed = RoundTrip(len(every)), []
    begun = time.perf_counter()
    for place in range(0, len(every), _AT_ONCE):
        some = every[place : place + _AT_ONCE]
        back = to_cyrillic(to_latin("\n".join(some))).split("\n")
        failed += [word for word, again in zip(some, back, strict=True) if word != again]
    result.seconds = time.perf_counter() - begun
    twins = _twins(every, {letters_to_latin(word).lower() for word in failed})
    for word in failed:
        latin = letters_to_latin(word)
        if any(piece.why == Why.GLOSSARY for piece in traced(latin, into_cyrillic=True)):
            result.kept.append(word)
        elif twins[latin.lower()] > 1:
            result.undecidable.append(word)
        else:
            result.wrong.append(word)
    return result


def _twins(words: Iterable[str], spellings: set[str]) -> dict[str, int]:
    """How many different words each of the Latin spellings stands for."""
    by_spelling: dict[str, set[str]] = defaultdict(set)
    for word in words:
        spelling = letters_to_latin(word).lower()
        if spelling in spellings:
            by_spelling[spelling].add(word.lower())
    return {spelling: len(group) for spelling, group in by_spelling.items()}


def differing_spellings(cyrillic: Iterable[str], latin: Iterable[str]) -> list[str]:
    """Words whose Latin spelling by another hand is not ours."""
    return [word for word, other in zip(cyrillic, latin, strict=True) if to_latin(word) != other]


def report(title: str, result: RoundTrip) -> str:
    """A section of docs/serbian-figures.md."""
    rate = result.words / result.seconds if result.seconds else 0
    rows = (
        ("word forms", f"{result.words:,}"),
        ("come back changed", f"{result.failed:,}"),
        ("… kept Latin by the glossary, on purpose", f"{len(result.kept):,}"),
        ("… undecidable: two words share the Latin spelling", f"{len(result.undecidable):,}"),
        ("… any other", f"{len(result.wrong):,}"),
        ("there and back", f"{result.seconds:.1f} s ({rate:,.0f} words a second)"),
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    parts = [f"## {title}", f"| | |\n|---|---|\n{table}"]
    for name, words in (("Kept", result.kept), ("Undecidable", result.undecidable), ("Any other", result.wrong)):
        if words:
            parts.append(f"{name}: {', '.join(words)}.")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", type=Path)
    parser.add_argument("--latin", type=Path)
    parser.add_argument("--hunspell", type=Path)
    parser.add_argument("--to", type=Path)
    chosen = parser.parse_args()
    words = list_of(chosen.words)
    parts = [_FOREWORD, report("The list in the repository (dict-sr)", measure_round_trip(words))]
    if chosen.latin:
        pairs = zip(_lines(chosen.words), _lines(chosen.latin), strict=True)
        other = differing_spellings(*zip(*pairs, strict=True))
        parts.append(f"Against the Latin edition of the same list: {len(other):,} words differ.\n")
    if chosen.hunspell:
        forms = sorted(form for form in set().union(*paradigms(chosen.hunspell)) if not LATIN.search(form))
        parts.append(report("Every form of every entry of hunspell-sr", measure_round_trip(forms)))
    text = "\n".join(parts)
    if chosen.to:
        chosen.to.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def list_of(path: Path) -> list[str]:
    return lzma.decompress(path.read_bytes()).decode().split() if path.suffix == ".xz" else words_of(path)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


_FOREWORD = """# How well the converter does

Written by `make maintain WHAT=dictionary`. Each word goes from Cyrillic to Latin and back, alone on its line, and has
to come back as it was. What cannot: the Latin spelling of two different words is the same (only a reader can tell which
is meant), or the glossary keeps a foreign name Latin (Инстаграм comes back as Instagram, in any case of letters). The
dictionaries have misspellings (коњугација beside конјугација, понједељак): these are counted, too, and listed under
"any other" or "undecidable". Forms with a Latin letter hidden in them are not counted.
"""

if __name__ == "__main__":
    main()
