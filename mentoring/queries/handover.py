"""What whoever takes over a municipality has to know at a glance: the plan, what is due, check-ins and next steps."""

from dataclasses import dataclass
from typing import Any

from mentoring.models import Activity, Plan
from mentoring.queries.checkins import Glance, glance
from mentoring.queries.plans import Progress, activities_of, open_plan, progress
from municipalities.models import Municipality
from municipalities.queries import today

SHOWN = 5


@dataclass(frozen=True)
class Standing:
    """`plan` None: there is none that is open. `open` are activities that are not done, what is due first on top."""

    plan: Plan | None
    progress: Progress | None
    open: list[Activity]
    talks: Glance

    @property
    def soonest(self) -> list[Activity]:
        return self.open[:SHOWN]

    @property
    def steps(self) -> list[Any]:
        return self.talks.steps[:SHOWN]


def standing(municipality: Municipality) -> Standing:
    """Of the municipality in scope. Six queries at most."""
    plan = open_plan(municipality)
    rows = list(activities_of(plan)) if plan else []
    return Standing(
        plan,
        progress(rows, today()) if plan else None,
        [row for row in rows if row.is_open],
        glance(),
    )
