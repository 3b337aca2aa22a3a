"""The typeface of the reports: Source Sans 3 in two weights, one file each, for Typst, which reads no woff2.

`make maintain WHAT=vendor` runs it with fonttools. Arguments: the folder of the npm package, where to write, and the
characters of each subset as JSON on standard input. Beside the fonts it writes `coverage.json`: the first and last code
of each stretch of characters that are in them, so that a report knows what it cannot show.
"""

import json
import shutil
import sys
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Source Sans 3"
WEIGHTS = {400: "Regular", 600: "SemiBold"}
# What a check of the file dates otherwise: the same input makes the same bytes.
BORN = 3_800_000_000


def narrowed(path: Path, weight: int, characters: str) -> TTFont:
    font = instancer.instantiateVariableFont(TTFont(path), {"wght": weight})
    options = subset.Options(layout_features=["kern", "locl", "ccmp"], hinting=False, layout_scripts=["*"])
    options.notdef_outline = True
    cut = subset.Subsetter(options)
    cut.populate(unicodes=subset.parse_unicodes(characters.replace("U+", "")))
    cut.subset(font)
    font.flavor = None
    return font


def named(font: TTFont, style: str) -> None:
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 5, 7, 8, 9, 11, 13, 14)]
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    texts = {1: full, 2: "Regular", 3: f"{full} of the reports", 4: f"{FAMILY} {style}", 6: f"SourceSans3-{style}"}
    for number, text in {**texts, 16: FAMILY, 17: style}.items():
        names.setName(text, number, 3, 1, 0x409)
    font["head"].created = font["head"].modified = BORN
    font.recalcTimestamp = False


def stretches(codes: list[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


def main(package: Path, target: Path) -> None:
    alphabets: dict[str, str] = json.load(sys.stdin)
    target.mkdir(parents=True, exist_ok=True)
    for weight, style in WEIGHTS.items():
        parts = []
        for script, characters in alphabets.items():
            part = target / f"{script}-{weight}.part.ttf"
            source = package / "files" / f"source-sans-3-{script}-wght-normal.woff2"
            narrowed(source, weight, characters).save(part)
            parts.append(part)
        font = merge.Merger().merge([str(part) for part in parts])
        named(font, style)
        font.save(target / f"SourceSans3-{style}.ttf")
        covered = stretches(sorted(font.getBestCmap()))
        for part in parts:
            part.unlink()
    (target / "coverage.json").write_text(json.dumps(covered) + "\n")
    shutil.copy(package / "LICENSE", target / "LICENSE.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
