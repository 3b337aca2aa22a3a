"""A summary for the mentor who takes over a municipality: the plan, what is due, check-ins and next steps."""

from dataclasses import dataclass
from typing import Any

from mentoring.models import Activity, Plan
from mentoring.queries.checkins import CheckInSummary, check_in_summary
from mentoring.queries.plans import PlanProgress, plan_progress
from municipalities.models import Municipality
from municipalities.queries import today

SHOWN = 5


@dataclass(frozen=True)
class HandoverStatus:
    """`plan` None: none with activities is open. `open` are activities that are not done, what is due first on top."""

    plan: Plan | None
    progress: PlanProgress | None
    open: list[Activity]
    talks: CheckInSummary

    @property
    def soonest(self) -> list[Activity]:
        return self.open[:SHOWN]

    @property
    def steps(self) -> list[Any]:
        return self.talks.steps[:SHOWN]


def handover_status(municipality: Municipality) -> HandoverStatus:
    """Of the municipality in scope. Three queries."""
    rows = Activity.objects.filter(plan__municipality=municipality, plan__closed_at__isnull=True)
    activities = list(rows.select_related("plan", "owner").order_by("-plan__starts_on", "due_on", "position", "pk"))
    # two enrolments may each have one; the newer is what one goes on with
    plan = activities[0].plan if activities else None
    of_plan = [row for row in activities if row.plan_id == activities[0].plan_id]
    return HandoverStatus(
        plan,
        plan_progress(of_plan, today()) if plan else None,
        [row for row in of_plan if row.is_open],
        check_in_summary(),
    )
