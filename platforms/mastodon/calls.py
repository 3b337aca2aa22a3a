"""Calls to the Mastodon client API and the meaning of its answers. https://docs.joinmastodon.org/api/guidelines/"""

from typing import Any

from common.http import Answer, Http
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.refusals import Meaning, Refusal

RESET = "x-ratelimit-reset"  # an ISO time, not seconds: https://docs.joinmastodon.org/api/rate-limits/
BASE = "https://github.com/mastodon/mastodon/blob/main/app/controllers/api/base_controller.rb"
HANDLING = "https://github.com/mastodon/mastodon/blob/main/app/controllers/concerns/api/error_handling.rb"
ACCESS = (
    Refusal(Meaning.ENDED, "", "https://docs.joinmastodon.org/entities/Error/", "2026-11-29", status=401),
    # Takahē answers a dead token with 400.
    Refusal(Meaning.ENDED, "", "believed", "2026-11-29", status=400, texts=("token",)),
    # "Your login is currently disabled", "… pending approval", "… missing a confirmed e-mail address"
    Refusal(Meaning.ACCOUNT, "", BASE, "2026-11-29", status=403, texts=("your login",)),
    # of a moderated or blocked person's post: `Mastodon::NotPermittedError`
    Refusal(Meaning.NOT_ALLOWED, "", HANDLING, "2026-11-29", status=403, texts=("this action is not allowed",)),
    # "This action is outside the authorized scopes", and what other software says
    Refusal(Meaning.PERMISSION, "", BASE, "2026-11-29", status=403),
)
NOT_ACCEPTED = "The server no longer accepts our access."
REFUSALS = frozenset({400, 404, 405, 406, 409, 410, 413, 415, 422})


class Calls:
    """Requests to one server in the name of one account."""

    def __init__(self, http: Http, server: str, token: str = "", secrets: tuple[str, ...] = ()) -> None:
        self.http = http
        self.server = server.rstrip("/")
        self.token = token
        self.secrets = tuple(secret for secret in (token, *secrets) if secret)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str, params: Any = None) -> dict[str, Any]:
        """The JSON object of a read. Raises the five errors; `Rejected(code="404")` where it is not there."""
        body = self._read(path, params)
        if not isinstance(body, dict):
            raise NotReached("The server's answer could not be read.")
        return body

    def entities(self, path: str, params: Any = None) -> list[dict[str, Any]]:
        """The entities (objects with an id) of a read that gives a list."""
        body = self._read(path, params)
        if not isinstance(body, list):
            raise NotReached("The server's answer could not be read.")
        return [one for one in body if isinstance(one, dict) and one.get("id")]

    def _read(self, path: str, params: Any) -> Any:
        answer = answers.read(lambda: self.http.get(self.server + path, params=params, headers=self.headers()))
        return self._settled(answer, public=False)

    def private(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """A write without a public effect (upload, token): (status, JSON). It may be repeated after any failure."""
        headers = {**self.headers(), **more.pop("headers", {})}
        answer = answers.read(lambda: self.http.request(method, self.server + path, headers=headers, **more))
        return answer.status, self._settled(answer, public=False)

    def public(self, method: str, path: str, **more: Any) -> Any:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        headers = {**self.headers(), **more.pop("headers", {})}
        answer = answers.write(
            lambda: self.http.request(method, self.server + path, headers=headers, commits=True, **more)
        )
        return self._settled(answer, public=True)

    def _settled(self, answer: Answer, *, public: bool) -> Any:
        if answer.ok:
            return answers.body(answer, public=public, secrets=self.secrets)
        raise self.problem(answer, public=public)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        """The error that an unsuccessful answer stands for."""
        text = _error_text(answer)
        evidence = answers.evidence(answer, self.secrets)
        if known := refusals.first(ACCESS, status=answer.status, text=text):
            return refusals.error(known, evidence, code=str(answer.status), text=text or NOT_ACCEPTED)
        if answer.status == 429:
            return answers.rate_limited(answer, RESET, self.secrets)
        if answer.status in REFUSALS:
            return Rejected(text or "The server refused this.", code=str(answer.status), evidence=evidence)
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)


def _error_text(answer: Answer) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("error_description") or body.get("error") or "")[:300]
