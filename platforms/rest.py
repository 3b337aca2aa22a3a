"""Calls to an API that answers with JSON and HTTP statuses: the errors of every answer, by a table of refusals.

A connector inherits `Rest`, gives it the table and reads the network's own code and text out of an answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from common.http import Answer, Http
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.refusals import Refusal


class Rest(ABC):
    """Requests below `root`, an address that paths are appended to, with `headers`.

    `secrets`: words that must not get into errors, where an answer repeats them.
    """

    table: ClassVar[Sequence[Refusal]]
    reset: ClassVar[str] = "retry-after"
    """The header in which the network says when a rate limit ends, where that is not Retry-After."""

    def __init__(self, http: Http, root: str, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
        self.http, self.root, self.headers = http, root, dict(headers)
        self.secrets = tuple(word for word in secrets if word)

    @abstractmethod
    def explained(self, body: Any) -> tuple[str, str]:
        """(code, text) of a refusal; `body` is JSON from outside, None where the answer is none."""

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a read."""
        return self.settled(self.fetched(path, **params), public=False)

    def entity(self, path: str, **params: Any) -> dict[str, Any]:
        """The JSON object of a read."""
        return self._object(self.fetched(path, **params), public=False)

    def fetched(self, path: str, **params: Any) -> Answer:
        """The answer of a read, whatever its status. Raises `NotReached`."""
        return answers.read(lambda: self.http.get(self.root + path, params=params, headers=self.headers))

    def private(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """A write that the public does not see, or that does no harm when repeated: the JSON object of the answer."""
        answer = answers.read(lambda: self.http.request(method, self.root + path, headers=self.headers, **more))
        return self._object(answer, public=False)

    def public(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        more |= {"headers": self.headers, "commits": True}
        return self._object(answers.write(lambda: self.http.request(method, self.root + path, **more)), public=True)

    def _object(self, answer: Answer, *, public: bool) -> dict[str, Any]:
        body = self.settled(answer, public=public)
        if isinstance(body, dict):
            return body
        kind = OutcomeUnknown if public else NotReached
        raise kind("The server's answer could not be read.", answers.evidence(answer, self.secrets))

    def settled(self, answer: Answer, *, public: bool) -> Any:
        """The JSON of a successful answer. Raises the error of any other."""
        if answer.ok:
            return answers.body(answer, public=public, secrets=self.secrets)
        raise self.problem(answer, public=public)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        """The error that an unsuccessful answer stands for."""
        try:
            code, text = self.explained(answer.json())
        except ValueError:
            code, text = self.explained(None)
        evidence = answers.evidence(answer, self.secrets) | {"code": code}
        if answer.status == 429 or (answer.status == 503 and answer.headers.get("retry-after")):
            return answers.rate_limited(answer, self.reset, self.secrets)
        if known := refusals.first(self.table, status=answer.status, code=code, text=text):
            return refusals.error(known, evidence, code=code, text=text)
        if 400 <= answer.status < 500:
            return Rejected(text or "The server refused this.", code=code or str(answer.status), evidence=evidence)
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)
