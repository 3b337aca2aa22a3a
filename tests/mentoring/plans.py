"""Plans for tests, with the verbs that people use."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from mentoring.domain import plans
from mentoring.domain.plans import ActivitySpec
from mentoring.enums import Side
from mentoring.models import Activity, Plan
from mentoring.plan_rules import last_day
from mentoring.queries.plans import enrolment_of
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.models import Post
from tests.analytics.factories import published
from tests.people import Cast


def begun(cast: Cast, *activities: ActivitySpec, first: date | None = None, place: Any = None) -> Plan:
    """A draft of the officer that began twenty days ago."""
    place = place or cast.cuprija
    first = first or today() - timedelta(days=20)
    with scope(place):
        enrolment = enrolment_of(place)
        assert enrolment is not None
        return plans.start(
            enrolment, first, last_day(first), "Да грађани знају шта да ураде", activities or [wanted()],
            side=Side.MUNICIPALITY, by=cast.officer,
        )  # fmt: skip


def wanted(name: str = "Три објаве са позивом", due: int = 10, **fields: Any) -> ActivitySpec:
    """An activity that is due in so many days; one post shows it."""
    return ActivitySpec(name=name, due_on=today() + timedelta(days=due), **fields)


def agreed(cast: Cast, *activities: ActivitySpec, first: date | None = None) -> Plan:
    """A plan on which both agreed."""
    plan = begun(cast, *activities, first=first)
    with scope(cast.cuprija):
        plans.agree(plan, side=Side.MUNICIPALITY, by=cast.officer)
        return plans.agree(plan, side=Side.MENTOR, by=cast.mentor)


def only(plan: Plan) -> Activity:
    with scope(plan.municipality_id):
        return Activity.objects.select_related("plan__municipality", "kind").get(plan=plan)


def post(channel: Any, title: str = "Упис у вртиће", days_ago: int = 3, **fields: Any) -> Post:
    """A post that went out so many days ago and is still there."""
    day = timezone.localdate() - timedelta(days=days_ago)
    publication = published(channel, datetime.combine(day, time(9), BELGRADE))
    with scope(channel.municipality_id):
        Post.objects.filter(pk=publication.post_id).update(title=title, **fields)
        return Post.objects.get(pk=publication.post_id)
