"""Restored backups. While one waits for its administrator, nothing leaves that its database would send once more.

The publish policies read it as the widest pause (`channels.pauses`); mail asks with `may_leave`.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from common.models import Restore

# For so long posts that were written before a restore are searched for before they are sent. The lists of networks
# show some hundred posts of an account, and people notice within days that a post is there.
SEARCHED_FOR = timedelta(days=14)


def running() -> QuerySet[Restore]:
    """Restores that no administrator has ended, the latest first. Several: a backup made in the pause of another."""
    return Restore.objects.filter(ended_at=None).order_by("-restored_at", "-pk")


def latest_after(at: datetime) -> Restore | None:
    """The restore that brought back what existed `at` that time, ended or not; None when it is newer than all."""
    return Restore.objects.filter(restored_at__gte=at).order_by("-restored_at", "-pk").first()


def made_at(restored_at: datetime) -> datetime | None:
    """When the backup was made that was restored then."""
    return Restore.objects.filter(restored_at=restored_at).values_list("made_at", flat=True).first()


def recent_after(at: datetime) -> Restore | None:
    """`latest_after`, while the networks' lists still reach back to it."""
    restore = latest_after(at)
    return restore if restore and timezone.now() - restore.restored_at < SEARCHED_FOR else None


def may_leave(passes: Q) -> Q:
    """For a query of rows with `created_at`: those that no restore holds. `passes`: what is free if it is new."""
    older = running().filter(restored_at__gte=OuterRef("created_at"))
    return ~Exists(running()) | (passes & ~Exists(older))
