"""Writes what a connector sends and gets to a file, without what signs it: the path is in `RECORD_REQUESTS`.

One line of JSON for each request: test, method, address, what was sent, status, and what came back. Whoever writes a
connector reads there what really went out; whoever writes a fake, what a real server answers.
"""

import json
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from common.http import Answer, Http, redact

VARIABLE = "RECORD_REQUESTS"
# Of long texts and bodies the beginning is enough.
CHARACTERS = 2000
SECRET_NAMES = re.compile(r"(?i)token|secret|password|authorization|cookie|proof|\bkey\b|code")


def is_wanted() -> bool:
    return bool(os.environ.get(VARIABLE))


class RecordingHttp(Http):
    """`secrets`: words that must not get into the file."""

    def __init__(self, *, secrets: Collection[str] = (), file: Path | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.words = tuple(sorted((word for word in secrets if word), key=len, reverse=True))
        self.file = file or Path(os.environ[VARIABLE])

    def request(self, method: str, url: str, **more: Any) -> Answer:
        sent = {name: self.clean(more[name]) for name in ("params", "json", "data", "headers") if more.get(name)}
        if more.get("files"):
            sent["files"] = {name: f"{part[0]} ({part[2]})" for name, part in parts(more["files"])}
        line: dict[str, Any] = {"test": os.environ.get("PYTEST_CURRENT_TEST", ""), "method": method}
        line |= {"url": self.address(url), **sent}
        try:
            answer = super().request(method, url, **more)
        except Exception as problem:
            self.write(line | {"problem": type(problem).__name__})
            raise
        self.write(line | {"status": answer.status, "answer": self.answer(answer)})
        return answer

    def address(self, url: str) -> str:
        parts = urlsplit(url)
        query = [(name, self.clean(value, name)) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
        return redact(urlunsplit(parts._replace(query=urlencode(query))), self.words)

    def answer(self, answer: Answer) -> Any:
        try:
            return self.clean(answer.json())
        except ValueError:
            return self.clean(answer.text[:CHARACTERS])

    def clean(self, value: Any, name: str = "") -> Any:
        """`value` without secrets: those that are known, and whatever has a name that secrets have."""
        if isinstance(value, dict):
            return {str(key): self.clean(one, str(key)) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean(one, name) for one in value]
        if isinstance(value, bytes):
            return f"{len(value)} bytes"
        if isinstance(value, str):
            return "…" if SECRET_NAMES.search(name) else redact(value[:CHARACTERS], self.words)
        return value if isinstance(value, int | float | bool | None) else type(value).__name__

    def write(self, line: dict[str, Any]) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def parts(files: Any) -> Iterable[tuple[str, Any]]:
    return files.items() if isinstance(files, dict) else files
