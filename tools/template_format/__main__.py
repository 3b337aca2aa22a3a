"""`python -m tools.template_format [--check] [files or folders]`: formats our templates."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from tools.template_format.layout import WIDTH, formatted
from tools.template_format.nodes import parsed

ROOT = Path(__file__).resolve().parents[2]


def files(places: list[str]) -> Iterator[Path]:
    for place in places or [str(ROOT / "templates")]:
        path = Path(place)
        yield from sorted(path.rglob("*.html")) if path.is_dir() else [path]


def main() -> int:
    parser = ArgumentParser(prog="python -m tools.template_format", description=__doc__)
    parser.add_argument("places", nargs="*", help="files or folders; all templates when none is named")
    parser.add_argument("--check", action="store_true", help="change nothing, complain of what would change")
    options = parser.parse_args()
    complaints = []
    for path in files(options.places):
        source = path.read_text(encoding="utf-8")
        new = formatted(parsed(source))
        if new != source:
            complaints.append(f"{path}: not formatted. Run: make fix")
            if not options.check:
                path.write_text(new, encoding="utf-8")
        too_long = [number for number, line in enumerate(new.split("\n"), 1) if len(line) > WIDTH]
        complaints += [f"{path}:{number}: longer than {WIDTH} columns" for number in too_long]
    if options.check and complaints:
        print("\n".join(complaints))
    return 1 if options.check and complaints else 0


if __name__ == "__main__":
    sys.exit(main())
