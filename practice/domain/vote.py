"""Polls: their validation, and voting. Votes are final; who gave which is not shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from practice import queries, rules, text
from practice.errors import ApiError, Missing
from practice.models import Account, Status, Vote


def checked(account: Account, poll: Mapping[str, Any], *, has_media: bool) -> dict[str, Any]:
    """The poll as it is stored. Raises `ApiError` with the texts of Mastodon's validation.

    On no network that a page imitates can people choose several answers, and some end every poll after the same time.
    """
    options = [text.cleaned(str(option)) for option in poll.get("options") or ()]
    seconds = poll.get("expires_in")
    if has_media:
        raise ApiError("Cannot attach media and a poll at once")
    if not 2 <= len(options) <= rules.POLL_OPTIONS or not all(options):
        raise ApiError(f"Validation failed: A poll has 2 to {rules.POLL_OPTIONS} options")
    if len(set(options)) < len(options):
        raise ApiError("Validation failed: Options contain duplicate items")
    if any(text.length(option) > rules.POLL_OPTION for option in options):
        raise ApiError(f"Validation failed: Options can't be longer than {rules.POLL_OPTION} characters each")
    if not isinstance(seconds, int) or not rules.POLL_SHORTEST <= seconds <= rules.POLL_LONGEST:
        raise ApiError("Validation failed: The time of the poll is out of range")
    ends_at = timezone.now() + timedelta(seconds=account.imitation.poll_seconds or seconds)
    multiple = poll.get("multiple") is True and not account.network
    return {"options": options, "multiple": multiple, "ends_at": ends_at.isoformat()}


def ends_at(poll: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(poll["ends_at"])


@transaction.atomic
def vote(account: Account, status_id: int, choices: Sequence[int]) -> Status:
    """One vote per person, several answers where the poll allows them. Raises `ApiError`, `Missing`."""
    # The lock makes two taps of one person follow each other.
    status = Status.objects.select_for_update().filter(pk=status_id).first()
    if status is None or not status.poll or not queries.sees(account, status):
        raise Missing
    chosen = sorted(set(choices))
    if ends_at(status.poll) <= timezone.now():
        raise ApiError("The poll has already ended")
    if Vote.objects.filter(status=status, account=account).exists():
        raise ApiError("You have already voted on this poll")
    if not chosen or (len(chosen) > 1 and not status.poll["multiple"]):
        raise ApiError("Choose one answer.")
    if not all(0 <= choice < len(status.poll["options"]) for choice in chosen):
        raise Missing
    Vote.objects.bulk_create(Vote(account=account, status=status, choice=choice) for choice in chosen)
    return status
