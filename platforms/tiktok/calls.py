"""Calls to the API and the meaning of its answers. https://developers.tiktok.com/doc/tiktok-api-v2-error-handling

Every answer is `{"data", "error": {"code", "message", "log_id"}}`, and only the code "ok" is a success, whatever the
status is. The same mistake is `invalid_param` in one half of the API and `invalid_params` in the other.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.sessions import Session
from platforms.tiktok import oauth
from platforms.tiktok.facts import UNAUDITED
from platforms.translation import gettext_noop
from platforms.types import Credential

# A session lives a day; this much before its end it is renewed on our own accord.

NO_RIGHT = gettext_noop(
    "TikTok does not allow the portal to do this: a permission is missing. Connect the channel again."
)
BANNED = gettext_noop(
    "TikTok does not let this account post at the moment. Open TikTok with this account and check its notices. "
    "Afterwards connect the channel again."
)
DAY_FULL = gettext_noop("TikTok takes only so many posts of an account in 24 hours, and these are used up.")
APP_FULL = gettext_noop(
    "TikTok lets the portal post for a few accounts in 24 hours only, until the application has passed TikTok's audit."
)
UNVERIFIED = gettext_noop(
    "TikTok does not take pictures from the portal's address before the administrator has verified it at TikTok."
)
CHANGED = gettext_noop("The account's settings on TikTok changed a moment ago.")

UNGRANTED = frozenset({"scope_not_authorized", "scope_permission_missed"})
ERRORS = "https://developers.tiktok.com/doc/tiktok-api-v2-error-handling"
POSTING = "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post"
TOO_MANY = frozenset({"spam_risk_too_many_posts", "spam_risk_too_many_pending_share"})
ACCESS = (
    Refusal(Meaning.PERMISSION, NO_RIGHT, ERRORS, "2026-11-29", codes=UNGRANTED),
    Refusal(Meaning.ACCOUNT, BANNED, POSTING, "2026-11-29", codes=frozenset({"spam_risk_user_banned_from_posting"})),
    Refusal(
        Meaning.ENDED,
        oauth.ENDED,
        ERRORS,
        "2026-11-29",
        codes=frozenset({"access_token_invalid", "access_token_expired"}),
    ),
    Refusal(Meaning.ENDED, oauth.ENDED, ERRORS, "2026-11-29", status=401),
    # `Calls.cap` says how long
    Refusal(Meaning.WAIT, DAY_FULL, POSTING, "2026-11-29", codes=TOO_MANY),
    Refusal(Meaning.WAIT, APP_FULL, POSTING, "2026-11-29", codes=frozenset({"reached_active_user_cap"})),
    Refusal(
        Meaning.CONTENT,
        UNAUDITED,
        POSTING,
        "2026-11-29",
        codes=frozenset({"unaudited_client_can_only_post_to_private_accounts"}),
    ),
    Refusal(
        Meaning.CONTENT,
        UNVERIFIED,
        POSTING,
        "2026-11-29",
        codes=frozenset({"url_ownership_unverified"}),
        field="pictures",
    ),
)
"""What else is answered with 403 is refused with TikTok's own text."""
REFUSALS = frozenset({400, 403, 404, 405, 413, 415, 422})


class Calls(Session):
    cap = timedelta(hours=24)
    """How long nothing is sent after a day's posts are used up."""

    def refreshed(self, held: Credential) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, held)

    def has_ended(self, answer: Answer) -> bool:
        return super().has_ended(answer) and error_of(answer)[0] not in UNGRANTED

    def granted(self, scope: str) -> bool:
        """Whether the account granted this permission, as far as it is known."""
        scopes = self.credential.scopes if self.credential else ()
        return not scopes or scope in scopes

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The data of a read. Raises the five errors."""
        return self._asked("GET", path, public=False, params=params)

    def ask(self, path: str, body: Mapping[str, Any], **params: Any) -> dict[str, Any]:
        """A read with a body, or a write without a public effect: it may be repeated after any failure."""
        return self._asked("POST", path, public=False, json=body, params=params)

    def public(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        return self._asked("POST", path, public=True, commits=True, json=body)

    def _asked(self, verb: str, path: str, *, public: bool, **more: Any) -> dict[str, Any]:
        answer = self.send(verb, f"{self.server}/v2{path}", public=public, **more)
        code, _words, _log = error_of(answer)
        if not answer.ok or code not in ("ok", ""):
            raise self.problem(answer, public=public)
        body = answers.body(answer, public=public, secrets=self.secrets())
        data = body.get("data") if isinstance(body, dict) and code == "ok" else None
        if isinstance(data, dict):
            return data
        raise self.unreadable(answer, public=public)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        """The error that an unsuccessful answer stands for."""
        code, text, log = error_of(answer)
        # TikTok's own people ask for the number of the log.
        evidence = answers.evidence(answer, self.secrets()) | {"problem": code, "log_id": log}
        if known := refusals.first(ACCESS, status=answer.status, code=code):
            return refusals.error(known, evidence, code=code, wait=self.cap)
        if waiting := self._wait(code, answer, evidence):
            return waiting
        if code == "privacy_level_option_mismatch":
            return NotReached(CHANGED, evidence)
        if answer.status in REFUSALS or (answer.ok and code != "internal_error"):
            return Rejected(text or "The server refused this.", None, code or str(answer.status), evidence)
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)

    def _wait(self, code: str, answer: Answer, evidence: dict[str, Any]) -> RateLimited | None:
        now = datetime.now(UTC)
        if code == "rate_limit_exceeded" or answer.status == 429:
            until = answers.retry_after(answer.headers.get("retry-after"), now) or now + oauth.MINUTE
            return RateLimited("The network asks us to wait.", min(until, now + answers.LONGEST_WAIT), evidence)
        return None


def error_of(answer: Answer) -> tuple[str, str, str]:
    """(code, text, number of the log) of an answer; empty where it has none."""
    try:
        body = answer.json()
    except ValueError:
        return "", "", ""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return "", "", ""
    return tuple(str(error.get(name) or "") for name in ("code", "message", "log_id"))  # type: ignore[return-value]
