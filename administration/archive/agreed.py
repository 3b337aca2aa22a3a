"""Plans that the municipality and its mentors agreed on: activities, evidence and changes."""

from typing import Any

from administration.archive.writer import Archive
from mentoring.models import Activity, Evidence, Plan, PlanChange


def write(archive: Archive) -> None:
    archive.json("agreed-plans.json", _plans())
    for row in Evidence.objects.exclude(file="").order_by("pk"):
        archive.file(_name(row), lambda row=row: row.file.storage.open(row.file.name))  # type: ignore[misc]


def _name(row: Evidence) -> str:
    return f"evidence/{row.pk}.{str(row.file.name).rpartition('.')[2]}"


def _plans() -> list[dict[str, Any]]:
    activities = _by_plan(Activity.objects.select_related("owner", "done_by", "confirmed_by").order_by("due_on", "pk"))
    changes = _by_plan(PlanChange.objects.select_related("activity", "proposed_by", "decided_by").order_by("pk"))
    evidence: dict[int, list[dict[str, Any]]] = {}
    for row in Evidence.objects.select_related("by").order_by("pk"):
        evidence.setdefault(row.activity_id, []).append(_evidence(row))
    people = ("enrolment__cohort__programme", "mentor_agreed_by", "municipality_agreed_by")
    return [
        {
            "programme": str(plan.enrolment.cohort.programme),
            "since": plan.starts_on,
            "until": plan.ends_on,
            "goal": plan.goal,
            "agreed_for_the_mentor": _who(plan.mentor_agreed_by, plan.mentor_agreed_at),
            "agreed_for_the_municipality": _who(plan.municipality_agreed_by, plan.municipality_agreed_at),
            "closed_at": plan.closed_at,
            "closed_because": plan.closed_because,
            "activities": [_activity(row, evidence.get(row.pk, [])) for row in activities.get(plan.pk, [])],
            "changes": [_change(row) for row in changes.get(plan.pk, [])],
        }
        for plan in Plan.objects.select_related(*people).order_by("starts_on", "pk")
    ]


def _by_plan(rows: Any) -> dict[int, list[Any]]:
    by_plan: dict[int, list[Any]] = {}
    for row in rows:
        by_plan.setdefault(row.plan_id, []).append(row)
    return by_plan


def _who(person: Any, moment: Any) -> dict[str, Any] | None:
    return {"by": str(person), "at": moment} if moment else None


def _activity(row: Activity, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "activity": row.name, "what": row.description, "who": row.who, "due_on": row.due_on, "shown_by": row.proof,
        "wanted": row.wanted, "indicator": row.code, "value_to_reach": row.threshold, "done_on": row.done_on,
        "done": _who(row.done_by, row.done_at), "note": row.done_note,
        "confirmed": _who(row.confirmed_by, row.confirmed_at), "dropped_at": row.dropped_at,
        "dropped_because": row.dropped_because, "evidence": evidence,
    }  # fmt: skip


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "kind": row.kind, "post": row.post_id, "need": row.need_id, "stage": row.stage, "told": row.informed,
        "title": row.title, "address": row.url, "published_on": row.published_on,
        "file": _name(row) if row.file else "", "indicator": row.code, "value": row.value, "n": row.n,
        "note": row.note, "by": str(row.by or ""), "at": row.at, "withdrawn_at": row.withdrawn_at,
    }  # fmt: skip


def _change(row: PlanChange) -> dict[str, Any]:
    return {
        "what": row.what, "activity": row.activity.name if row.activity else "", "before": row.before,
        "after": row.after, "reason": row.reason, "proposed_for": row.side,
        "proposed": _who(row.proposed_by, row.proposed_at), "accepted": row.accepted,
        "decided": _who(row.decided_by, row.decided_at), "note": row.decided_note,
    }  # fmt: skip
