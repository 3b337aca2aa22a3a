"""The way out that remembers what was asked and answered, until `take` gives it away."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from channels.probe import redaction
from common.http import Answer, Http


@dataclass(frozen=True)
class Call:
    """One request and its answer, with everything that they said. `query`: the names of its parameters."""

    method: str
    url: str
    query: tuple[str, ...]
    answer: Answer

    def redacted(self, known: frozenset[str]) -> dict[str, Any]:
        """For a file that leaves the installation (`channels.probe.redaction`). The body of the request is left out:
        the tests have schemas of requests."""
        try:
            content = redaction.redacted(self.answer.json(), known) if self.answer.content else None
        except ValueError:
            content = "no JSON"
        return {
            "method": self.method,
            "path": redaction.address(urlsplit(self.url).path, known),
            "query": sorted(set(self.query)),
            "status": self.answer.status,
            "answer": content,
        }


class Recording(Http):
    """As `Http`. Calls without an answer are not kept: they raised, and the step says so."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.calls: list[Call] = []

    def request(self, method: str, url: str, **more: Any) -> Answer:
        answer = super().request(method, url, **more)
        named = [name for name, _value in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
        self.calls.append(Call(method, url, (*named, *dict(more.get("params") or {})), answer))
        return answer

    def take(self) -> list[Call]:
        calls, self.calls = self.calls, []
        return calls
