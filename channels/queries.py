"""Reads of channels: a municipality's list, and what is due for the workers across all municipalities."""

from datetime import timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone

from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, ConnectAttempt, Credential
from municipalities.tenancy import everywhere

# Bluesky's access token lives two hours; a tick comes every minute.
RENEW_AHEAD = timedelta(minutes=20)
CHECK_EVERY = timedelta(hours=1)
LEARN_EVERY = timedelta(days=1)
ORDER = {ChannelState.NEEDS_CONSENT: 0, ChannelState.CONNECTED: 1, ChannelState.DISCONNECTED: 2}

Due = list[tuple[int, int]]
"""(id of the row, id of its municipality)."""


def listed() -> QuerySet[Channel]:
    """The channels of the municipality in scope: what needs somebody first, what has ended last."""
    place = Case(*(When(state=state, then=Value(n)) for state, n in ORDER.items()), output_field=IntegerField())
    return Channel.objects.select_related("connected_by").order_by(place, "name", "pk")


def connected() -> QuerySet[Channel]:
    """The channels a post may go to, in the order in which they are shown."""
    return Channel.objects.exclude(state=ChannelState.DISCONNECTED).order_by("name", "pk")


def attempts_due() -> Due:
    """Tries to connect that wait for a worker."""
    with everywhere("find due work on channels"):
        waiting = ConnectAttempt.objects.filter(
            step__in=(ConnectStep.REGISTERING, ConnectStep.SIGNING_IN, ConnectStep.READING),
            expires_at__gt=timezone.now(),
        ).exclude(ciphertext="")
        return list(waiting.order_by("pk").values_list("pk", "municipality_id"))


def attempts_overdue() -> Due:
    """Tries that nobody finished in time."""
    with everywhere("find due work on channels"):
        running = ConnectAttempt.objects.exclude(step__in=(ConnectStep.DONE, ConnectStep.FAILED))
        return list(running.filter(expires_at__lte=timezone.now()).values_list("pk", "municipality_id"))


def sessions_due() -> Due:
    """Channels whose session ends soon."""
    with everywhere("find due work on channels"):
        soon = Credential.objects.filter(
            expires_at__lte=timezone.now() + RENEW_AHEAD, channel__state=ChannelState.CONNECTED
        )
        return list(soon.order_by("expires_at").values_list("channel_id", "municipality_id"))


def checks_due() -> Due:
    return _stale("checked_at", CHECK_EVERY)


def facts_due() -> Due:
    return _stale("facts_at", LEARN_EVERY)


def _stale(stamp: str, after: timedelta) -> Due:
    with everywhere("find due work on channels"):
        connected_ones = Channel.objects.filter(state=ChannelState.CONNECTED)
        fresh = connected_ones.filter(**{f"{stamp}__gt": timezone.now() - after}).values("pk")
        return list(connected_ones.exclude(pk__in=fresh).order_by(stamp).values_list("pk", "municipality_id"))


def revocations_due() -> Due:
    """Channels that ended and whose network has not been told."""
    with everywhere("find due work on channels"):
        left = Credential.objects.filter(channel__state=ChannelState.DISCONNECTED)
        return list(left.values_list("channel_id", "municipality_id"))
