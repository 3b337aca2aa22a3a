"""A week after a post went out, the mentors who said a word about it learn how it did. Once."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from common import audit
from mentoring.domain import notices
from mentoring.models import PerformanceNotice
from mentoring.queries.performance import USUAL_DAYS, PostPerformance, pairs, to_tell
from municipalities.tenancy import scope


def tell(now: datetime) -> int:
    """Tell everybody whom it concerns; returns how many notices were written. Safe to run twice at once."""
    mentors = pairs()
    if not mentors:
        return 0
    with scope(*mentors):
        found = to_tell(mentors, now)
        people = User.objects.in_bulk({mentor for each in found for mentor in each.mentors})
        return sum(_told(each, people[mentor]) for each in found for mentor in each.mentors)


@transaction.atomic
def _told(what: PostPerformance, mentor: User) -> bool:
    """The row is the promise that it happens once: whoever writes it tells."""
    numbers = {"interactions": what.interactions, "median": what.median, "counted": what.counted}
    _row, is_new = PerformanceNotice.objects.get_or_create(
        post=what.post, mentor=mentor, defaults={"municipality_id": what.post.municipality_id, **numbers}
    )
    if is_new:
        notices.performed(what.post, mentor, days=USUAL_DAYS, **numbers)  # type: ignore[arg-type]
        audit.record("feedback.tell_performance", by=None, target=what.post, person=str(mentor))
    return is_new
