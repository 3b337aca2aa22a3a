"""Check-ins of a municipality, its open next steps, and who may change them. A fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from mentoring.enums import CheckInState
from mentoring.models import CheckIn, NextStep
from municipalities.models import Municipality, Pairing
from municipalities.queries import today

MOST_OPEN = 30


def check_ins() -> QuerySet[CheckIn]:
    """Of the municipalities in scope, with their mentor."""
    return CheckIn.objects.select_related("mentor", "municipality")


def planned() -> list[CheckIn]:
    """Those that are planned, the next first; past ones wait for their notes. One query."""
    return list(check_ins().filter(state=CheckInState.PLANNED).order_by("due_at", "pk"))


def history() -> QuerySet[CheckIn]:
    """Held and called off, the newest first, each with how many steps it had and how many are open."""
    rows = check_ins().exclude(state=CheckInState.PLANNED)
    counted = rows.annotate(steps_made=Count("steps"), steps_open=Count("steps", filter=Q(steps__done_at__isnull=True)))
    return counted.order_by("-due_at", "-pk")


def open_steps() -> list[NextStep]:
    """Of the municipalities in scope: what is due first on top, undated ones last. One query."""
    rows = NextStep.objects.filter(done_at=None).select_related("check_in")
    return list(rows.order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_OPEN])


def accompanies(user: Any, municipality: Municipality | int) -> bool:
    """Whether this person is a mentor there today. One query."""
    pk = getattr(municipality, "pk", municipality)
    return Pairing.objects.on(today()).filter(mentor=user, municipality=pk).exists()


def may_keep(check_in: CheckIn, user: Any) -> bool:
    """Whether it is this mentor's: their own, or one to come whose mentor no longer accompanies the municipality."""
    if not accompanies(user, check_in.municipality_id):
        return False
    if check_in.mentor_id == user.pk:
        return True
    return check_in.is_planned and not accompanies(check_in.mentor_id, check_in.municipality_id)


@dataclass(frozen=True)
class CheckInSummary:
    """The check-ins of a municipality in some lines: for who takes over, and for who looks in."""

    next: CheckIn | None
    waiting: int  # past ones that were not recorded
    last: CheckIn | None
    held: int
    steps: list[NextStep]


def check_in_summary() -> CheckInSummary:
    """Of the municipality in scope. Two queries: a municipality has some dozen check-ins, and notes are left out."""
    rows = list(check_ins().exclude(state=CheckInState.CANCELLED).defer("notes").order_by("due_at", "pk"))
    coming, held = [row for row in rows if row.is_planned], [row for row in rows if row.is_held]
    now = timezone.now()
    return CheckInSummary(
        next=next((row for row in coming if row.due_at >= now), None),
        waiting=sum(row.due_at < now for row in coming),
        last=held[-1] if held else None,
        held=len(held),
        steps=open_steps(),
    )
