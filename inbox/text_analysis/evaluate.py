"""Measures the suggestions on messages that we wrote and labelled ourselves, and writes a report.

    python -m inbox.text_analysis.evaluate [--labelled FILE] [--to FILE]

`labelled`: described in tests/inbox/data/labelled.toml. Precision: the share of suggestions that are correct. Recall:
the share of labels that were suggested. Nothing here comes from real citizens.
"""

import argparse
import platform
import re
import statistics
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from inbox.enums import MessageKind, Topic
from inbox.text_analysis import PersonalDataKind, Spelling, TextAnalysis, analyse, assign_group, find_personal_data

LABELLED = Path("tests/inbox/data/labelled.toml")
SPLITS = {"held_out": "Held out", "development": "Development"}
FORMS = "forms"
# The paragraph of the report that no two runs have alike begins so.
SPEED = "Reading one message"
_MARK = re.compile(r"\{(\w+):([^{}]+)\}")


class LabelledMessage(NamedTuple):
    """One message with what an attentive officer would say of it; `personal` as (start, end, what)."""

    text: str
    kind: str
    topic: str
    script: str
    group: str
    personal: frozenset[tuple[int, int, str]]


@dataclass
class ClassifierScore:
    """How often something was there, was suggested, and was both."""

    present: int = 0
    suggested: int = 0
    correct: int = 0

    @property
    def precision(self) -> float | None:
        return self.correct / self.suggested if self.suggested else None

    @property
    def recall(self) -> float | None:
        return self.correct / self.present if self.present else None


@dataclass
class Evaluation:
    """Scores of one part of the set: by label, and `all` over all of them."""

    messages: int = 0
    silent: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, ClassifierScore] = field(default_factory=dict)
    topics: dict[str, ClassifierScore] = field(default_factory=dict)
    scripts: dict[str, ClassifierScore] = field(default_factory=dict)
    personal: dict[str, ClassifierScore] = field(default_factory=dict)
    groups: ClassifierScore = field(default_factory=ClassifierScore)


def load_labelled(path: Path = LABELLED) -> dict[str, list[LabelledMessage]]:
    """The messages of each part of the set."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    parts = {part: [_labelled(row) for row in content[part]] for part in SPLITS}
    return {**parts, FORMS: [_labelled({"text": row}) for row in content[FORMS]]}


def _labelled(row: dict[str, str]) -> LabelledMessage:
    text, spans, at = "", set(), 0
    for mark in _MARK.finditer(row["text"]):
        text += row["text"][at : mark.start()]
        spans.add((len(text), len(text) + len(mark[2]), mark[1]))
        text, at = text + mark[2], mark.end()
    text += row["text"][at:]
    kind, topic, script, group = (row.get(name, "") for name in ("kind", "topic", "script", "group"))
    return LabelledMessage(text, kind, topic, script, group, frozenset(spans))


def evaluate(rows: list[LabelledMessage]) -> Evaluation:
    readings = [analyse(row.text) for row in rows]
    result = Evaluation(len(rows))
    result.kinds = _scores([row.kind for row in rows], [one.kind.value for one in readings], MessageKind.values)
    result.topics = _scores([row.topic for row in rows], [one.topic.value for one in readings], Topic.values)
    result.scripts = _scores([row.script for row in rows], [one.spelling for one in readings], list(Spelling))
    result.silent = {
        "kinds": sum(bool(row.kind) and not one.kind.value for row, one in zip(rows, readings, strict=True)),
        "topics": sum(bool(row.topic) and not one.topic.value for row, one in zip(rows, readings, strict=True)),
    }
    result.personal = evaluate_personal_data(rows)
    result.groups = _groups(rows, readings)
    return result


def _scores(wanted: Iterable[str], suggested: Iterable[str], labels: Iterable[str]) -> dict[str, ClassifierScore]:
    pairs = Counter(zip(wanted, map(str, suggested), strict=True))
    scores = {
        label: ClassifierScore(
            sum(count for (want, _), count in pairs.items() if want == label),
            sum(count for (_, value), count in pairs.items() if value == label),
            pairs[label, label],
        )
        for label in map(str, labels)
        if label
    }
    return {**scores, "all": _sum(scores.values())}


def _sum(scores: Iterable[ClassifierScore]) -> ClassifierScore:
    total = ClassifierScore()
    for one in scores:
        total = ClassifierScore(
            total.present + one.present, total.suggested + one.suggested, total.correct + one.correct
        )
    return total


def evaluate_personal_data(rows: list[LabelledMessage]) -> dict[str, ClassifierScore]:
    """Scores by `What`, and of all that is masked together."""
    scores = {what.value: ClassifierScore() for what in PersonalDataKind}
    for row in rows:
        spans = {(one.start, one.end, one.what.value) for one in find_personal_data(row.text)}
        for what, score in scores.items():
            present, matched = ({one for one in some if one[2] == what} for some in (row.personal, spans))
            score.present, score.suggested = score.present + len(present), score.suggested + len(matched)
            score.correct += len(present & matched)
    strong = [score for what, score in scores.items() if what != PersonalDataKind.ADDRESS]
    return {**scores, "all but addresses": _sum(strong)}


def _groups(rows: list[LabelledMessage], readings: list[TextAnalysis]) -> ClassifierScore:
    """Pairs of messages that belong together, grouped in order of arrival."""
    names: list[int | None] = []
    for one in readings:
        names.append(assign_group(one.fingerprint, [name for name in names if name is not None]))
    score = ClassifierScore()
    for (row, name), (other, other_name) in combinations(zip(rows, names, strict=True), 2):
        together, grouped = bool(row.group) and row.group == other.group, name is not None and name == other_name
        score = ClassifierScore(
            score.present + together, score.suggested + grouped, score.correct + (together and grouped)
        )
    return score


def measure_speed(rows: list[LabelledMessage], times: int = 5) -> tuple[float, float]:
    """Median and 95th percentile of milliseconds for one message."""
    took = []
    for row in rows * times:
        begun = time.perf_counter()
        analyse(row.text)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def report(parts: dict[str, list[LabelledMessage]], timed: str) -> str:
    """docs/triage-figures.md."""
    lines = [_FOREWORD, timed]
    for part, title in SPLITS.items():
        lines.append(_section(title, evaluate(parts[part])))
    lines.append(f"## Personal data in {len(parts[FORMS])} forms, and what only looks like it\n")
    lines.append(_table("Personal data", evaluate_personal_data(parts[FORMS])) + "\n")
    return "\n".join(lines)


def _section(title: str, result: Evaluation) -> str:
    tables = (
        ("Kind", result.kinds, f"Without a suggestion although there is a kind: {result.silent['kinds']}."),
        ("Topic", result.topics, f"Without a suggestion although there is a topic: {result.silent['topics']}."),
        ("Script and language", result.scripts, "Where nothing can be told, nothing is."),
        ("Personal data", result.personal, "Right is what was found exactly, from its first character to its last."),
        ("Nearly the same", {"pairs": result.groups}, "Pairs of messages in one group."),
    )
    parts = [f"## {title}: {result.messages} messages\n"]
    for name, scores, remark in tables:
        parts.append(f"{_table(name, scores)}\n\n{remark}\n")
    return "\n".join(parts)


def _table(name: str, scores: dict[str, ClassifierScore]) -> str:
    lines = [f"| {name} | present | suggested | correct | precision | recall |", "|---|--:|--:|--:|--:|--:|"]
    for label, one in scores.items():
        if one.present or one.suggested:
            counts = f"{one.present} | {one.suggested} | {one.correct}"
            lines.append(f"| {label} | {counts} | {_shown(one.precision)} | {_shown(one.recall)} |")
    return "\n".join(lines)


def _shown(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def _timed(rows: list[LabelledMessage]) -> str:
    median, late = measure_speed(rows)
    machine = f"{_processor()}, Python {platform.python_version()}"
    return f"{SPEED} takes {median:.2f} ms (median; 95 of 100 within {late:.2f} ms) on {machine}.\n"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text(encoding="utf-8")) if cpuinfo.exists() else None
    return named[1] if named else platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, default=LABELLED)
    parser.add_argument("--to", type=Path)
    chosen = parser.parse_args()
    parts = load_labelled(chosen.labelled)
    text = report(parts, _timed([row for rows in parts.values() for row in rows]))
    if chosen.to:
        chosen.to.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


_FOREWORD = """# How well messages are read

Written by `make maintain WHAT=triage-figures`. The messages are ours: written by hand, in both scripts, without
diacritics, with mistakes, anger and scorn, and labelled as an attentive officer would
(`tests/inbox/data/labelled.toml`). Stems are chosen by those called *development*; those *held out* were written before
the first stem was chosen and no stem is chosen by looking at them. The same hand wrote both, so real messages are read
worse than these; what matters is that a wrong suggestion is rare and that a person decides. The patterns for personal
data were put right by the forms at the end of this page.

*Present*: messages of this kind. *Suggested*: messages with this suggestion. *Correct*: both.
"""

if __name__ == "__main__":
    main()
