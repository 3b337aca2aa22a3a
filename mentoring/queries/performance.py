"""Results of posts in their first week, beside the usual result in their municipality. The caller opens the scope."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Min, Q, Sum

from analytics.dashboards.queries.dashboard import countable
from analytics.enums import SubjectKind
from analytics.models import Subject
from mentoring.models import Feedback, PerformanceNotice
from mentoring.rules import FEW
from municipalities.models import Pairing
from municipalities.queries import today
from posts.models import Comment, Post

AFTER = timedelta(days=7)
# Numbers that are not there by then do not come any more.
NOT_AFTER = timedelta(days=14)
USUAL_DAYS = 90


@dataclass(frozen=True)
class PostPerformance:
    """A post whose first week is over, its interactions on all channels, and whom to tell."""

    post: Any
    mentors: list[int]
    interactions: int
    median: float | None
    counted: int


def pairs() -> dict[int, set[int]]:
    """Municipalities accompanied today, with the ids of their mentors."""
    by_municipality: dict[int, set[int]] = defaultdict(set)
    rows = Pairing.objects.on(today()).filter(municipality__joined_on__isnull=False, mentor__is_active=True)
    for place, mentor in rows.values_list("municipality_id", "mentor_id"):
        by_municipality[place].add(mentor)
    return by_municipality


def unannounced(mentors: dict[int, set[int]], now: datetime) -> list[PostPerformance]:
    """Posts on which a mentor of their municipality commented and was not notified yet. Five queries."""
    numbers = _weeks_over(now)
    commented = _commented(numbers)
    notified = set(PerformanceNotice.objects.filter(post__in=commented).values_list("post_id", "mentor_id"))
    posts = Post.objects.filter(pk__in=commented, deleted_at=None).select_related("municipality").defer("draft")
    usual = _usual(now)
    post_performances = []
    for post in posts.order_by("pk"):
        wanted = commented[post.pk] & mentors.get(post.municipality_id, set())
        people = sorted(mentor for mentor in wanted if (post.pk, mentor) not in notified)
        if people:
            others = [value for pk, value in usual[post.municipality_id].items() if pk != post.pk]
            middle = median(others) if len(others) >= FEW else None
            post_performances.append(PostPerformance(post, people, numbers[post.pk], middle, len(others)))
    return post_performances


def _per_post(condition: Q) -> Any:
    """By post: the sum of the interactions on its networks, and when it was first published."""
    rows = Subject.objects.filter(countable(), condition, kind=SubjectKind.PUBLICATION, interactions__isnull=False)
    return rows.values("municipality_id", "publication__post_id").annotate(
        total=Sum("interactions"), first=Min("published_at")
    )


def _weeks_over(now: datetime) -> dict[int, int]:
    """Interactions of the posts whose first week ended lately."""
    rows = _per_post(Q(published_at__gt=now - NOT_AFTER, published_at__lte=now))
    return {row["publication__post_id"]: row["total"] for row in rows if row["first"] <= now - AFTER}


def _usual(now: datetime) -> dict[int, dict[int, int]]:
    """By municipality, the interactions of every post that has been out for a week, of the last 90 days."""
    by_municipality: dict[int, dict[int, int]] = defaultdict(dict)
    for row in _per_post(Q(published_at__gt=now - timedelta(days=USUAL_DAYS), published_at__lte=now - AFTER)):
        by_municipality[row["municipality_id"]][row["publication__post_id"]] = row["total"]
    return by_municipality


def _commented(posts: Iterable[int]) -> dict[int, set[int]]:
    """Who said a word about which of these posts, in a thread or by the rubric."""
    by_post: dict[int, set[int]] = defaultdict(set)
    wanted = list(posts)
    for post, person in Comment.objects.filter(thread__post__in=wanted).values_list("thread__post_id", "author_id"):
        by_post[post].add(person)
    for post, person in Feedback.objects.filter(post__in=wanted).values_list("post_id", "mentor_id"):
        by_post[post].add(person)
    return by_post
