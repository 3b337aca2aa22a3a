"""Times of the outbox (retry backoff, reconciliation, status checks), and what people may answer. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from delivery.enums import ReasonCode, State

# The buttons of a delivery that asks, the likeliest first; each is a verb of `delivery.domain.answer`.
ANSWERS: dict[str, tuple[str, ...]] = {
    State.WAITING: ("still_send", "choose_time", "drop"),
    State.EXPIRED: ("choose_time", "send_now", "drop"),
    State.FAILED: ("send_again", "drop"),
    State.CHECKING: ("it_is_there", "drop"),
    State.UNCONFIRMED: ("it_is_there", "it_is_not_there", "drop"),
    State.PUBLISHED: ("take_down",),
    State.MISSING: ("noted",),
}

# A post that a person saw on a network whose links name no post; the delivery's key follows. The network does not know
# this id, so it is asked nothing about the post.
SEEN = "seen:"

AT_ONCE = frozenset({"still_send", "send_now", "send_again", "it_is_not_there"})

# Retry backoff after an attempt that did not reach the network: eight attempts in about half an hour. Then a person is
# asked.
RETRY_BACKOFF = tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300, 600, 900))

# The first reconciliation comes soon, since most posts with a lost answer are there at once; the others at growing
# intervals, one of them at the moment from which an absent post means that it is not there.
FIRST_RECONCILIATION = timedelta(seconds=5)
RECONCILIATION_BACKOFF = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 30, 60, 120))

# After the end of the commit window: lists of networks lag, so a person is asked after the first of these searches, and
# not long before the second. Of a window that is shorter than the usual one, the same shares of it.
AFTER_WINDOW = (timedelta(minutes=1), timedelta(minutes=5))
USUAL_WINDOW = timedelta(minutes=16)

# After the last call, where more than one may have landed. The first is later than most commit windows.
DUPLICATE_CHECKS = (timedelta(minutes=20), timedelta(hours=1), timedelta(days=1))
SEARCH_INTERVAL = timedelta(hours=1)
# A network that does not answer then is searched again each hour until this long after the last call.
SEARCH_AT_MOST = timedelta(days=3)

# After a refusal: networks refuse before they act, and one search costs little.
CHECK_AFTER_REFUSAL = timedelta(minutes=1)

# Between two searches on one channel after a restore: at most 30 a minute leave the budgets of the networks to posts.
RESTORE_SEARCH_INTERVAL = timedelta(seconds=2)
RESTORE_SEARCH_RETRY = timedelta(minutes=1)

# While a correction waits for something, the check of an earlier one is put off.
EDIT_CHECK_RETRY = timedelta(minutes=1)

# While a network prepares a post. After the last one the reason is "no verdict in time".
STATUS_CHECK_BACKOFF = tuple(timedelta(seconds=s) for s in (5, 10, 20, 30, 60, 60, 120, 300, 300, 600, 900, 1800))

# A post leaves within seconds of its time; after so long people read that it is delayed, and why.
DELAYED_AFTER = timedelta(minutes=1)

# A withdrawal is repeated until it happened.
WITHDRAWAL_INTERVAL = timedelta(minutes=1)


def is_slow(payload: Mapping[str, Any]) -> bool:
    """Whether it carries a video: its call may take minutes, and so may everything that waits for it."""
    return bool(payload.get("video"))


def brings_files(payload: Mapping[str, Any]) -> bool:
    """Whether it keeps a hand busy for longer than a text does."""
    return bool(payload.get("pictures")) or is_slow(payload)


def next_attempt_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` calls that reached nobody; None when they are used up."""
    return now + RETRY_BACKOFF[attempts - 1] if attempts <= len(RETRY_BACKOFF) else None


def first_reconciliation_at(now: datetime) -> datetime:
    return now + FIRST_RECONCILIATION


def after_window(window: timedelta) -> tuple[timedelta, ...]:
    """How long after a commit window the network is searched again."""
    return tuple(after * min(window / USUAL_WINDOW, 1) for after in AFTER_WINDOW)


def next_reconciliation_at(
    attempts: int, now: datetime, decisive_at: datetime, window: timedelta = timedelta()
) -> datetime:
    """When to reconcile after `attempts` reconciliations, one at least. The last interval repeats.

    `decisive_at`: from when on a search that does not show the post means that it is not there, the end of the commit
    `window`.
    """
    at = now + RECONCILIATION_BACKOFF[min(attempts, len(RECONCILIATION_BACKOFF)) - 1]
    planned = (decisive_at, *(decisive_at + after for after in after_window(window)))
    return min(at, next((moment for moment in planned if now < moment), at))


def next_duplicate_check_at(last_sent: datetime, now: datetime) -> datetime | None:
    """When to search again for a second post; None when no more searches are made."""
    return next((last_sent + after for after in DUPLICATE_CHECKS if last_sent + after > now), None)


def next_status_check_at(checks: int, now: datetime) -> datetime | None:
    """When to ask again after so many status checks; None when no more are made."""
    return now + STATUS_CHECK_BACKOFF[checks] if checks < len(STATUS_CHECK_BACKOFF) else None


def not_after(due_at: datetime, minutes: int) -> datetime:
    """Until when a post may go out by itself. Minutes of real time: a change of clocks does not stretch it."""
    return due_at + timedelta(minutes=minutes)


def answers(state: str, reason: str, *, connected: bool, paused: bool = False) -> tuple[str, ...]:
    """What a person may answer now. What waits for an approval is not answered here, but approved; what would leave
    earlier than it was approved for gets another time on the page of its post.

    Nothing can be sent at once on a channel that is not `connected`, or while publishing is `paused`.
    """
    if state == State.WAITING and reason == ReasonCode.NOT_APPROVED:
        return ()
    offered = ("drop",) if state == State.WAITING and reason == ReasonCode.TOO_EARLY else ANSWERS.get(state, ())
    if connected and not paused:
        return offered
    return tuple(answer for answer in offered if answer not in AT_ONCE)
