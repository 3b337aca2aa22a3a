"""Rows of the mentoring as its verbs leave them: plans, activities, changes, check-ins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from mentoring.enums import ChangeKind, CheckInMethod, CheckInState, ClosingReason, Side
from mentoring.models import Activity, CheckIn, Plan, PlanChange
from municipalities.models import Enrolment, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from tests.people import Cast


def day(offset: int) -> date:
    return today() + timedelta(days=offset)


def at(offset: float) -> datetime:
    return timezone.now() + timedelta(days=offset)


def plan(cast: Cast, municipality: Municipality, *, agreed: bool = True, **fields: Any) -> Plan:
    """Begun ten days ago by the mentor, for three months; `agreed`: by both."""
    enrolment = Enrolment.objects.get(municipality=municipality)
    officer = cast.officer if municipality == cast.cuprija else cast.stranger
    both = {
        "mentor_agreed_by": cast.mentor, "mentor_agreed_at": at(-9), "municipality_agreed_by": officer,
        "municipality_agreed_at": at(-9), "agreed_at": at(-9),
    }  # fmt: skip
    with scope(municipality):
        row = Plan.objects.create(
            municipality=municipality,
            enrolment=enrolment,
            **{
                "starts_on": day(-10),
                "ends_on": day(80),
                "created_by": cast.mentor,
                **(both if agreed else {}),
                **fields,
            },
        )
        Plan.objects.filter(pk=row.pk).update(created_at=fields.get("created_at", at(-10)))
        return row


def close(row: Plan, because: ClosingReason = ClosingReason.FINISHED) -> None:
    with scope(row.municipality_id):
        Plan.objects.filter(pk=row.pk).update(closed_at=timezone.now(), closed_because=because)


def activity(
    row: Plan, name: str = "Објава са позивом", due: int = 10, done: int | None = None, **fields: Any
) -> Activity:
    """Due in so many days; `done` so many days from now."""
    completion = {} if done is None else {"done_on": day(done), "done_at": at(done)}
    with scope(row.municipality_id):
        return Activity.objects.create(
            municipality_id=row.municipality_id, plan=row, name=name, due_on=day(due), **completion, **fields
        )


def change(row: Plan, side: Side, by: Any, ago: float = 0, about: Activity | None = None) -> PlanChange:
    with scope(row.municipality_id):
        made = PlanChange.objects.create(
            municipality_id=row.municipality_id, plan=row, activity=about, what=ChangeKind.DATES, reason="Славе",
            side=side, proposed_by=by,
        )  # fmt: skip
        PlanChange.objects.filter(pk=made.pk).update(proposed_at=at(-ago))
        return made


def check_in(cast: Cast, municipality: Municipality, when: float, *, held: bool = False) -> CheckIn:
    """In so many days."""
    moment = at(when)
    outcome = {"state": CheckInState.HELD, "hours": 1, "settled_at": moment} if held else {}
    with scope(municipality):
        return CheckIn.objects.create(
            municipality=municipality, mentor=cast.mentor, way=CheckInMethod.VIDEO, local_time=moment, due_at=moment,
            planned_by=cast.mentor, **outcome,
        )  # fmt: skip
