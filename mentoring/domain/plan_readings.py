"""Activities that are proved by an indicator: its value since the plan began, measured again and again.

A page shows the last measured value. On the day on which an activity is due, or later, a value that reaches the agreed
threshold marks it as done; before that day a person may report it. A value of too few posts proves nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from analytics.indicators.queries.measurements import measure
from analytics.logframe import Measured
from common import audit
from mentoring.domain import plan_notifications as notifications
from mentoring.domain import plans
from mentoring.enums import Proof
from mentoring.models import Activity, Evidence
from mentoring.queries.plans import ActivityItem
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope


def read_all() -> int:
    """Read every open one of every plan that is followed; returns how many were done by it."""
    with everywhere("indicators that show whether activities were done"):
        rows = Activity.objects.filter(
            proof=Proof.INDICATOR, done_at__isnull=True, dropped_at__isnull=True, plan__agreed_at__isnull=False,
            plan__closed_at__isnull=True, plan__starts_on__lte=today(),
        ).select_related("plan__municipality")  # fmt: skip
        _read(list(rows))
        due = [row for row in rows if row.due_on <= today() and _has_reached(row)]
    return sum(_settle(row) for row in due)


def read_one(activity: Activity) -> None:
    """The same for one, in its scope."""
    _read([activity])


def _read(rows: Iterable[Activity]) -> None:
    """Measured together: all municipalities with the same first day, by the code."""
    alike: dict[tuple[date, str], list[Activity]] = defaultdict(list)
    for row in rows:
        alike[row.plan.starts_on, row.code].append(row)
    for (first, code), group in alike.items():
        places = list({row.municipality_id: row.plan.municipality for row in group}.values())
        by_municipality = measure(places, first, max(first, today()), only=code).get(code, {})
        for row in group:
            row.reading = _reading(by_municipality.get(row.municipality_id), first)
            row.read_at = timezone.now()
        Activity.objects.bulk_update(group, ["reading", "read_at"])


def _reading(measured: Measured | None, first: date) -> dict[str, Any]:
    if measured is None:
        measured = Measured(None, 0, "nobody")
    return {
        "value": measured.value,
        "n": measured.n,
        "why": measured.why,
        "first": first.isoformat(),
        "last": today().isoformat(),
    }


def _has_reached(row: Activity) -> bool:
    return ActivityItem(row, [], None, today()).has_reached


def _settle(activity: Activity) -> bool:
    with scope(activity.municipality_id), transaction.atomic():
        plan = plans.locked(activity.plan)
        row: Activity = Activity.objects.get(pk=activity.pk)
        row.plan = plan
        if not row.is_open or not plan.is_running:
            return False
        row.done_on, row.done_at = today(), timezone.now()
        row.save()
        keep(row, by=None)
        audit.record("agreement.prove", by=None, target=row, code=row.code)
        notifications.done(row, by=None)
    return True


def keep(activity: Activity, *, by: User | None) -> Evidence:
    """What the indicator came to when the activity was done."""
    evidence: Evidence = Evidence.objects.create(
        municipality_id=activity.municipality_id, activity=activity, kind=Proof.INDICATOR, code=activity.code,
        value=activity.reading.get("value"), n=activity.reading.get("n"), by=by,
    )  # fmt: skip
    return evidence
