"""Photographs of the demo: which there are, who took them, and under which licence they are here.

They lie in `demo/content/photographs/`, cut and made small by `tools/vendor/demo_photographs.py`, which also writes
LICENSES.md there.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CONTENT = Path(__file__).parent / "content"
NAMES = {
    "CC-BY-4.0": "CC BY 4.0",
    "CC-BY-SA-4.0": "CC BY-SA 4.0",
    "CC0-1.0": "CC0 1.0",
    "GPL-2.0-or-later": "GNU GPL 2+",
    "LGPL-3.0": "GNU LGPL 3",
    "Public domain": "јавно добро",
}


@dataclass(frozen=True)
class Photograph:
    """`terms`: what stands in the library as its terms of use."""

    content: bytes
    alt: str
    author: str
    terms: str


@cache
def photographs() -> dict[str, Photograph]:
    """By the name under which texts of the demo ask for them."""
    entries = tomllib.loads((CONTENT / "photographs.toml").read_text(encoding="utf-8"))
    return {
        name: Photograph(
            content=(CONTENT / "photographs" / f"{name}.jpg").read_bytes(),
            alt=entry["alt"],
            author=entry["author"],
            terms=f"Слика за демо, {NAMES[entry['licence']]}: „{entry['title']}“, пакет {entry['package']}, измењена.",
        )
        for name, entry in entries.items()
    }
