"""Calls to version 2 of the API and the meaning of its answers.
https://docs.x.com/x-api/fundamentals/response-codes-and-errors

An unknown key in a body is refused. An answer may hold both `data` and `errors`: a partial result.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer
from platforms import answers, refusals
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.sessions import Session
from platforms.translation import gettext_noop
from platforms.types import Credential
from platforms.x import oauth
from platforms.x.posts import RENAMED, asked_fields

# A session lives two hours; this much before its end it is renewed on our own accord.
CREDITS_WAIT = timedelta(hours=1)
DUPLICATE = "duplicate"
FORBIDDEN = "forbidden"
REFUSALS = frozenset({400, 404, 405, 410, 413, 415, 422})
NO_CREDITS = gettext_noop(
    "The portal's credits at X are used up. The administrator has to buy more; what is scheduled waits until then."
)
NO_RIGHT = gettext_noop(
    "X does not allow the portal to do this. The account may be locked, or a permission is missing. Open X, and "
    "connect the channel again."
)
NOT_PERMITTED = gettext_noop(
    "X does not permit this. It does not say why: the text, the account or this answer may not suit its rules."
)
AUTOMATED = gettext_noop("X takes the request for an automatic one and asks to try again later.")
NO_APP = gettext_noop("X does not let the portal's application do this. The administrator has to check its console.")

CODES = "https://docs.x.com/x-api/fundamentals/response-codes-and-errors"
# Of version 1.1, whose texts version 2 repeats: 64 suspended, 187 duplicate, 226 automated, 326 locked.
OLD_CODES = (
    "https://web.archive.org/web/2022/https://developer.twitter.com/en/support/twitter-api/error-troubleshooting"
)
# 403 stands for everything that X does not want, and says what only in its text.
ACCESS = (
    Refusal(Meaning.ENDED, oauth.ENDED, CODES, "2026-11-29", status=401),
    Refusal(
        Meaning.CONTENT, "", OLD_CODES, "2026-11-29",
        status=403, texts=("duplicate content",), field="text", code=DUPLICATE,
    ),
    Refusal(
        Meaning.CONTENT, "", "believed", "2026-11-24",
        status=403, texts=("cashtag", "shorter", "too long", "characters"), field="text",
    ),
    Refusal(
        Meaning.WAIT, AUTOMATED, OLD_CODES, "2026-11-29", status=403, texts=("might be automated", "try again later"),
    ),
    Refusal(
        Meaning.ACCOUNT, NO_APP, CODES, "2026-11-29",
        status=403, codes=frozenset({"client-forbidden", "unsupported-authentication"}),
    ),
    Refusal(
        Meaning.ACCOUNT, NO_RIGHT, OLD_CODES, "2026-11-29",
        status=403, texts=("account is suspended", "account is temporarily locked", "account is locked"),
    ),
    # "You are not permitted to perform this action.": an answer, a word, a missing permission. The session lives on,
    # and the daily check of the account notices if it does not.
    Refusal(Meaning.NOT_ALLOWED, NOT_PERMITTED, CODES, "2026-11-29", status=403, code=FORBIDDEN),
)  # fmt: skip


class Calls(Session):
    fields = "tweet.fields"
    """The parameter for the fields of posts. Where X does not know it, its new name is used from then on."""

    def refreshed(self, held: Credential) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, held)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The object of a read. Raises the five errors; `Rejected(code="404")` for one that does not exist."""
        return self._asked("GET", path, public=False, params=params)

    def posts(self, path: str, names: str, *, expansions: str = "", **params: Any) -> dict[str, Any]:
        """A read of posts with these fields, under the names that X has for them by now."""
        try:
            return self.get(path, **params, **asked_fields(self.fields, names, expansions))
        except Rejected as refused:
            renamed = RENAMED.get(self.fields)
            if refused.code != "400" or not renamed or not any(name in _said(refused) for name in RENAMED):
                raise
            self.fields = renamed
        return self.get(path, **params, **asked_fields(self.fields, names, expansions))

    def private(self, verb: str, path: str, **more: Any) -> dict[str, Any]:
        """A write without a public effect: it may be repeated after any failure."""
        return self._asked(verb, path, public=False, **more)

    def public(self, path: str, body: Any) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        return self._asked("POST", path, public=True, commits=True, json=body)

    def _asked(self, verb: str, path: str, *, public: bool, **more: Any) -> dict[str, Any]:
        answer = self.send(verb, f"{self.server}/2{path}", public=public, **more)
        if not answer.ok:
            raise problem(answer, public=public, secrets=self.secrets())
        if not answer.content and not public:
            return {}
        body = answers.body(answer, public=public, secrets=self.secrets())
        if isinstance(body, dict):
            return body
        raise self.unreadable(answer, public=public)


def problem(answer: Answer, *, public: bool, secrets: tuple[str, ...] = ()) -> PlatformError:
    """The error that an unsuccessful answer stands for."""
    name, text = _name_and_text(answer)
    evidence = answers.evidence(answer, secrets) | {"problem": name}
    if answer.status == 402 or name == "usage-capped":
        return RateLimited(NO_CREDITS, datetime.now(UTC) + CREDITS_WAIT, evidence)
    if answer.status == 429:
        return answers.rate_limited(answer, oauth.RESET, secrets)
    if known := refusals.first(ACCESS, status=answer.status, code=name, text=text):
        return refusals.error(known, evidence, code=str(answer.status), text=text)
    if answer.status in REFUSALS:
        return Rejected(text or "The server refused this.", None, str(answer.status), evidence)
    if public:
        return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def _said(refused: Rejected) -> str:
    return f"{refused.message} {refused.evidence.get('body', '')}"


def _name_and_text(answer: Answer) -> tuple[str, str]:
    """(the last part of the problem's type, text). The host of the type has changed before."""
    try:
        body = answer.json()
    except ValueError:
        return "", ""
    if not isinstance(body, Mapping):
        return "", ""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    text = body.get("detail") or first.get("message") or first.get("detail") or body.get("title") or ""
    return str(body.get("type") or "").rpartition("/")[2], str(text)
