"""Calls to version 3 of the Data API and the meaning of its answers. https://developers.google.com/youtube/v3/docs/errors

An error is identified by its `reason`. Quotas belong to the portal's project, not to the channel: no header reports
what is left, and a day ends at midnight in California.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from common.http import Answer
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.google import oauth
from platforms.refusals import Meaning, Refusal
from platforms.sessions import Session
from platforms.translation import gettext_noop
from platforms.types import Credential

# A session lives an hour; this much before its end it is renewed on our own accord.
CALIFORNIA = ZoneInfo("America/Los_Angeles")
A_DAY = timedelta(hours=24)
NO_QUOTA = gettext_noop(
    "YouTube's daily limit for the portal is used up. It resets at midnight in California, about nine in the morning "
    "here."
)
TOO_MANY_VIDEOS = gettext_noop("YouTube takes no more videos for this channel today. The next try is in 24 hours.")
NO_CHANNEL = gettext_noop(
    "This Google account has no channel on YouTube. Create one there, or choose another account, and connect again."
)
NO_RIGHT = gettext_noop(
    "YouTube does not allow this. A permission is missing, or the account lost its role on the channel. Connect the "
    "channel again and leave everything switched on."
)
CLOSED = gettext_noop("This channel is closed or suspended at YouTube. Open YouTube Studio and check its notices.")
NOT_SWITCHED_ON = gettext_noop(
    "The portal's project at Google may not use the YouTube Data API. The administrator has to switch it on there."
)
COMMENTS_OFF = gettext_noop("Comments are switched off below this video.")
BAD_TITLE = gettext_noop("YouTube does not take this title. Take out what it could stumble over, and shorten it.")
BAD_TEXT = gettext_noop("YouTube does not take this text. Take out what it could stumble over, and shorten it.")
BAD_TAGS = gettext_noop("YouTube does not take these hashtags. Leave some of them out.")
LOCKED = gettext_noop(
    "YouTube keeps the video private: uploads of the portal may be public only after Google has audited it. The video "
    "is not visible to anyone. Upload it by hand in YouTube Studio, and ask the administrator of the portal to apply "
    "for the audit."
)
LIMITS = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
BUSY = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "tooManyRequests"})
REFUSED: Mapping[str, tuple[str, str | None]] = {
    "commentsDisabled": (COMMENTS_OFF, None),
    "forbiddenPrivacySetting": (LOCKED, "video"),
    "invalidDescription": (BAD_TEXT, "text"),
    "invalidTags": (BAD_TAGS, "text"),
    "invalidTitle": (BAD_TITLE, "title"),
}
GOOGLE = "https://developers.google.com/youtube/v3/docs/errors"
ACCESS = (
    Refusal(Meaning.ACCOUNT, NOT_SWITCHED_ON, GOOGLE, "2026-11-29", codes=frozenset({"accessNotConfigured"})),
    Refusal(
        Meaning.ACCOUNT,
        CLOSED,
        GOOGLE,
        "2026-11-29",
        codes=frozenset(
            {"authenticatedUserAccountClosed", "authenticatedUserAccountSuspended", "channelClosed", "channelSuspended"}
        ),
    ),
    Refusal(
        Meaning.ACCOUNT,
        NO_CHANNEL,
        GOOGLE,
        "2026-11-29",
        codes=frozenset({"authenticatedUserNotChannel", "ineligibleAccount", "youtubeSignupRequired"}),
    ),
    Refusal(Meaning.ENDED, oauth.ENDED, GOOGLE, "2026-11-29", status=401),
    # "forbidden", "insufficientPermissions": a permission or a role is missing, or this one thing is not allowed
    Refusal(Meaning.PERMISSION, NO_RIGHT, GOOGLE, "2026-11-29", status=403),
)
REFUSALS = frozenset({400, 404, 405, 409, 410, 411, 412, 413, 415, 422})


class Calls(Session):
    def refreshed(self, held: Credential) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, held)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The object of a read. Raises the five errors; `Rejected(code="404")` for one that does not exist."""
        answer = self._good(self.send("GET", self.api(path), params=params), public=False)
        return self._object(answer, public=False)

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        items = self.get(path, **params).get("items") or ()
        return [one for one in items if isinstance(one, dict)]

    def private(self, verb: str, url: str, **more: Any) -> Answer:
        """A write without a public effect: it may be repeated after any failure."""
        return self._good(self.send(verb, url, **more), public=False)

    def public(self, verb: str, path: str, body: Any, **params: Any) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        answer = self.send(verb, self.api(path), public=True, params=params, json=body, commits=True)
        return self._object(self._good(answer, public=True), public=True)

    def api(self, path: str) -> str:
        return f"{self.server}/youtube/v3{path}"

    def upload(self, path: str) -> str:
        return f"{self.server}/upload/youtube/v3{path}"

    def _good(self, answer: Answer, *, public: bool) -> Answer:
        if answer.ok:
            return answer
        raise problem(answer, public=public, secrets=self.secrets())

    def _object(self, answer: Answer, *, public: bool) -> dict[str, Any]:
        body = answers.body(answer, public=public, secrets=self.secrets())
        if isinstance(body, dict):
            return body
        raise self.unreadable(answer, public=public)

    def ours(self, url: str) -> str:
        """Bytes and token are sent to Google's own hosts only, whatever an answer says."""
        parts = urlsplit(url)
        known = f".{parts.hostname or ''}".endswith(".googleapis.com") and parts.scheme == "https"
        if known or (parts.scheme, parts.netloc) == urlsplit(self.server)[:2]:
            return url
        raise NotReached("The server did not take the video.")


def problem(answer: Answer, *, public: bool, secrets: tuple[str, ...] = ()) -> PlatformError:
    """The error that an unsuccessful answer stands for."""
    reason, text = error_of(answer)
    evidence = answers.evidence(answer, secrets) | {"reason": reason}
    if limited := _limited(answer, reason, evidence, secrets):
        return limited
    if reason in REFUSED:
        return Rejected(*REFUSED[reason], reason, evidence)
    if known := refusals.first(ACCESS, status=answer.status, code=reason):
        return refusals.error(known, evidence)
    if answer.status in REFUSALS:
        code = "404" if answer.status == 404 else reason or str(answer.status)
        return Rejected(text or "The server refused this.", None, code, evidence)
    if public:
        return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def _limited(answer: Answer, reason: str, evidence: dict[str, Any], secrets: tuple[str, ...]) -> RateLimited | None:
    now = datetime.now(UTC)
    if reason in LIMITS:
        return RateLimited(NO_QUOTA, midnight(now), evidence)
    if reason == "uploadLimitExceeded":
        return RateLimited(TOO_MANY_VIDEOS, now + A_DAY, evidence)
    return answers.rate_limited(answer, "", secrets) if answer.status == 429 or reason in BUSY else None


def midnight(now: datetime) -> datetime:
    """The next one in California, in UTC."""
    tomorrow = now.astimezone(CALIFORNIA).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=CALIFORNIA).astimezone(UTC)


def error_of(answer: Answer) -> tuple[str, str]:
    """(reason, text) of an error. Without a list of reasons, the one in `details` or the status counts."""
    try:
        error = answer.json().get("error")
    except (ValueError, AttributeError):
        return "", ""
    if not isinstance(error, Mapping):
        return "", ""
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    return str(first.get("reason") or error.get("status") or ""), str(error.get("message") or "")
