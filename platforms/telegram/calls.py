"""Calls to the Bot API and the meaning of its answers. https://core.telegram.org/bots/api#making-requests

The token is part of the address, so no address may be stored or shown.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer, Http
from platforms import answers, refusals
from platforms.answers import LONGEST_WAIT, WAIT_WITHOUT_HINT
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.translation import gettext_noop

BOT_UNKNOWN = gettext_noop("Telegram no longer knows the token of this bot. It may have been renewed or revoked.")
NOT_ADMIN = gettext_noop(
    "The bot may not post to this channel any more. Make it an administrator of the channel again, with the right to "
    "post messages."
)
TOO_LONG = gettext_noop("The text is longer than Telegram takes.")
FILE_REFUSED = gettext_noop("Telegram could not use the picture or the video.")
TOO_LARGE = gettext_noop("The picture or the video is larger than Telegram takes.")
PARENT_GONE = gettext_noop("The message that is answered is no longer there.")
TOO_OLD = gettext_noop(
    "Telegram does not let the bot delete this any more. Delete it in the app, or give the bot the right to delete "
    "messages in the channel."
)

# What the descriptions say, in lower case, and what it means: first that fits. They are not documented one by one.
BOT_API = "https://core.telegram.org/bots/api#making-requests"
GONE = ("chat not found", "not a member", "was kicked")
RIGHTS = ("rights", "chat_admin_required", "need administrator")
ACCESS = (
    # 401 revoked, 404 no token at all: an unknown method is 404 too, and we call none.
    Refusal(Meaning.ENDED, BOT_UNKNOWN, BOT_API, "2026-11-29", status=401),
    Refusal(Meaning.ENDED, BOT_UNKNOWN, BOT_API, "2026-11-29", status=404),
    Refusal(Meaning.ACCOUNT, NOT_ADMIN, "believed", "2026-11-29", texts=GONE),
    Refusal(Meaning.PERMISSION, NOT_ADMIN, "believed", "2026-11-29", texts=RIGHTS),
    Refusal(Meaning.ACCOUNT, NOT_ADMIN, BOT_API, "2026-11-29", status=403),
)
"""Of answers in Telegram's form. The descriptions are not documented."""
ANSWERED_GONE = ("message to be replied not found", "message to reply not found", "replied message not found")
FILES = ("image_process_failed", "photo_", "video_", "wrong file", "wrong type of the web page", "failed to get http")
CONTENT: tuple[tuple[tuple[str, ...], str, str | None, str], ...] = (
    (ANSWERED_GONE, PARENT_GONE, None, "parent_missing"),
    (("too long",), TOO_LONG, "text", ""),
    (("entity too large", "too big"), TOO_LARGE, "pictures", ""),
    (FILES, FILE_REFUSED, "pictures", ""),
)
"""Words, what is said about them, the field, and our code where it is not the status."""


class Calls:
    """Requests in the name of one bot."""

    def __init__(self, http: Http, server: str, token: str) -> None:
        self.http = http
        self.server = server.rstrip("/")
        self.token = token

    def private(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """A call without a public effect, or one that may be repeated. Returns the `result`."""
        return self._settled(answers.read(lambda: self._post(method, json=dict(params or {}))), public=False)

    def public(self, method: str, **more: Any) -> Any:
        """The one request that others see: `json`, or `data` with `files`. Without an answer: `OutcomeUnknown`."""
        return self._settled(answers.write(lambda: self._post(method, commits=True, **more)), public=True)

    def _post(self, method: str, **more: Any) -> Answer:
        return self.http.post(f"{self.server}/bot{self.token}/{method}", **more)

    def _settled(self, answer: Answer, *, public: bool) -> Any:
        body = _body(answer)
        if answer.ok and body.get("ok") is True and "result" in body:
            return body["result"]
        raise self._problem(answer, body, public=public)

    def _problem(self, answer: Answer, body: Mapping[str, Any], *, public: bool) -> PlatformError:
        evidence = answers.evidence(answer, (self.token,))
        if answer.status == 429:
            return RateLimited("The network asks us to wait.", _retry_at(body), evidence)
        if 400 <= answer.status < 500:
            return refusal(answer.status, str(body.get("description") or ""), body.get("ok") is False, evidence)
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)


def refusal(status: int, description: str, from_telegram: bool, evidence: dict[str, Any]) -> PlatformError:
    """The error for a 4xx. `from_telegram`: it has Telegram's form and does not come from a proxy in between."""
    lowered, evidence = description.lower(), {**evidence, "description": description}
    known = refusals.first(ACCESS, status=status, text=description) if from_telegram else None
    if known:
        return refusals.error(known, evidence)
    for phrases, message, field, code in CONTENT:
        if any(word in lowered for word in phrases):
            return Rejected(message, field=field, code=code or str(status), evidence=evidence)
    return Rejected("The server refused this.", code=str(status), evidence=evidence)


def description_has(problem: PlatformError, *phrases: str) -> bool:
    """Whether Telegram's own description has one of these."""
    description = str(problem.evidence.get("description") or "").lower()
    return any(word in description for word in phrases)


def _body(answer: Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_at(body: Mapping[str, Any]) -> datetime:
    """https://core.telegram.org/bots/api#responseparameters: seconds, in the body only."""
    parameters = body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return datetime.now(UTC) + WAIT_WITHOUT_HINT
    return datetime.now(UTC) + min(timedelta(seconds=seconds), LONGEST_WAIT)
