"""Polls of LinkedIn.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api

A poll has a question of its own beside the text, runs one of four durations, and takes one answer from each person. The
administrators of the page see on LinkedIn who voted for what.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from platforms import polls
from platforms.linkedin.posts import made_at
from platforms.types import Outgoing, PollCount

DURATIONS: Mapping[int, str] = {
    polls.DAY: "ONE_DAY",
    3 * polls.DAY: "THREE_DAYS",
    7 * polls.DAY: "SEVEN_DAYS",
    14 * polls.DAY: "FOURTEEN_DAYS",
}
SECONDS = {name: seconds for seconds, name in DURATIONS.items()}


def content(outgoing: Outgoing) -> dict[str, Any]:
    """The content of a post with a poll."""
    assert outgoing.poll is not None
    # Other values than these two are not supported: voters cannot be hidden from the page.
    settings = {"voteSelectionType": "SINGLE_VOTE", "isVoterVisibleToAuthor": True}
    settings["duration"] = DURATIONS[outgoing.poll.seconds]
    options = [{"text": option} for option in outgoing.poll.options]
    return {"poll": {"question": polls.question(outgoing), "options": options, "settings": settings}}


def count(post: Mapping[str, Any]) -> PollCount | None:
    """The votes in the poll of `post`; None where it has none, or an unknown form of one."""
    inside = post.get("content")
    poll = inside.get("poll") if isinstance(inside, Mapping) else None
    options = poll.get("options") if isinstance(poll, Mapping) else None
    if not isinstance(poll, Mapping) or not isinstance(options, list) or not options:
        return None
    if not all(isinstance(option, Mapping) for option in options):
        return None
    votes = tuple(_count(option.get("voteCount")) for option in options)
    ends_at = _end(post, poll)
    return PollCount(
        votes,
        _count(poll.get("uniqueVotersCount")),
        ends_at=ends_at,
        is_over=polls.is_past(ends_at),
    )


def _count(value: Any) -> int | None:
    """Also of digits as a text: so the counts of answers come in some versions."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(polls.MOST)):
        return polls.count(int(value))
    return polls.count(value)


def _end(post: Mapping[str, Any], poll: Mapping[str, Any]) -> datetime | None:
    settings = poll.get("settings")
    seconds = SECONDS.get(str(settings.get("duration"))) if isinstance(settings, Mapping) else None
    known = post.get("publishedAt") or post.get("createdAt")
    return made_at(post) + timedelta(seconds=seconds) if seconds and known else None
