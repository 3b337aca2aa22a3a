"""Votes of a poll, from the objects that come beside posts. https://docs.x.com/x-api/fundamentals/data-dictionary#poll"""

from collections.abc import Mapping
from typing import Any

from platforms import polls
from platforms.types import PollCount

ASKED = {"expansions": "attachments.poll_ids", "poll.fields": "end_datetime,voting_status"}


def of_page(page: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The polls of a page of posts, by id."""
    included = page.get("includes")
    listed = included.get("polls") if isinstance(included, Mapping) else None
    known = listed if isinstance(listed, list) else []
    return {str(one.get("id")): one for one in known if isinstance(one, Mapping)}


def count(post: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> PollCount | None:
    """The votes in the poll of `post`; None where it has none, or an unknown form of one."""
    attached = post.get("attachments")
    ids = attached.get("poll_ids") if isinstance(attached, Mapping) else None
    poll = known.get(str(ids[0])) if isinstance(ids, list) and ids else None
    options = poll.get("options") if poll else None
    if poll is None or not isinstance(options, list) or not all(isinstance(option, Mapping) for option in options):
        return None
    places = [polls.count(option.get("position")) for option in options]
    if not options or sorted(place or 0 for place in places) != list(range(1, len(options) + 1)):
        return None
    by_place = {place: polls.count(option.get("votes")) for place, option in zip(places, options, strict=True)}
    votes = tuple(by_place[place] for place in range(1, len(options) + 1))
    ends_at = polls.time(poll.get("end_datetime"))
    # Each person has one vote, so the votes are the people.
    is_over = poll.get("voting_status") == "closed" or polls.is_past(ends_at)
    return PollCount(votes, polls.sum_of(votes), ends_at=ends_at, is_over=is_over)
