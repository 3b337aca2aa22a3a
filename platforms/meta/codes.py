"""The meaning of Graph API errors. Decided by `code` and `error_subcode`, never by the text.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from common import untrusted_json
from common.http import Answer
from platforms import refusals
from platforms.answers import LONGEST_WAIT, evidence
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.translation import gettext_noop

TOKEN = frozenset({102, 190})
PERMISSION = frozenset({3, 10, *range(200, 300)})
RATE = frozenset({4, 17, 32, 341, 613, *range(80000, 80010), 80014})
TOO_FAST = 1390008
SERVICE = frozenset({1, 2})
# The second half: "There was a problem uploading your video. Please try uploading it again", a timeout, a wrong offset.
# https://developers.facebook.com/documentation/video-api/reference/error-codes
SERVICE_SUBCODES = frozenset({1363047, 1609010, 6000, 1363019, 1363030, 1363033, 1363037})
BLOCKED = 368
DUPLICATE = 506
PARAMETER = 100
MISSING = 33
# Without a hint: the windows of the limits are rolling hours.
WAIT = timedelta(minutes=15)

DEAD = gettext_noop("The network no longer accepts our access.")
TOKENS = {
    458: gettext_noop("The portal was removed from the apps of the person who connected this account."),
    459: gettext_noop(
        "The network requires the person who connected this account to sign in there and confirm a check."
    ),
    460: gettext_noop("The person who connected this account has changed their password, which ended our access."),
    463: gettext_noop("Our access to this account has run out."),
    464: gettext_noop("The network requires the person who connected this account to confirm their identity."),
    467: gettext_noop("Our access to this account was taken back."),
    490: gettext_noop(
        "The network requires the person who connected this account to sign in there and confirm a check."
    ),
    492: gettext_noop("The person who connected this account has no role on it any more."),
}
NO_PERMISSION = gettext_noop("A permission for this is missing, or the person who connected it lost the role.")
NO_LINK = gettext_noop("The network cannot open the link to show it. Check the address, or leave it out.")
PICTURE = gettext_noop("The network does not take this picture: it is too large or of a type that it does not know.")
USED = gettext_noop("The network reports that a picture was used before. Send the post again.")
CONTENT = gettext_noop("The network refused the content of this post.")
BAD_LINK = gettext_noop("The network refuses a link in this post.")
ABUSE = gettext_noop("The network reports that this breaks its rules. Check the account's notices there.")
RESTRICTED = gettext_noop("The network has restricted this account. Open it there and follow its instructions.")
IDENTITY = gettext_noop("The network requires an administrator of this account to confirm their identity there.")
HELD = gettext_noop("The network has blocked publishing for this account for a time. Open it there to see why.")
REFUSALS = {
    1366046: PICTURE,
    2069019: PICTURE,
    1366051: USED,
    1349125: CONTENT,
    2061006: BAD_LINK,
    1609008: BAD_LINK,
    1609005: NO_LINK,
    1346003: ABUSE,
    1404102: ABUSE,
    1404112: RESTRICTED,
    1404006: IDENTITY,
    1404078: IDENTITY,
    4854002: IDENTITY,
}
GUIDE = "https://developers.facebook.com/docs/graph-api/guides/error-handling"
# 3: "capability or permissions issue", 10 and 200 to 299: "permission is either not granted or has been removed". A
# lost role and an optional permission answer alike, and both leave the token as it is.
ACCESS = (
    Refusal(Meaning.ENDED, DEAD, GUIDE, "2026-11-29", codes=frozenset(map(str, TOKEN))),
    Refusal(Meaning.PERMISSION, NO_PERMISSION, GUIDE, "2026-11-29", codes=frozenset(map(str, PERMISSION))),
    Refusal(Meaning.CONTENT, HELD, GUIDE, "2026-11-29", codes=frozenset({str(BLOCKED)})),
)
TWICE = gettext_noop("The network reports that the same content was published just before.")
FAILED = "The server failed and did not say whether it published."
BUSY = "The server does not answer properly at the moment."
WAITING = "The network asks us to wait."
REFUSED = "The server refused this."


def error_of(answer: Answer) -> dict[str, Any]:
    """The error object of an answer, {} where there is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def problem(answer: Answer, *, public: bool, secrets: tuple[str, ...] = ()) -> PlatformError:
    """The error for an unsuccessful answer. `public`: the call would have had a public effect."""
    error = error_of(answer)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    seen = {**evidence(answer, secrets), "code": code, "subcode": subcode, "trace": str(error.get("fbtrace_id", ""))}
    if isinstance(offsets := error.get("error_data"), dict) and "start_offset" in offsets:
        seen |= {name: offsets.get(name) for name in ("start_offset", "end_offset")}
    known = refusals.first(ACCESS, status=answer.status, code=str(code))
    if known and known.meaning == Meaning.ENDED:
        return refusals.error(replace(known, message=TOKENS.get(subcode, known.message)), seen)
    if code in RATE or subcode == TOO_FAST or answer.status == 429:
        return RateLimited(WAITING, available_again_at(answer.headers), seen)
    refused = REFUSALS.get(subcode)
    if not refused and (code in SERVICE or {code, subcode} & SERVICE_SUBCODES or not error or answer.status >= 500):
        return OutcomeUnknown(FAILED, seen) if public else NotReached(BUSY, seen)
    if not refused and known and known.meaning == Meaning.PERMISSION:
        return refusals.error(known, seen)
    if code == DUPLICATE:
        # Evidence that an earlier call of ours succeeded: it is reconciled before anything else.
        return OutcomeUnknown(TWICE, seen)
    text = refused or REFUSALS.get(code) or (known.message if known else "")
    text = text or str(error.get("error_user_msg") or error.get("message") or REFUSED)[:300]
    return Rejected(text, code=f"{code}/{subcode}" if subcode else str(code), evidence=seen)


def asks_for_less(busy: NotReached) -> bool:
    """Whether a read asked for too much at once: "Please reduce the amount of data you're asking for". It has the code
    of every failure, so only the text tells it apart.
    https://developers.facebook.com/docs/graph-api/guides/error-handling"""
    return busy.evidence.get("code") == 1 and "reduce the amount of data" in str(busy.evidence.get("body", "")).lower()


def is_missing(refused: Rejected) -> bool:
    """Whether the network says that the object does not exist, at least for us."""
    return refused.code in (f"{PARAMETER}/{MISSING}", "404")


def available_again_at(headers: Mapping[str, str]) -> datetime:
    """When calls are answered again. https://developers.facebook.com/docs/graph-api/overview/rate-limiting"""
    minutes = [
        _number(usage.get("estimated_time_to_regain_access"))
        for usages in _usage(headers.get("x-business-use-case-usage")).values()
        for usage in (usages if isinstance(usages, list) else ())
        if isinstance(usage, dict)
    ]
    wait = timedelta(minutes=max(minutes, default=0)) or WAIT
    return datetime.now(UTC) + min(wait, LONGEST_WAIT)


def _usage(header: str | None) -> dict[str, Any]:
    try:
        usage = untrusted_json.loads(header or "{}")
    except ValueError:
        return {}
    return usage if isinstance(usage, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
