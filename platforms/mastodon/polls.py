"""Results of a poll, read from its status. https://docs.joinmastodon.org/entities/Poll/"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.answers import moment
from platforms.types import PollCount

# More than there are people.
MOST = 2**31


def count(status: Mapping[str, Any]) -> PollCount | None:
    """None where the status has no poll, or an unknown form of one."""
    poll = status.get("poll")
    if not isinstance(poll, Mapping):
        return None
    options = poll.get("options")
    if not isinstance(options, list) or not options or not all(isinstance(option, Mapping) for option in options):
        return None
    multiple, ends_at = poll.get("multiple") is True, _time(poll.get("expires_at"))
    # Where each has one vote, `voters_count` may be null: the votes are the people.
    voters = _count(poll.get("voters_count"))
    if voters is None and not multiple:
        voters = _count(poll.get("votes_count"))
    return PollCount(
        votes=tuple(
            _count(option.get("votes_count")) for option in options
        ),  # null while the server keeps it to itself
        voters=voters,
        multiple=multiple,
        ends_at=ends_at,
        is_over=poll.get("expired") is True or (ends_at is not None and ends_at <= datetime.now(UTC)),
    )


def _count(value: Any) -> int | None:
    """None for anything that is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None


def _time(value: Any) -> datetime | None:
    try:
        return moment(value) if isinstance(value, str) else None
    except ValueError:
        return None
