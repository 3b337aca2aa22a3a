"""What a run of the crash suite counted, as a table for people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

COLUMNS = {
    "scenario": "what happens",
    "deliveries": "deliveries",
    "killed": "workers killed",
    "calls": "calls that reached the network",
    "public": "public",
    "answered": "answered by a person",
    "asked": "still asked of a person",
    "explained": "of these with a reason",
    "recovery": "settled after s",
    "duplicates": "duplicates",
    "lost": "lost",
    "wrong": "wrong text unreported",
}
# Between the text of a post and the number of its correction.
CORRECTION = ", исправка "
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


@dataclass
class Figures:
    scenario: str
    deliveries: int = 0
    killed: int = 0
    calls: int = 0
    public: int = 0
    answered: int = 0
    asked: int = 0
    explained: int = 0
    recovery: float = 0
    duplicates: int = 0
    lost: int = 0
    wrong: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def original(text: str) -> str:
    """With which text a public post was published first."""
    return text.partition(CORRECTION)[0]


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """A Markdown table with the sums below, and of the times to settle their median and maximum."""
    ordered = sorted(rows, key=lambda row: str(row["scenario"]))
    total = {"scenario": "**all**", **{key: sum(row[key] for row in ordered) for key in COLUMNS if key != "scenario"}}
    times = [row["recovery"] for row in ordered if row["recovery"]] or [0]
    total["recovery"] = f"p50 {median(times):.1f}, max {max(times):.1f}"
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|---|" + "---:|" * (len(COLUMNS) - 1)]
    lines += ["| " + " | ".join(str(row[key]) for key in COLUMNS) + " |" for row in [*ordered, total]]
    return "\n".join(lines)


def tell(terminal: Any, rows: list[Mapping[str, Any]]) -> None:
    """Print the table at the end of a run; CRASH_REPORT=path puts it into that document too."""
    terminal.section("what the networks counted while workers were killed")
    terminal.write_line(table(rows))
    if path := os.environ.get("CRASH_REPORT"):
        write(Path(path), rows)


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put the table between the marks of a document."""
    text = path.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    stamp = f"Run of {date.today():%d.%m.%Y}."
    path.write_text(f"{before}{BEGIN}\n{stamp}\n\n{table(rows)}\n{END}{after}")
