"""Scenarios of simulated citizens: who writes what, and under which conditions. Pure.

    {"key": "voda", "title": "…", "brief": "…", "practises": ["…"], "watch": ["…"], "minutes": 25,
     "lines": [{"key": "do-kad", "who": "Jelena Marinković", "mood": "lost", "text": "A do kad neće biti vode?",
                "on": "post", "without": ["date"], "after": [1, 2], "asks": true},
               {"key": "hvala", "who": "Jelena Marinković", "mood": "thankful", "text": "Hvala!",
                "on": "answer", "of": "do-kad", "with": ["date"], "after": [1, 2]}]}

`with` and `without` name traits of the post or the answer (`trainings.traits`); "word:cistern" is a word stem that it
contains, in either script. `after` are the least and the most minutes until the line is written. `watch` is what the
trainer pays attention to; the teams do not read it.

A line with `"private": true` is a private message to the page. One that follows it, on an answer or on silence, goes on
with the conversation and is private as well.

The built-in scenarios are the files in `trainings/scenarios/`; their citizens write Serbian in both scripts, as people
type it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trainings.enums import Mood, Trigger
from trainings.traits import TRAITS, holds

FOLDER = Path(__file__).parent / "scenarios"
MOST_TEXT = 450  # with a mention in front of it still within what the practice network takes
# The night of the storm has 200 messages of citizens, what follows them, and a few lines of the trainer. The practice
# network is written to without HTTP, so that its rate limits do not count them.
MOST_LINES = 240
LONGEST, SHORTEST = 180, 5
MOST_MINUTES = LONGEST
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InvalidScenario(ValueError):
    """The data is no valid scenario. `problems` are sentences for its author."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class ScriptLine:
    """What one citizen says once. `of` is the line that was or was not answered; `after` in minutes."""

    key: str
    who: str
    mood: Mood
    text: str
    on: Trigger
    of: str = ""
    needs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    after: tuple[float, float] = (0, 0)
    asks: bool = False
    is_personal: bool = False
    is_private: bool = False

    def fits(self, traits: frozenset[str], text: str) -> bool:
        """Whether what was published or answered makes this citizen speak."""
        return all(holds(need, traits, text) for need in self.needs) and not any(
            holds(lack, traits, text) for lack in self.lacks
        )


@dataclass(frozen=True)
class Scenario:
    key: str
    title: str
    brief: str
    practises: tuple[str, ...]
    minutes: int
    lines: tuple[ScriptLine, ...]
    watch: tuple[str, ...] = ()

    @property
    def private(self) -> frozenset[str]:
        """Keys of the lines that are private messages."""
        return frozenset(line.key for line in self.lines if line.is_private)

    @property
    def citizens(self) -> tuple[str, ...]:
        """Everybody who says something by themselves, in the order of the lines."""
        return tuple(dict.fromkeys(line.who for line in self.lines if line.on != Trigger.TRAINER))

    @property
    def spare(self) -> tuple[ScriptLine, ...]:
        """What the trainer may send."""
        return tuple(line for line in self.lines if line.on == Trigger.TRAINER)


def parse(raw: Any) -> Scenario:
    """Raises `BadScript` with everything that is wrong with it."""
    return _Parser().script(raw)


@cache
def built_in() -> Mapping[str, tuple[Scenario, Any]]:
    """The built-in scenarios by key, each parsed and as the JSON that an exercise stores."""
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return {script.key: (script, raw) for script, raw in ((parse(raw), raw) for raw in contents)}


class _Parser:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def script(self, raw: Any) -> Scenario:
        if not isinstance(raw, dict):
            raise InvalidScenario(["A script is an object."])
        lines = raw.get("lines")
        if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
            raise InvalidScenario([f"A script has 1 to {MOST_LINES} lines."])
        script = Scenario(
            self.key(raw.get("key"), "The script"),
            self.text(raw.get("title"), 120, "The title"),
            self.text(raw.get("brief"), 3000, "The brief"),
            tuple(self.text(skill, 300, "What is practised") for skill in self.several(raw.get("practises"))),
            int(self.number(raw.get("minutes"), SHORTEST, LONGEST, "The time")),
            tuple(self.line(line, f"Line {at}") for at, line in enumerate(lines, start=1)),
            tuple(self.text(point, 300, "What the trainer watches") for point in self.several(raw.get("watch"))),
        )
        self.together(script.lines)
        if self.problems:
            raise InvalidScenario(self.problems)
        return script

    def line(self, raw: Any, where: str) -> ScriptLine:
        if not isinstance(raw, dict):
            self.problems.append(f"{where}: a line is an object.")
            raw = {}
        on = self.choice(raw.get("on"), Trigger, where)
        after = self.several(raw.get("after")) or [0, 0]
        if len(after) != 2:
            self.problems.append(f"{where}: “after” is the least and the most minutes.")
            after = [0, 0]
        least, most = (self.number(minutes, 0, MOST_MINUTES, where) for minutes in after)
        if least > most:
            self.problems.append(f"{where}: the least minutes are more than the most.")
        return ScriptLine(
            self.key(raw.get("key"), where),
            self.text(raw.get("who"), 60, f"{where}, who"),
            self.choice(raw.get("mood"), Mood, where),
            self.text(raw.get("text"), MOST_TEXT, f"{where}, text"),
            on,
            self.key(raw.get("of"), f"{where}, of") if on in (Trigger.ANSWER, Trigger.SILENCE) else "",
            self.traits(raw.get("with"), where),
            self.traits(raw.get("without"), where),
            (least, most),
            raw.get("asks") is True,
            raw.get("personal") is True,
            raw.get("private") is True,
        )

    def together(self, lines: tuple[ScriptLine, ...]) -> None:
        """Keys are unique, and a line refers only to lines above it, so that there is no circle."""
        known: dict[str, ScriptLine] = {}
        for line in lines:
            if line.key in known:
                self.problems.append(f"The line “{line.key}” is there twice.")
            if line.of and line.of not in known:
                self.problems.append(f"The line “{line.key}” waits for “{line.of}”, which does not stand above it.")
            elif line.of and not known[line.of].asks:
                self.problems.append(f"The line “{line.key}” waits for an answer to “{line.of}”, which asks nothing.")
            elif line.of and known[line.of].is_private and not line.is_private:
                self.problems.append(f"The line “{line.key}” continues “{line.of}”, so it is private as well.")
            known[line.key] = line

    # ---- values

    def key(self, raw: Any, where: str) -> str:
        if isinstance(raw, str) and len(raw) <= 40 and _KEY.fullmatch(raw):
            return raw
        self.problems.append(f"{where}: a key has small letters, digits and hyphens.")
        return ""

    def text(self, raw: Any, most: int, where: str) -> str:
        text = raw.strip() if isinstance(raw, str) else ""
        if not text or len(text) > most or "\x00" in text:
            self.problems.append(f"{where}: 1 to {most} characters.")
        return text

    def number(self, raw: Any, least: float, most: float, where: str) -> float:
        if isinstance(raw, int | float) and not isinstance(raw, bool) and least <= raw <= most:
            return raw
        self.problems.append(f"{where}: a number from {least} to {most}.")
        return least

    def several(self, raw: Any) -> list[Any]:
        return raw if isinstance(raw, list) else []

    def choice(self, raw: Any, of: Any, where: str) -> Any:
        if raw in of.values:
            return of(raw)
        self.problems.append(f"{where}: one of {', '.join(of.values)}.")
        return next(iter(of))

    def traits(self, raw: Any, where: str) -> tuple[str, ...]:
        names = tuple(str(name) for name in self.several(raw))
        for name in names:
            if name not in TRAITS and not (name.startswith("word:") and len(name) > len("word:")):
                self.problems.append(f"{where}: there is no trait “{name}”.")
        return names
