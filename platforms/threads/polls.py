"""Polls of Threads. https://developers.facebook.com/documentation/threads/create-posts/polls

They stand below a text alone, and Threads decides how long they run. It returns the shares of the answers and the
number of votes, from which the votes of each answer are calculated.
"""

import json
from collections.abc import Mapping
from typing import Any

from platforms import polls
from platforms.types import Poll, PollCount

LETTERS = ("a", "b", "c", "d")
NAMES = [f"option_{letter}" for letter in LETTERS]
SHARES = [f"{name}_votes_percentage" for name in NAMES]
FIELD = f"poll_attachment{{{','.join([*NAMES, *SHARES, 'total_votes', 'expiration_timestamp'])}}}"


def attachment(poll: Poll) -> dict[str, str]:
    """The argument of a container for a post with this poll."""
    # A fifth answer gets a name as well: Threads refuses it, and none is silently left out.
    options = {f"option_{chr(ord('a') + place)}": option for place, option in enumerate(poll.options)}
    return {"poll_attachment": json.dumps(options, ensure_ascii=False)}


def count(post: Mapping[str, Any]) -> PollCount | None:
    """The votes in the poll of `post`; None where it has none, or an unknown form of one."""
    poll = post.get("poll_attachment")
    if not isinstance(poll, Mapping):
        return None
    shares = [_share(poll.get(share)) for name, share in zip(NAMES, SHARES, strict=True) if name in poll]
    total = polls.count(poll.get("total_votes"))
    if not shares:
        return None
    known = [share for share in shares if share is not None]
    is_whole = len(known) == len(shares) and total is not None
    votes = polls.from_shares(known, total) if is_whole and total is not None else (None,) * len(shares)
    ends_at = polls.time(poll.get("expiration_timestamp"))
    # Each person has one vote, so the votes are the people.
    return PollCount(votes, total, ends_at=ends_at, is_over=polls.is_past(ends_at))


def _share(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None
