"""Check-ins for tests, made with the real verbs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from mentoring.domain import checkins
from mentoring.domain.checkins import CheckInPlan, CheckInRecord, StepContent
from mentoring.enums import CheckInMethod, Side
from mentoring.models import CheckIn
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts import rules


def at(on: date, clock: str = "10:00", fold: int | None = 0) -> rules.ResolvedTime:
    resolved = rules.resolve_wall_time(on, time.fromisoformat(clock), fold)
    assert isinstance(resolved, rules.ResolvedTime)
    return resolved


def ahead(days: int = 3, clock: str = "10:00") -> rules.ResolvedTime:
    return at(timezone.localdate() + timedelta(days=days), clock)


def planned(municipality: Municipality, mentor: Any, days: int = 3, **fields: Any) -> CheckIn:
    with scope(municipality):
        return checkins.plan(
            municipality, CheckInPlan(ahead(days), fields.pop("way", CheckInMethod.VIDEO), **fields), by=mentor
        )


def held(
    municipality: Municipality,
    mentor: Any,
    days: int = -3,
    hours: str = "1.5",
    notes: str = "Договорено.",
    *steps: StepContent,
) -> CheckIn:
    record = CheckInRecord(ahead(days), CheckInMethod.VISIT, Decimal(hours), notes, steps)
    with scope(municipality):
        return checkins.write_down(None, record, municipality=municipality, by=mentor)


def step(
    text: str = "Објавити анкету", side: str = Side.MUNICIPALITY, days: int | None = 7, **fields: Any
) -> StepContent:
    due_on = None if days is None else timezone.localdate() + timedelta(days=days)
    return StepContent(text, side, due_on=due_on, **fields)


def moment(text: str) -> datetime:
    """An aware moment in Belgrade: "2026-12-31 10:00"."""
    return timezone.make_aware(datetime.fromisoformat(text))
