"""The commands of docs/operations, taken from its pages so that they are followed word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import dedent

from launcher.site import ROOT

DIRECTORY = ROOT / "docs" / "operations"


def commands(document: str, begin: str, end: str, words: Mapping[str, str]) -> list[str]:
    """The shell blocks between two headings of a page, in order, with its words in capitals replaced by `words`."""
    section = (DIRECTORY / document).read_text().split(begin)[1].split(end)[0]
    blocks = re.findall(r" *```sh\n(.*?) *```", section, flags=re.DOTALL)
    assert len(blocks) > 1, f"{document} has {len(blocks)} steps with commands"
    return [_filled(dedent(block), words) for block in blocks]


def _filled(block: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        block = re.sub(rf"(?<![A-Z_]){word}(?![A-Z_=])", lambda _, value=value: value, block)
    return block
