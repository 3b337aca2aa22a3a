"""Calls to LinkedIn's versioned API and the meaning of its answers.

https://learn.microsoft.com/en-us/linkedin/marketing/versioning
https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling

URNs are percent-encoded in paths and lists, the brackets and commas of Rest.li's own syntax are not: queries are
written by hand. https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from common.http import Answer, Http
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.translation import gettext_noop

# https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens : 65600 and following
TOKENS: Mapping[str, str] = {
    "65600": gettext_noop("LinkedIn does not know this access. Connect the channel again."),
    "65601": gettext_noop("The access was taken back at LinkedIn. Connect the channel again."),
    "65602": gettext_noop("The access has expired. LinkedIn requires a new consent. Connect the channel again."),
}
NO_RIGHT = gettext_noop(
    "LinkedIn does not allow this. The person who connected the page lost their role on it, or a permission is missing."
)
ENDINGS = "https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens"
ERRORS = "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling"
ACCESS = (
    *(
        Refusal(Meaning.ENDED, message, ENDINGS, "2026-11-29", status=401, codes=frozenset({code}))
        for code, message in TOKENS.items()
    ),
    Refusal(Meaning.ENDED, TOKENS["65600"], ERRORS, "2026-11-29", status=401),
    # "Not enough permissions to access …": a permission that was not granted, or a lost role
    Refusal(Meaning.PERMISSION, NO_RIGHT, ERRORS, "2026-11-29", status=403),
)
VERSION_ENDED = gettext_noop(
    "LinkedIn no longer supports the version that the portal uses. The administrator has to set a newer one."
)
UNREADABLE = gettext_noop("LinkedIn could not process this file. Save it again and add it once more.")
NOT_READY = gettext_noop("LinkedIn is still working on the file.")
DUPLICATE = "DUPLICATE_POST"
WAITING = "MEDIA_ASSET_WAITING_UPLOAD"
FAILED = "MEDIA_ASSET_PROCESSING_FAILED"
SOON = timedelta(minutes=1)
REFUSALS = frozenset({400, 404, 405, 410, 413, 415, 422})


def encoded(urn: str) -> str:
    return quote(urn, safe="")


def listed(urns: Any) -> str:
    return f"List({','.join(encoded(urn) for urn in urns)})"


class Calls:
    """Requests in the name of one person's token. `server` without a path."""

    def __init__(self, http: Http, server: str, version: str, token: str = "", secret: str = "") -> None:
        self.http = http
        self.server = server.rstrip("/")
        self.version = version
        self.token = token
        self.secrets = tuple(word for word in (token, secret) if word)

    def headers(self, method: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}", "LinkedIn-Version": str(self.version)}
        headers |= {"X-Restli-Protocol-Version": "2.0.0"}
        return headers | ({"X-RestLi-Method": method} if method else {})

    def get(self, path: str, query: str = "", method: str = "") -> dict[str, Any]:
        """The object of a read. Raises the five errors; `Rejected(code="404")` for one that does not exist."""
        answer = answers.read(lambda: self.http.get(self._url(path, query), headers=self.headers(method)))
        body = answers.body(self._good(answer, public=False), public=False, secrets=self.secrets)
        if not isinstance(body, dict):
            raise NotReached("The server's answer could not be read.", answers.evidence(answer, self.secrets))
        return body

    def private(self, verb: str, path: str, body: Any = None, *, query: str = "") -> dict[str, Any]:
        """A write without a public effect: it may be repeated after any failure."""
        answer = answers.read(lambda: self._write(verb, path, body, query, ""))
        good = self._good(answer, public=False)
        parsed = answers.body(good, public=False, secrets=self.secrets) if good.content else {}
        return parsed if isinstance(parsed, dict) else {}

    def public(self, verb: str, path: str, body: Any, *, query: str = "", method: str = "") -> Answer:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        return self._good(
            answers.write(lambda: self._write(verb, path, body, query, method, commits=True)), public=True
        )

    def _write(self, verb: str, path: str, body: Any, query: str, method: str, **more: Any) -> Answer:
        content = {} if body is None else {"json": body}
        return self.http.request(verb, self._url(path, query), headers=self.headers(method), **content, **more)

    def put(self, url: str, content: bytes, mime: str, *, signed: bool) -> Answer:
        """Bytes to an address that LinkedIn gave. Parts of a video go without our token."""
        headers = {"Content-Type": mime} | ({"Authorization": f"Bearer {self.token}"} if signed else {})
        answer = answers.read(lambda: self.http.request("PUT", url, data=content, headers=headers))
        return self._good(answer, public=False)

    def _url(self, path: str, query: str) -> str:
        return f"{self.server}/rest{path}" + (f"?{query}" if query else "")

    def _good(self, answer: Answer, *, public: bool) -> Answer:
        if answer.ok:
            return answer
        raise problem(answer, public=public, secrets=self.secrets)


def problem(answer: Answer, *, public: bool, secrets: tuple[str, ...] = ()) -> PlatformError:
    """The error that an unsuccessful answer stands for."""
    code, message = _code_and_text(answer)
    evidence = answers.evidence(answer, secrets) | {"code": code, "request": answer.headers.get("x-li-uuid", "")}
    if answer.status == 429:
        return _limited(answer, message, evidence, secrets)
    if known := refusals.first(ACCESS, status=answer.status, code=code):
        return refusals.error(known, evidence)
    if answer.status in REFUSALS:
        return _refused(code or str(answer.status), message, evidence)
    # 409: a concurrent change by another client; ours was not done.
    if public and answer.status not in (409, 426):
        return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
    busy = "The server does not answer properly at the moment."
    return NotReached(VERSION_ENDED if answer.status == 426 else busy, evidence)


def _refused(code: str, message: str, evidence: dict[str, Any]) -> PlatformError:
    if code == WAITING:
        return RateLimited(NOT_READY, datetime.now(UTC) + SOON, evidence)
    if code == FAILED:
        return Rejected(UNREADABLE, "pictures", code, evidence)
    return Rejected(message or "The server refused this.", None, code, evidence)


def _code_and_text(answer: Answer) -> tuple[str, str]:
    """(the most precise code, text) of an error. 404 is always "404"; for a token it is the number."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if not isinstance(body, Mapping):
        return str(answer.status), ""
    details = body.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, Mapping) else []
    first = inputs[0] if isinstance(inputs, list) and inputs and isinstance(inputs[0], Mapping) else {}
    text = str(first.get("description") or body.get("message") or "")
    if answer.status == 404:
        return "404", text
    if answer.status == 401:
        return str(body.get("serviceErrorCode") or ""), text
    return str(first.get("code") or body.get("code") or body.get("serviceErrorCode") or ""), text


def _limited(answer: Answer, message: str, evidence: dict[str, Any], secrets: tuple[str, ...]) -> RateLimited:
    """Quotas are counted by the day and told in words only; what else asks to wait passes within minutes.

    https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
    """
    rate_limited = answers.rate_limited(answer, "", secrets)
    if "DAY" not in message or answer.headers.get("retry-after"):
        return rate_limited
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return RateLimited(rate_limited.message, tomorrow, evidence)
