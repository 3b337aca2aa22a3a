"""From an HTTP response to the five errors: what all connectors share. Each network's own codes stay in its package."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from common import http
from common.http import Answer
from platforms.errors import NotReached, OutcomeUnknown, RateLimited
from platforms.times import moment
from platforms.translation import gettext_noop

EVIDENCE_CHARACTERS = 500
WAIT_WITHOUT_HINT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=24)

UNREACHED = gettext_noop("The network could not be reached.")
UNANSWERED = gettext_noop("The network did not answer in time.")


def evidence(answer: Answer, secrets: Collection[str] = ()) -> dict[str, Any]:
    """What may be stored of an answer: status and the beginning of the body, with secrets removed."""
    return {"status": answer.status, "body": http.redact(answer.text[:EVIDENCE_CHARACTERS], secrets)}


def read(call: Callable[[], Answer]) -> Answer:
    """Do a request that changes nothing the public sees: whatever goes wrong, it may be done again."""
    try:
        return call()
    except http.HttpError as problem:
        raise NotReached(UNREACHED, {"problem": str(problem)}) from None


def write(call: Callable[[], Answer]) -> Answer:
    """Do a request that others will see: no answer is not "no"."""
    try:
        return call()
    except http.NotReached as problem:
        raise NotReached(UNREACHED, {"problem": str(problem)}) from None
    except http.NoAnswer as problem:
        raise OutcomeUnknown(UNANSWERED, {"problem": str(problem)}) from None


def rate_limited(answer: Answer, header: str, secrets: Collection[str] = ()) -> RateLimited:
    """`header` names the network's reset header (ISO time or epoch seconds); Retry-After wins."""
    now = datetime.now(UTC)
    hint = retry_after(answer.headers.get("retry-after"), now) or _moment(answer.headers.get(header))
    until = hint if hint and now < hint < now + LONGEST_WAIT else now + WAIT_WITHOUT_HINT
    return RateLimited("The network asks us to wait.", until, evidence(answer, secrets), by_status=True)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    if not value:
        return None
    try:
        if value.strip().isdigit():
            return now + timedelta(seconds=int(value))
        return parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        if value.strip().isdigit():
            return datetime.fromtimestamp(int(value), UTC)
        return moment(value)
    except (ValueError, OverflowError, OSError):
        return None


def body(answer: Answer, *, public: bool, secrets: Collection[str] = ()) -> Any:
    """The JSON of a successful answer. Anything else after a public write means that we do not know."""
    try:
        return answer.json()
    except ValueError:
        kind = OutcomeUnknown if public else NotReached
        raise kind("The server's answer could not be read.", evidence(answer, secrets)) from None
