"""How long after a person's last private message a network takes our answer. Pure.

A connector lists its windows as data (`reply_windows`), the shortest first, each with source and date. The inbox shows
the time that is left and refuses an answer before it is sent; a connector chooses the tag of the request by `at`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from platforms.translation import gettext_noop

# An answer that is sent this close to the end of a window may reach the network after it.
MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class ReplyWindow:
    """One rule of a network. `lasts` None: for ever.

    `tag` is what the request has to say, in the network's own word. `scope`: the permission that it needs, in the
    network's own name. `by_person`: only a person may answer with it, no automatic message. `message_id` (English
    msgid) says what the rule is. `source` is a link, `as_of` a day (ISO).
    """

    lasts: timedelta | None
    source: str
    as_of: str
    message_id: str
    tag: str = ""
    scope: str = ""
    by_person: bool = False


RECIPIENT_GONE = gettext_noop(
    "This person has blocked the account, left the conversation or left the network, so no answer reaches them there."
)
CLOSED = gettext_noop("The network takes answers only for a time after the person's last message, and it is over.")
ATTACHMENT_TOO_BIG = gettext_noop("This attachment is too big.")
ATTACHMENT_EXPIRED = gettext_noop("The network no longer has this attachment.")
OTHER_PERSON = gettext_noop("The answer belongs to another conversation, so it was not sent.")
ALWAYS = gettext_noop("This network takes an answer to a private message at any time.")


def without_limit(source: str, as_of: str) -> ReplyWindow:
    """Of a network that takes answers for ever."""
    return ReplyWindow(None, source, as_of, ALWAYS)


def granted(windows: Sequence[ReplyWindow], scopes: Collection[str]) -> tuple[ReplyWindow, ...]:
    """Those for which the account has the permission. `scopes`: the granted permissions, in the network's names."""
    return tuple(window for window in windows if not window.scope or window.scope in scopes)


def closes_at(windows: Sequence[ReplyWindow], received_at: datetime, *, automatic: bool = False) -> datetime | None:
    """When the last of these windows closes (`MARGIN` before the network closes it), counted from the person's last
    message; None: never. `received_at` itself where there is no window."""
    usable = [window for window in windows if not (automatic and window.by_person)]
    if any(window.lasts is None for window in usable):
        return None
    longest = max((window.lasts for window in usable if window.lasts is not None), default=timedelta())
    return received_at + max(longest - MARGIN, timedelta())


def is_open(windows: Sequence[ReplyWindow], received_at: datetime, now: datetime, *, automatic: bool = False) -> bool:
    closes = closes_at(windows, received_at, automatic=automatic)
    return closes is None or now < closes


def at(windows: Sequence[ReplyWindow], received_at: datetime | None, now: datetime) -> ReplyWindow | None:
    """The first window that is open at `now`, whose tag the request carries; None: the network would refuse."""
    for window in windows:
        if window.lasts is None or (received_at is not None and now < received_at + window.lasts - MARGIN):
            return window
    return None
