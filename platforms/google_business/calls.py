"""Calls to the Business Profile APIs and the meaning of their answers. https://cloud.google.com/apis/design/errors

An error has a `status` ("PERMISSION_DENIED") and perhaps an `ErrorInfo` with a more exact `reason`. A project that
Google has not approved has a quota of zero calls a minute: https://developers.google.com/my-business/content/limits
"""

from collections.abc import Mapping
from typing import Any

from common.http import Answer
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.google import oauth
from platforms.google_business.facts import LIMITS_PAGE
from platforms.google_business.texts import NO_PERMISSION, NO_RIGHT, NOT_APPROVED, NOT_SWITCHED_ON
from platforms.refusals import Meaning, Refusal
from platforms.sessions import Session
from platforms.types import Credential

ERRORS = "https://cloud.google.com/apis/design/errors"
NO_QUOTA = "no_quota"
ACCESS = (
    Refusal(
        Meaning.ACCOUNT, NOT_APPROVED, LIMITS_PAGE, "2026-11-30", codes=frozenset({NO_QUOTA}), code="api_not_approved"
    ),
    Refusal(
        Meaning.ACCOUNT,
        NOT_SWITCHED_ON,
        ERRORS,
        "2026-11-30",
        codes=frozenset({"SERVICE_DISABLED", "accessNotConfigured"}),
        code="api_off",
    ),
    Refusal(
        Meaning.PERMISSION,
        NO_PERMISSION,
        ERRORS,
        "2026-11-30",
        codes=frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}),
    ),
    Refusal(Meaning.ENDED, oauth.ENDED, ERRORS, "2026-11-30", status=401),
    Refusal(Meaning.PERMISSION, NO_RIGHT, ERRORS, "2026-11-30", status=403),
)


class Calls(Session):
    def refreshed(self, held: Credential) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, held)

    def get(self, host: str, path: str, **params: Any) -> dict[str, Any]:
        """The object of a read. Raises the five errors; `Rejected(code="404")` for one that does not exist."""
        return self._object(self.send("GET", self._address(host, path), params=params), public=False)

    def put(self, host: str, path: str, body: Any) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        answer = self.send("PUT", self._address(host, path), public=True, json=body, commits=True)
        return self._object(answer, public=True)

    def _address(self, host: str, path: str) -> str:
        return (host if oauth.is_google(self.server) else self.server) + path

    def _object(self, answer: Answer, *, public: bool) -> dict[str, Any]:
        if not answer.ok:
            raise problem(answer, public=public, secrets=self.secrets())
        body = answers.body(answer, public=public, secrets=self.secrets())
        if isinstance(body, dict):
            return body
        raise self.unreadable(answer, public=public)


def problem(answer: Answer, *, public: bool, secrets: tuple[str, ...] = ()) -> PlatformError:
    """The error that an unsuccessful answer stands for."""
    reason, text = error_of(answer)
    evidence = answers.evidence(answer, secrets) | {"reason": reason}
    known = refusals.first(ACCESS, status=answer.status, code=reason)
    if known and (answer.status != 429 or reason == NO_QUOTA):
        return refusals.error(known, evidence)
    if answer.status == 429:
        return answers.rate_limited(answer, "", secrets)
    if 400 <= answer.status < 500:
        code = "404" if answer.status == 404 else reason or str(answer.status)
        return Rejected(text or "The server refused this.", None, code, evidence)
    if public:
        return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def error_of(answer: Answer) -> tuple[str, str]:
    """(reason, text) of an error: the reason of its `ErrorInfo`, else its status. `NO_QUOTA`: zero calls a minute."""
    try:
        error = answer.json().get("error")
    except (ValueError, AttributeError):
        return "", ""
    if not isinstance(error, Mapping):
        return "", ""
    details = error.get("details")
    listed = details if isinstance(details, list) else []
    info = next((one for one in listed if isinstance(one, Mapping) and one.get("reason")), {})
    metadata = info.get("metadata")
    if isinstance(metadata, Mapping) and str(metadata.get("quota_limit_value")) == "0":
        return NO_QUOTA, str(error.get("message") or "")
    return str(info.get("reason") or error.get("status") or ""), str(error.get("message") or "")
