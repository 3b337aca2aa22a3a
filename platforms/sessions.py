"""Requests as one account, with a session that renews itself when it has expired."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer, Http
from platforms import answers
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown
from platforms.types import Credential, Keys

RENEW_BEFORE = timedelta(minutes=5)


class Session(ABC):
    def __init__(
        self,
        http: Http,
        server: str,
        keys: Keys,
        credential: Credential | None,
        keep: Callable[[Credential], None] | None,
    ) -> None:
        self.http = http
        self.server = server.rstrip("/")
        self.keys = keys
        self.credential = credential
        self.keep = keep

    @abstractmethod
    def refreshed(self, held: Credential) -> Credential:
        """The network's next session for this one."""

    def has_ended(self, answer: Answer) -> bool:
        """Whether the network refused the session, before it did anything."""
        return answer.status == 401

    def secrets(self) -> tuple[str, ...]:
        c = self.credential
        held = (c.access_token, c.refresh_token) if c else ()
        return tuple(word for word in (*held, self.keys.client_secret) if word)

    def send(self, verb: str, url: str, *, public: bool = False, **more: Any) -> Answer:
        """Any answer, with a session that is good. Raises for no answer."""
        until = self._held().expires_at
        if until and datetime.now(UTC) > until - RENEW_BEFORE:
            self.renew()
        answer = self._once(verb, url, public, more)
        if self.has_ended(answer) and self._held().refresh_token:
            # Nothing was done, so the same request may go out once more.
            self.renew()
            answer = self._once(verb, url, public, more)
        return answer

    def renew(self) -> Credential:
        """A new session; `keep` gets it before anything else is done, since the old one may be used up."""
        self.credential = self.refreshed(self._held())
        if self.keep:
            self.keep(self.credential)
        return self.credential

    def unreadable(self, answer: Answer, *, public: bool) -> NotReached | OutcomeUnknown:
        """The error for a successful answer without usable content."""
        kind = OutcomeUnknown if public else NotReached
        return kind("The server's answer could not be read.", answers.evidence(answer, self.secrets()))

    def _once(self, verb: str, url: str, public: bool, more: Mapping[str, Any]) -> Answer:
        headers = {**more.get("headers", {}), "Authorization": f"Bearer {self._held().access_token}"}
        through = answers.write if public else answers.read
        return through(lambda: self.http.request(verb, url, **{**more, "headers": headers}))

    def _held(self) -> Credential:
        if self.credential is None:
            raise NeedsConsent("There is no session.")
        return self.credential
