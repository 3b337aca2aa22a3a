"""Resets of the demo, for the page on which they are requested."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from administration.enums import DemoResetState
from administration.models import DemoReset
from common.models import AuditEvent

RECENT = timedelta(minutes=15)
# A worker looks every three seconds.
PICKED_UP_WITHIN = timedelta(seconds=30)


def latest() -> DemoReset | None:
    return DemoReset.objects.select_related("asked_by").order_by("-pk").first()


def is_stalled(row: DemoReset) -> bool:
    """Whether nobody works on it although somebody should: no worker took it, or its process ended."""
    now = timezone.now()
    if row.state == DemoResetState.WAITING:
        return row.asked_at < now - PICKED_UP_WITHIN
    return row.state == DemoResetState.RUNNING and (row.lease_until is None or row.lease_until < now)


def others_at_work(person: User, last: DemoReset | None) -> int:
    """How many other people changed something in the last quarter of an hour, and since the last reset: what that one
    wrote names people too."""
    since = timezone.now() - RECENT
    if last is not None and last.ended_at is not None:
        since = max(since, last.ended_at)
    recent = AuditEvent.objects.filter(at__gte=since, actor_id__isnull=False).exclude(actor_id=person.pk)
    return recent.values("actor_id").distinct().count()
