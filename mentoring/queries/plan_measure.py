"""ME1: agreed activities done by their day ÷ activities agreed, of those whose day lies in the window.

A day that is not over yet does not count, unless the activity is done. Activities that both sides dropped do not count,
nor do days after the plan was closed because the municipality left.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from analytics.logframe import Measured
from mentoring.enums import ClosingReason
from mentoring.models import Activity
from municipalities.queries import today

# No plan is older than the portal.
SINCE = date(2026, 1, 1)


def in_time(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """By municipality; one that had no activity due in these days has no value. One query; the scope is open."""
    over = Q(done_at__isnull=False) | Q(due_on__lt=today())
    expected = Q(plan__closed_at__isnull=True) | Q(plan__closed_because=ClosingReason.FINISHED)
    expected |= Q(due_on__lte=F("plan__closed_at__date"))
    rows = Activity.objects.filter(
        over, expected, municipality__in=[place.pk for place in places], plan__agreed_at__isnull=False,
        dropped_at__isnull=True, due_on__gte=first, due_on__lte=last,
    )  # fmt: skip
    counted = rows.order_by().values_list("municipality").annotate(
        agreed=Count("pk"), in_time=Count("pk", filter=Q(done_on__lte=F("due_on")))
    )  # fmt: skip
    measured = {place.pk: Measured(None, 0, "no_activities") for place in places}
    measured |= {pk: Measured(done * 100 / agreed, agreed) for pk, agreed, done in counted}
    return measured
