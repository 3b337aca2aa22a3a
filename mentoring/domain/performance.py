"""A week after a post was published, mentors who commented on it are notified once of its results."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from common import audit
from mentoring.domain import notifications
from mentoring.models import PerformanceNotice
from mentoring.queries.performance import USUAL_DAYS, PostPerformance, pairs, unannounced
from municipalities.tenancy import scope


def notify_mentors(now: datetime) -> int:
    """Tell everybody whom it concerns; returns how many notices were written. Safe to run twice at once."""
    mentors = pairs()
    if not mentors:
        return 0
    with scope(*mentors):
        post_performances = unannounced(mentors, now)
        people = User.objects.in_bulk(
            {mentor for post_performance in post_performances for mentor in post_performance.mentors}
        )
        return sum(
            _notify_once(post_performance, people[mentor])
            for post_performance in post_performances
            for mentor in post_performance.mentors
        )


@transaction.atomic
def _notify_once(what: PostPerformance, mentor: User) -> bool:
    """The unique row makes sure that it happens once: the process that inserts it notifies."""
    numbers = {"interactions": what.interactions, "median": what.median, "counted": what.counted}
    _row, is_new = PerformanceNotice.objects.get_or_create(
        post=what.post, mentor=mentor, defaults={"municipality_id": what.post.municipality_id, **numbers}
    )
    if is_new:
        notifications.performed(what.post, mentor, days=USUAL_DAYS, **numbers)  # type: ignore[arg-type]
        audit.record("feedback.tell_performance", by=None, target=what.post, person=str(mentor))
    return is_new
