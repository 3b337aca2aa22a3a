"""What the Home of a workspace shows of the mentoring, to those who write there."""

from dataclasses import dataclass

from django.utils import timezone

from mentoring import links
from mentoring.enums import Side
from mentoring.queries.overviews import Glance, glances
from mentoring.queries.progress import InShort
from mentoring.queries.waiting import waiting
from mentoring.what_next import WhatNext, for_municipality
from municipalities.web import MunicipalityRequest


@dataclass(frozen=True)
class MyPlan:
    """The plan at a glance, the next step, and the writer's own posts by the rubric."""

    glance: Glance
    rubric: InShort
    what_next: WhatNext
    plan_url: str


def glance_of(request: MunicipalityRequest) -> Glance:
    """The mentoring of the workspace at hand, with the reader's own posts. One query."""
    place = request.municipality
    return glances([place.pk], timezone.now(), author=request.user)[place.pk]


def my_plan(request: MunicipalityRequest, glance: Glance) -> MyPlan | None:
    """None where the municipality takes part in no programme. One query; none where it does not."""
    place, now = request.municipality, timezone.now()
    if not glance.is_enrolled:
        return None
    to_answer = waiting([place.pk]).get((place.pk, Side.MUNICIPALITY))
    what_next = for_municipality(place.slug, glance, to_answer, now)
    return MyPlan(glance, glance.rubric, what_next, links.plan(place.slug))
