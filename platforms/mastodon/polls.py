"""Results of a poll, read from its status. https://docs.joinmastodon.org/entities/Poll/"""

from collections.abc import Mapping
from typing import Any

from platforms import polls
from platforms.types import PollCount


def count(status: Mapping[str, Any]) -> PollCount | None:
    """None where the status has no poll, or an unknown form of one."""
    poll = status.get("poll")
    if not isinstance(poll, Mapping):
        return None
    options = poll.get("options")
    if not isinstance(options, list) or not options or not all(isinstance(option, Mapping) for option in options):
        return None
    multiple, ends_at = poll.get("multiple") is True, polls.time(poll.get("expires_at"))
    # Where each has one vote, `voters_count` may be null: the votes are the people.
    voters = polls.count(poll.get("voters_count"))
    if voters is None and not multiple:
        voters = polls.count(poll.get("votes_count"))
    return PollCount(
        votes=tuple(
            polls.count(option.get("votes_count")) for option in options
        ),  # null while the server keeps it to itself
        voters=voters,
        multiple=multiple,
        ends_at=ends_at,
        is_over=poll.get("expired") is True or polls.is_past(ends_at),
    )
