"""Check-ins with their notes and next steps, and reviews of plans with their frozen figures."""

from typing import Any

from administration.archive.writer import Archive
from mentoring.models import CheckIn, NextStep, Review


def write(archive: Archive) -> None:
    archive.json("check-ins.json", _check_ins())
    archive.json("reviews.json", [_review(row) for row in Review.objects.select_related("plan").order_by("begun_at")])


def _check_ins() -> list[dict[str, Any]]:
    steps: dict[int, list[dict[str, Any]]] = {}
    for step in NextStep.objects.select_related("done_by").order_by("position", "pk"):
        steps.setdefault(step.check_in_id, []).append(_step(step))
    rows = CheckIn.objects.select_related("mentor", "planned_by").order_by("due_at")
    return [
        {
            "mentor": str(row.mentor), "way": row.way, "about": row.subject, "where": row.place, "at": row.due_at,
            "state": row.state, "moved_from": row.moved_from, "reason": row.reason, "notes": row.notes,
            "hours": row.hours, "planned_by": str(row.planned_by), "next_steps": steps.get(row.pk, []),
        }
        for row in rows
    ]  # fmt: skip


def _step(step: NextStep) -> dict[str, Any]:
    done_by = str(step.done_by) if step.done_by else None
    return {"text": step.text, "side": step.side, "who": step.owner, "until": step.due_on, "done_at": step.done_at,
            "done_by": done_by}  # fmt: skip


def _review(row: Review) -> dict[str, Any]:
    return {
        "kind": row.kind, "plan_since": row.plan.starts_on, "plan_until": row.plan.ends_on, "begun_at": row.begun_at,
        "mentor_says": row.mentor_comment, "municipality_says": row.municipality_comment, "next": row.next_steps,
        "confirmed_at": row.frozen_at, "content": row.content,
    }  # fmt: skip
