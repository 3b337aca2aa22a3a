"""The rubric of a programme, the rubric that applies to a municipality, and feedback given by it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Prefetch, Q, Subquery

from mentoring.models import Criterion, Feedback, Score
from mentoring.rubric_defaults import RUBRIC
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.queries import today
from posts.models import Post


def programme_of(municipality: Municipality) -> Programme | None:
    """The programme whose rubric counts there: of the enrolment that runs today, the latest if there are several."""
    running = Enrolment.objects.on(today()).filter(municipality=municipality)
    latest = running.select_related("cohort__programme").order_by("-starts_on", "-pk").first()
    return latest.cohort.programme if latest else None


def rubric(programme: Programme | None, *, also_unused: bool = False) -> list[Criterion]:
    """Criteria in their order. A programme that has changed none yet gets the seven built-in ones, not stored."""
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
    criteria = sorted(rows, key=lambda row: (row.order, row.pk)) or defaults(programme)
    return [row for row in criteria if row.is_used or also_unused]


def defaults(programme: Programme | None) -> list[Criterion]:
    """The built-in criteria as unsaved rows."""
    return [
        Criterion(programme=programme, key=key, texts=texts, order=order)
        for order, (key, texts) in enumerate(RUBRIC, start=1)
    ]


def criteria_texts(programme: Programme) -> list[dict[str, Any]]:
    """The criteria that are used, as plain values that others may keep. One query."""
    return [{"key": row.key, "words": row.texts} for row in rubric(programme)]


# ---- Feedback on one post.


def of_post(post: Post) -> list[Feedback]:
    """Of all mentors, the newest first, each with its scores in the order of the rubric. Two queries."""
    scores = Score.objects.select_related("criterion").order_by("criterion__order", "pk")
    rows = Feedback.objects.filter(post=post).select_related("mentor").prefetch_related(Prefetch("scores", scores))
    return list(rows.order_by("-changed_at"))
