"""A probe of an account on any server of the tests, and what was recorded of real ones.

`tests/platforms/recorded/SERVER/STEP.json` hold answers of real servers, as `make maintain WHAT=probe` writes them. A
fake's answer to the same call may have fewer fields; those that it has are in the real one, and of the same type.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from channels.probe.conversation import Conversation
from channels.probe.files import PICTURE, VIDEO, Files
from channels.probe.recording import Recording
from channels.probe.steps import Trial
from platforms import registry
from tests.platforms.bench import MOVIE, Bench

RECORDED = Path(__file__).with_name("recorded")


class Person:
    """Who answers: `answers` in their order, then "yes" to everything. An exception among them is raised."""

    def __init__(self, answers: Iterable[str | BaseException] = ()) -> None:
        self.answers: Iterator[str | BaseException] = iter(answers)
        self.lines: list[str] = []

    def ask(self, question: str) -> str:
        answer = next(self.answers, "yes")
        self.lines.append(question)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def conversation(bench: Bench, directory: Path, person: Person, *, film: Path | None = None) -> Conversation:
    """As the command has it, with the files at the bench's own address."""
    way_out = Recording(allow=bench.allow, deadline=bench.deadline)
    kind = registry.connector(bench.key)
    facts = bench.facts or kind(bench.http(), server=bench.server).fetch_facts()
    trying = kind(way_out, server=bench.server, keys=bench.keys, credential=bench.credential, facts=facts)
    addresses = {PICTURE: f"{bench.read.base}/__media__/slika-1.jpg", VIDEO: f"{bench.read.base}/__media__/snimak"}
    files = Files(film, addresses if bench.read.base else {})
    trial = Trial(trying, kind.limits(facts), files, bench.settle)
    known = frozenset({bench.credential.account_id, "opstina", "urednik"})
    return Conversation(bench.key, trial, way_out, directory, person.ask, person.lines.append, known)


def recorded(bench: Bench, name: str, directory: Path) -> list[str]:
    """Probe a real server. What it answers now and did not when it was recorded, or the other way round; with
    RECORD_PROBES=1 the answers are stored instead."""
    target = RECORDED / name if os.environ.get("RECORD_PROBES") else directory
    conversation(bench, target, Person(), film=film(directory)).run()
    return sorted({*differences(target, RECORDED / name), *differences(RECORDED / name, target)})


def film(directory: Path) -> Path:
    file = directory / "snimak.mp4"
    file.write_bytes(MOVIE)
    return file


def stored(directory: Path) -> dict[str, list[dict[str, Any]]]:
    """Step → its calls."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8"))["calls"] for file in directory.glob("*.json")}


def differences(fake: Path, real: Path) -> list[str]:
    """What the fake answers and the real server does not, call by call."""
    of_fake, of_real = stored(fake), stored(real)
    found = set()
    for step in sorted(of_fake.keys() & of_real.keys()):
        for call in of_fake[step]:
            place = f"{call['method']} {call['path']}"
            answers = [one["answer"] for one in of_real[step] if _same(one, call)]
            if answers:
                found |= {f"{place}: {one}" for one in _against("", call["answer"], answers)}
    return sorted(found)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same call, with the same sort of answer."""
    return (
        all(one[name] == other[name] for name in ("method", "path")) and one["status"] // 100 == other["status"] // 100
    )


def _against(place: str, answer: Any, real: list[Any]) -> Iterator[str]:
    """`real`: what real answers have there. Null says nothing about a type."""
    known = [one for one in real if one is not None]
    if answer is None or not known:
        return
    if not any(type(one) is type(answer) for one in known):
        yield f"{place or 'the answer'} is {_name(answer)}, not {_name(known[0])}"
        return
    alike = [one for one in known if type(one) is type(answer)]
    if isinstance(answer, dict):
        for name, content in answer.items():
            values = [one[name] for one in alike if name in one]
            if not values:
                yield f"{place}.{name} is not there"
            yield from _against(f"{place}.{name}", content, values)
    if isinstance(answer, list):
        items = [item for one in alike for item in one]
        for item in answer if items else ():
            yield from _against(f"{place}[]", item, items)


def _name(value: Any) -> str:
    return type(value).__name__
