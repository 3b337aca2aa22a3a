"""Calls to Viber's REST API and the meaning of its answers.

HTTP is 200 for errors, too: `status` in the body counts. https://developers.viber.com/docs/api/rest-bot-api/#error-codes
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer, Http
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.translation import gettext_noop

UNKNOWN_TOKEN = gettext_noop(
    "Viber no longer recognises the token of this channel. Copy it again from the channel's “Developer Tools”."
)
BLOCKED = gettext_noop("Viber has blocked or removed this channel. Only its owner can settle that with Viber.")
NO_WEBHOOK = gettext_noop(
    "Viber takes no posts before it knows an address of the portal, and it forgot ours. Connect the channel again."
)
NOT_ALLOWED = gettext_noop("Viber does not let this channel be posted to from outside. Check “Developer Tools” in it.")
NOT_USABLE = gettext_noop(
    "Viber could not use what was sent. A picture has to be a JPEG of at most 1 MB, a video an MP4 of at most 50 MB."
)
NOT_FETCHED = gettext_noop("Viber could not fetch the picture or video from the portal.")

INVALID_URL, INVALID_TOKEN, TOO_MANY = 1, 2, 12
CODES = "https://developers.viber.com/docs/api/rest-bot-api/#error-codes"
NOT_ACCEPTED = "The server no longer accepts our access."
ACCESS = (
    Refusal(Meaning.ENDED, UNKNOWN_TOKEN, CODES, "2026-11-29", codes=frozenset({str(INVALID_TOKEN)})),
    Refusal(Meaning.ACCOUNT, BLOCKED, CODES, "2026-11-29", codes=frozenset({"7", "8", "9"})),
    Refusal(Meaning.ACCOUNT, NO_WEBHOOK, CODES, "2026-11-29", codes=frozenset({"10"})),
    Refusal(Meaning.ACCOUNT, NOT_ALLOWED, CODES, "2026-11-29", codes=frozenset({"15"})),
    # Viber itself answers 200 and a status.
    Refusal(Meaning.ENDED, NOT_ACCEPTED, "believed", "2026-11-29", status=401),
    Refusal(Meaning.ENDED, NOT_ACCEPTED, "believed", "2026-11-29", status=403),
)
CONTENT = {INVALID_URL: NOT_FETCHED, 3: NOT_USABLE, 4: NOT_USABLE}
REFUSALS = frozenset({*CONTENT, 5, 6, 11, 13, 14, *range(16, 25)})


class Calls:
    """Requests in the name of one channel. `wait`: how long to keep still after "too many", which names no time."""

    def __init__(self, http: Http, server: str, token: str, wait: timedelta) -> None:
        self.http = http
        self.base = f"{server.rstrip('/')}/pa"
        self.token = token
        self.wait = wait

    def private(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A call without a public effect: it may be repeated after any failure."""
        return self._settled(answers.read(lambda: self._post(path, body)), public=False)

    def public(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        return self._settled(answers.write(lambda: self._post(path, body, commits=True)), public=True)

    def _post(self, path: str, body: Mapping[str, Any], **more: Any) -> Answer:
        # A request may have 30 kB. Cyrillic letters as \u escapes would take six bytes each instead of two.
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"X-Viber-Auth-Token": self.token, "Content-Type": "application/json; charset=utf-8"}
        return self.http.post(self.base + path, data=content, headers=headers, **more)

    def _settled(self, answer: Answer, *, public: bool) -> dict[str, Any]:
        if not answer.ok:
            raise self._http_problem(answer, public=public)
        body = answers.body(answer, public=public, secrets=(self.token,))
        status = _status(body)
        if status == 0:
            return dict(body)
        raise self._problem(status, answer, public=public)

    def _http_problem(self, answer: Answer, *, public: bool) -> PlatformError:
        """A proxy in front of Viber answered: Viber itself returns 200 and a status."""
        evidence = answers.evidence(answer, (self.token,))
        if answer.status == 429:
            return answers.rate_limited(answer, "retry-after", (self.token,))
        if known := refusals.first(ACCESS, status=answer.status):
            return refusals.error(known, evidence)
        if 400 <= answer.status < 500:
            return Rejected("The server refused this.", code=str(answer.status), evidence=evidence)
        return self._failed(evidence, public=public)

    def _problem(self, status: int | None, answer: Answer, *, public: bool) -> PlatformError:
        evidence = {**answers.evidence(answer, (self.token,)), "code": status}
        if status == TOO_MANY:
            return RateLimited("The network asks us to wait.", datetime.now(UTC) + self.wait, evidence)
        if known := refusals.first(ACCESS, status=answer.status, code=str(status)):
            return refusals.error(known, evidence)
        if status in REFUSALS:
            return Rejected(CONTENT.get(status or 0, "The server refused this."), code=str(status), evidence=evidence)
        # "General error": the outcome is unknown.
        return self._failed(evidence, public=public)

    def _failed(self, evidence: dict[str, Any], *, public: bool) -> PlatformError:
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)


def _status(body: Any) -> int | None:
    """None where the answer has none, which says nothing about the outcome."""
    status = body.get("status") if isinstance(body, dict) else None
    return status if isinstance(status, int) and not isinstance(status, bool) else None
