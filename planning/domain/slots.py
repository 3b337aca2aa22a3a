"""The weekly posting times of a channel."""

from collections.abc import Collection
from datetime import time

from django.db import transaction

from accounts.models import User
from channels.models import Channel
from common.audit import record
from planning.models import Slot

Times = Collection[tuple[int, time]]


@transaction.atomic
def set_slots(channel: Channel, times: Times, *, by: User) -> bool:
    """Set exactly `times` (weekday from Monday 0, time) for the channel. Returns whether anything changed."""
    Channel.objects.select_for_update().get(pk=channel.pk)  # serialises concurrent saves
    before = set(Slot.objects.filter(channel=channel).values_list("weekday", "at"))
    wanted = set(times)
    if before == wanted:
        return False
    for weekday, at in before - wanted:
        Slot.objects.filter(channel=channel, weekday=weekday, at=at).delete()
    Slot.objects.bulk_create(
        Slot(municipality_id=channel.municipality_id, channel=channel, weekday=weekday, at=at)
        for weekday, at in sorted(wanted - before)
    )
    record("channel.set_slots", by=by, target=channel, slots=len(wanted))
    return True
