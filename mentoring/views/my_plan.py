"""The mentoring section on the Home of a workspace, for those who write there."""

from dataclasses import dataclass

from django.utils import timezone

from mentoring import links
from mentoring.enums import Side
from mentoring.queries.overviews import MentoringOverview, overview_of_writer
from mentoring.queries.progress import RubricSummary
from mentoring.queries.waiting import waiting
from mentoring.what_next import WhatNext, for_municipality
from municipalities.web import MunicipalityRequest


@dataclass(frozen=True)
class MyPlan:
    """The plan at a glance, the next step, and the writer's own posts by the rubric."""

    overview: MentoringOverview
    rubric: RubricSummary
    what_next: WhatNext
    plan_url: str


def overview_of(request: MunicipalityRequest) -> MentoringOverview:
    """The mentoring of the workspace at hand, with the reader's own posts. One query."""
    return overview_of_writer(request.municipality, request.user, timezone.now())


def my_plan(request: MunicipalityRequest, overview: MentoringOverview) -> MyPlan | None:
    """None where the municipality takes part in no programme. One query; none where it does not."""
    place, now = request.municipality, timezone.now()
    if not overview.is_enrolled:
        return None
    to_answer = waiting([place.pk]).get((place.pk, Side.MUNICIPALITY))
    what_next = for_municipality(place.slug, overview, to_answer, now)
    return MyPlan(overview, overview.rubric, what_next, links.plan(place.slug))
