"""The content of a review: plan, check-ins, metrics before and now, feedback at the beginning and at the end.

`content` returns plain data for a JSON column: codes, names, ISO dates and numbers, no text in any language. A missing
value has a reason, a code of `analytics.logframe.WHY`, or "few" if it is based on too little.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from analytics.indicators.queries.measurements import measure
from analytics.indicators.sufficiency import is_enough
from analytics.logframe import BASELINE_DAYS, Measured, measured_codes
from mentoring.enums import CheckInState, ReviewKind
from mentoring.models import CheckIn, NextStep, Plan, Review
from mentoring.queries.plans import ActivityItem, EvidenceStatus, PlanDashboard, plan_dashboard
from mentoring.queries.progress import HALF, LevelSum, levels
from mentoring.queries.rubric import rubric_of
from municipalities.models import Municipality, Pairing
from municipalities.queries import today

# The indicators on which three months of work can be seen, in this order, where they are measured.
CODES = ("OC1", "OC2", "OC5", "OP1", "OP2", "OP3", "OP4", "OP5", "OP6", "OP7", "ME1", "ME2", "ME3")
DAY = timedelta(days=1)
Content = dict[str, Any]


def reviews_of(municipality: Municipality) -> QuerySet[Review]:
    """The newest plan's first, the final one above the one at half-time."""
    rows = Review.objects.filter(municipality=municipality).select_related("plan", "begun_by")
    people = ("mentor_confirmed_by", "municipality_confirmed_by", "municipality")
    return rows.select_related(*people).defer("content").order_by("-plan__starts_on", "-begun_at")


@dataclass(frozen=True)
class Possible:
    """A review that may be begun. `is_timely`: about now it makes sense."""

    plan: Plan
    kind: ReviewKind
    is_timely: bool


def possible(plans: Iterable[Plan], begun: Iterable[Review], on: date | None = None) -> list[Possible]:
    """Of plans that both agreed on: the kinds that are not there yet. No query."""
    on = on or today()
    there = {(row.plan_id, row.kind) for row in begun}
    possibles = []
    for plan in plans:
        if plan.agreed_at is None or plan.starts_on > on:
            continue
        half = plan.starts_on + (plan.ends_on - plan.starts_on) / 2
        timely = {
            ReviewKind.MID: half - timedelta(days=10) <= on <= half + timedelta(days=21),
            ReviewKind.FINAL: on >= plan.ends_on - timedelta(days=14) or plan.closed_at is not None,
        }
        for kind in ReviewKind:
            # no half-time review after the end
            is_late = kind == ReviewKind.MID and (plan.closed_at is not None or on > plan.ends_on)
            if (plan.pk, kind) not in there and not is_late:
                possibles.append(Possible(plan, kind, timely[kind]))
    return possibles


# ---------------------------------------------------------------- what stands in it


def content(plan: Plan) -> Content:
    """As of now, in the scope of the municipality. Two dozen queries, when a review begins or is refreshed."""
    place, last = plan.municipality, min(today() - DAY, plan.ends_on)
    last = max(last, plan.starts_on)
    plans_dashboard = plan_dashboard(plan)
    return {
        "as_of": timezone.now().replace(microsecond=0).isoformat(),
        "municipality": {"sr": place.name_cyrl, "sr-latn": place.name_latn, "en": place.name_en},
        "plan": {"starts_on": plan.starts_on.isoformat(), "ends_on": plan.ends_on.isoformat(), "goal": plan.goal},
        "mentors": _mentors(plan),
        "activities": [_activity(item) for item in [*plans_dashboard.items, *plans_dashboard.dropped]],
        "counts": _counts(plans_dashboard),
        "check_ins": _check_ins(plan),
        "steps": [
            _step(next_step) for next_step in NextStep.objects.filter(done_at=None).order_by("due_on", "pk")[:20]
        ],
        **_numbers(plan, last),
        "feedback": _feedback(plan, last),
    }


def _mentors(plan: Plan) -> list[str]:
    """Who accompanied the municipality in the days of the plan, in order."""
    rows = Pairing.objects.filter(municipality=plan.municipality_id, starts_on__lte=plan.ends_on)
    rows = rows.select_related("mentor").order_by("starts_on", "pk")
    there = [row for row in rows if row.ends_on is None or row.ends_on >= plan.starts_on]
    return list(dict.fromkeys(str(row.mentor) for row in there))


def _activity(item: ActivityItem) -> Content:
    it = item.activity
    return {
        "name": it.name,
        "english": str(it.english.get("name", "")),
        "who": it.who,
        "due_on": it.due_on.isoformat(),
        "done_on": it.done_on.isoformat() if it.done_on else None,
        "state": item.state,
        "in_time": it.was_in_time,
        "evidence": [_evidence(shown) for shown in item.evidence],
    }


def _evidence(shown: EvidenceStatus) -> Content:
    row = shown.row
    return {
        "kind": row.kind,
        "title": row.title or row.note,
        "url": row.url,
        "code": row.code,
        "value": row.value,
        "gone": shown.is_gone,
        "gone_on": shown.gone_on.isoformat() if shown.gone_on else None,
    }


def _counts(dashboard: PlanDashboard) -> Content:
    progress = dashboard.progress
    names = ("agreed", "done", "confirmed", "due", "in_time", "late")
    return {**{name: getattr(progress, name) for name in names}, "dropped": len(dashboard.dropped)}


def _check_ins(plan: Plan) -> Content:
    """Those that were held in the days of the plan, by whomever."""
    held = CheckIn.objects.filter(
        state=CheckInState.HELD, local_time__date__gte=plan.starts_on, local_time__date__lte=plan.ends_on
    )
    totals = held.aggregate(count=Count("pk"), hours=Sum("hours"), last=Max("due_at"))
    return {"held": totals["count"], "hours": float(totals["hours"] or Decimal(0)),
            "last": totals["last"].isoformat() if totals["last"] else None}  # fmt: skip


def _step(step: NextStep) -> Content:
    due_on = step.due_on.isoformat() if step.due_on else None
    return {"text": step.text, "side": step.side, "owner": step.owner, "due_on": due_on}


def _numbers(plan: Plan, last: date) -> Content:
    """The four weeks before the training against the last four weeks, or the days since, where those are fewer."""
    training = plan.enrolment.cohort.training_on
    before = (training - BASELINE_DAYS * DAY, training - DAY)
    now = (max(last - (BASELINE_DAYS - 1) * DAY, min(training, last)), last)
    codes = [code for code in CODES if code in measured_codes()]
    earlier, later = (measure([plan.municipality], first, until) for first, until in (before, now))
    pk = plan.municipality_id
    return {
        "windows": {"before": _days(*before), "now": _days(*now), "training_on": training.isoformat()},
        "indicators": [
            {"code": code, "before": _value(code, earlier[code][pk]), "now": _value(code, later[code][pk])}
            for code in codes
        ],
    }


def _days(first: date, last: date) -> list[str]:
    return [first.isoformat(), last.isoformat()]


def _value(code: str, measured: Measured) -> Content:
    """A value with too few observations keeps its n and is not compared."""
    why = measured.why if measured.value is None else "" if is_enough(code, measured.value, measured.n) else "few"
    return {"value": measured.value, "n": measured.n, "why": why}


def _feedback(plan: Plan, last: date) -> Content:
    """By the rubric: the first four weeks of the plan against the last four, or its halves while it is young."""
    length = min(HALF * 7, ((last - plan.starts_on).days + 1) // 2) * DAY
    begin, end = (plan.starts_on, plan.starts_on + length - DAY), (last - length + DAY, last)
    if begin[1] < begin[0]:
        return {"begin": None, "end": None, "lines": []}
    first, second = levels(*begin), levels(*end)
    lines = [
        {"words": criterion.texts, "begin": _cell(first.get(criterion.key)), "end": _cell(second.get(criterion.key))}
        for criterion in rubric_of(plan.municipality)
    ]
    return {"begin": _days(*begin), "end": _days(*end), "lines": lines}


def _cell(cell: LevelSum | None) -> Sequence[Any]:
    """The mean where there is enough for one, and how many levels it is of."""
    return (
        [None, 0]
        if cell is None
        else [None if cell.reliable_mean is None else round(cell.reliable_mean, 3), cell.count]
    )
