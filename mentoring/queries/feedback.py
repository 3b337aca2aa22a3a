"""What was said by the rubric about one post."""

from django.db.models import Prefetch

from mentoring.models import Feedback, Score
from posts.models import Post


def of_post(post: Post) -> list[Feedback]:
    """Of all mentors, the newest first, each with its scores in the order of the rubric. Two queries."""
    scores = Score.objects.select_related("criterion").order_by("criterion__order", "pk")
    rows = Feedback.objects.filter(post=post).select_related("mentor").prefetch_related(Prefetch("scores", scores))
    return list(rows.order_by("-changed_at"))
