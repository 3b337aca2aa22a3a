"""The rubric of a programme, and of the programme in which a municipality takes part."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Prefetch, Q, Subquery

from mentoring.defaults import RUBRIC
from mentoring.models import Criterion, Feedback, Score
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.queries import today
from posts.models import Post


def programme_of(municipality: Municipality) -> Programme | None:
    """The programme whose rubric counts there: of the enrolment that runs today, the latest if there are several."""
    running = Enrolment.objects.on(today()).filter(municipality=municipality)
    latest = running.select_related("cohort__programme").order_by("-starts_on", "-pk").first()
    return latest.cohort.programme if latest else None


def rubric(programme: Programme | None, *, also_unused: bool = False) -> list[Criterion]:
    """Criteria in their order. A programme that changed none yet has the seven of the house, not stored so far."""
    return _arranged(Criterion.objects.filter(programme=programme, retired_at=None), programme, also_unused)


def rubric_of(municipality: Municipality) -> list[Criterion]:
    """The criteria that are used there, in their order. One query."""
    running = Enrolment.objects.on(today()).filter(municipality=municipality)
    latest = running.order_by("-starts_on", "-pk").values("cohort__programme")[:1]
    here = Q(programme=Subquery(latest)) | (Q(programme=None) & ~Exists(running))
    return _arranged(Criterion.objects.filter(here, retired_at=None), None, False)


def rubrics(programmes: Iterable[Programme]) -> list[tuple[Programme, list[Criterion]]]:
    """Of several programmes, unused criteria too. One query."""
    wanted = list(programmes)
    rows = list(Criterion.objects.filter(programme__in=wanted, retired_at=None))
    return [
        (programme, _arranged([r for r in rows if r.programme_id == programme.pk], programme, True))
        for programme in wanted
    ]


def _arranged(rows: Iterable[Criterion], programme: Programme | None, also_unused: bool) -> list[Criterion]:
    criterions = sorted(rows, key=lambda row: (row.order, row.pk)) or defaults(programme)
    return [row for row in criterions if row.is_used or also_unused]


def defaults(programme: Programme | None) -> list[Criterion]:
    """The criteria of the house as rows that are not stored."""
    return [
        Criterion(programme=programme, key=key, words=texts, order=order)
        for order, (key, texts) in enumerate(RUBRIC, start=1)
    ]


def words_of(programme: Programme) -> list[dict[str, Any]]:
    """The criteria that are used, as plain values that others may keep. One query."""
    return [{"key": row.key, "words": row.words} for row in rubric(programme)]


# ---- What was said by the rubric about one post.


def of_post(post: Post) -> list[Feedback]:
    """Of all mentors, the newest first, each with its scores in the order of the rubric. Two queries."""
    scores = Score.objects.select_related("criterion").order_by("criterion__order", "pk")
    rows = Feedback.objects.filter(post=post).select_related("mentor").prefetch_related(Prefetch("scores", scores))
    return list(rows.order_by("-changed_at"))
