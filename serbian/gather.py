"""Builds the word lists of this package from external dictionaries. Run only to renew them.

    python -m serbian.gather --words index.dic --hunspell /usr/share/hunspell --frequencies small_sh.msgpack.gz

`--words`: plain Cyrillic word forms, one per line (npm: dictionary-sr). `--hunspell`: folder of sr_RS.dic and sr_RS.aff
(Debian: hunspell-sr). `--frequencies`: a list of wordfreq (PyPI; needs `msgpack` to read it). data/README.md describes
the output and its licence.
"""

import argparse
import gzip
import lzma
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from serbian.letters import CYRILLIC, LATIN, letters_to_latin
from serbian.repair import STRIPPED

UNKNOWN = 999  # frequencies are in centibels below one: 250 is one word in three hundred
EVERYDAY = 500
STRIPPED_TO_D = STRIPPED | {ord("đ"): "d"}

Frequencies = dict[str, int]


def paradigms(folder: Path) -> Iterator[set[str]]:
    """All forms of each entry of a Hunspell dictionary, in Cyrillic, the entry itself included."""
    rules = _rules(folder / "sr_RS.aff")
    for line in (folder / "sr_RS.dic").read_text(encoding="utf-8").splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        if not word or LATIN.search(word):
            continue
        forms = {word}
        for flag in flags.split()[0].split(",") if flags.strip() else ():
            for is_prefix, strip, add in rules[flag]:
                if is_prefix:
                    forms.add(add + word)
                elif word.endswith(strip):
                    forms.add(word[: len(word) - len(strip)] + add)
        yield forms


def _rules(path: Path) -> dict[str, list[tuple[bool, str, str]]]:
    rules: dict[str, list[tuple[bool, str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        is_header = len(parts) == 4 and parts[2] in "YN" and parts[3].isdigit()
        if len(parts) >= 4 and parts[0] in ("SFX", "PFX") and not is_header:
            strip, add = ("" if part == "0" else part.split("/")[0] for part in parts[2:4])
            rules[parts[1]].append((parts[0] == "PFX", strip, add))
    return rules


def words_of(path: Path) -> list[str]:
    """The Cyrillic word forms of a plain list; a first line with their number is left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if CYRILLIC.search(line) and not LATIN.search(line)})


def frequencies_of(path: Path) -> Frequencies:
    import msgpack

    _header, *bins = msgpack.unpackb(gzip.decompress(path.read_bytes()))
    return {word: place for place, words in enumerate(bins) for word in words}


def repair_lines(folder: Path, plain: set[str], frequencies: Frequencies) -> list[str]:
    """The lines of data/repair.txt.xz: everyday words in all their forms, other words in forms seen in texts."""
    everything, selected = set(), set()
    for cyrillic in paradigms(folder):
        forms = {letters_to_latin(form).lower() for form in cyrillic}
        everything |= forms
        selected |= forms if any(form in frequencies for form in forms) else forms & plain
    lines = dict(_with_dj(selected, frequencies))
    lines |= {key: line for key, line in _with_d(selected, everything, frequencies) if key not in lines}
    return [lines[key] for key in sorted(lines)]


def _with_dj(words: set[str], frequencies: Frequencies) -> Iterator[tuple[str, str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for word in words:
        groups[word.translate(STRIPPED)].add(word)
    for key, group in groups.items():
        likeliest = sorted(group, key=lambda word: (frequencies.get(word, UNKNOWN), word))
        sure = _is_sure(likeliest, frequencies)
        if len(key) > 1 and not (likeliest[0] == key and sure):
            yield key, " ".join(likeliest) + ("!" if sure and len(group) > 1 else "")


def _is_sure(likeliest: list[str], frequencies: Frequencies) -> bool:
    if len(likeliest) == 1:
        return True
    return frequencies.get(likeliest[0], UNKNOWN) <= EVERYDAY and not any(word in frequencies for word in likeliest[1:])


def _with_d(words: set[str], everything: set[str], frequencies: Frequencies) -> Iterator[tuple[str, str]]:
    """đ written as d: only what is no word as it stands (izmedu), or far rarer than the word meant (medu)."""
    groups: dict[str, set[str]] = defaultdict(set)
    for word in words:
        if "đ" in word:
            groups[word.translate(STRIPPED_TO_D)].add(word)
    for key, group in groups.items():
        if (
            key in everything
            and min(frequencies.get(word, UNKNOWN) for word in group) > frequencies.get(key, UNKNOWN) - 100
        ):
            continue
        likeliest = sorted(group | ({key} & everything), key=lambda word: (frequencies.get(word, UNKNOWN), word))
        yield key, f"{key}={' '.join(likeliest)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("words", "hunspell", "frequencies"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    chosen = parser.parse_args()
    words = words_of(chosen.words)
    plain = {letters_to_latin(word).lower() for word in words}
    here = Path(__file__).parent
    _write(here / "data/repair.txt.xz", repair_lines(chosen.hunspell, plain, frequencies_of(chosen.frequencies)))
    _write(here.parent / "tests/serbian/data/words.txt.xz", words)


def _write(path: Path, lines: list[str]) -> None:
    path.write_bytes(lzma.compress(("\n".join(lines) + "\n").encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
