"""An overview of the mentoring of many municipalities: the current plan, its progress, and the check-ins.

One query, however many municipalities there are; the caller opens their scope. The home of the programme, the mentor's
desk and the Home of a workspace all read this, so that they show the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject

from common.prepared import among
from mentoring.enums import CheckInState, Side
from mentoring.models import Activity, CheckIn, Plan, PlanChange
from mentoring.models.plans import in_readers_language
from mentoring.queries.people import AHEAD, Away, absences_of
from mentoring.queries.progress import RubricSummary, halves, rubric_summary
from municipalities.models import Enrolment, Municipality
from municipalities.prepared import PreparedRows, PreparedRowsForSeveral
from municipalities.queries import today

NOTHING_GIVEN = RubricSummary(None, None, 0)


@dataclass(frozen=True)
class MentoringOverview:
    """One municipality. `plan` None: nobody began one; if it is not `is_enrolled`, it has left. `next_name` is the open
    activity that is due first.

    `proposed` says since when a change waits for the agreement of each side. `next_at` is the check-in to come,
    `last_at` the last one that was held; `unsaid_at` one whose time has passed without a word on whether it was held.
    `rubric` and who of the mentors is `away` are known to `overview_of_writer` only.
    """

    plan: Plan | None = None
    is_enrolled: bool = True
    agreed: int = 0
    done: int = 0
    overdue: int = 0
    next_pk: int | None = None
    next_name: str = ""
    next_on: date | None = None
    next_code: str = ""
    proposed: tuple[tuple[str, datetime], ...] = ()
    next_at: datetime | None = None
    next_check_in: int | None = None
    last_at: datetime | None = None
    unsaid_at: datetime | None = None
    rubric: RubricSummary = NOTHING_GIVEN
    away: tuple[Away, ...] = ()

    @property
    def is_agreed(self) -> bool:
        return self.plan is not None and self.plan.agreed_at is not None

    @property
    def is_closed(self) -> bool:
        return self.plan is not None and self.plan.closed_at is not None

    @property
    def waits_to_agree(self) -> list[Side]:
        """The sides that have not agreed to a plan that is still written."""
        if self.plan is None or not self.plan.is_draft:
            return []
        return [side for side in Side if not self.plan.agreed(side)]

    def proposed_to(self, side: str) -> datetime | None:
        """Since when a change waits for this side, if one does."""
        return dict(self.proposed).get(side)


# What a page has to know of a plan; the rest of its fields is fetched by who asks for it.
PLAN = ("id", "municipality_id", "enrolment_id", "starts_on", "ends_on", "created_at", "mentor_agreed_at",
        "municipality_agreed_at", "agreed_at", "closed_at", "closed_because")  # fmt: skip
FIELDS = {field.attname: field for field in Plan._meta.concrete_fields}


def overviews(
    places: Collection[int], now: datetime, enrolments: Collection[int] | None = None
) -> dict[int, MentoringOverview]:
    """By municipality: of the enrolments of today, or of these only. One query."""
    rows: Iterable[Any]
    if enrolments is None:
        rows = OF_SEVERAL.instances(municipalities=places, now=now, today=today())
    else:
        rows = _annotated(Municipality.objects.filter(pk__in=places).only("pk"), now, today(), enrolments)
    return {row.pk: _overview(row.summary, row.coming, row.is_enrolled, row.last_at, row.unsaid_at) for row in rows}


OF_SEVERAL = PreparedRowsForSeveral(
    lambda of: _annotated(
        Municipality.objects.filter(pk__in=among(of.municipalities)).only("pk"), of.now, of.today, None
    ),
    now=datetime,
    today=date,
)


def _annotated(rows: QuerySet[Any], now: datetime, on: date, enrolments: Collection[int] | None) -> QuerySet[Any]:
    met = CheckIn.objects.filter(municipality=OuterRef("pk"))
    planned = met.filter(state=CheckInState.PLANNED)
    return rows.annotate(
        summary=Subquery(_plans(on, enrolments).values("summary")[:1], output_field=JSONField()),
        last_at=_moment(met.filter(state=CheckInState.HELD), Max("due_at")),
        unsaid_at=_moment(planned.filter(due_at__lt=now), Min("due_at")),
        is_enrolled=Exists(Enrolment.objects.on(on).filter(municipality=OuterRef("pk"))),
        coming=_first(planned.filter(due_at__gte=now).order_by("due_at", "pk"), pk="pk", at="due_at"),
    )


OF_WRITER = PreparedRows(
    lambda of: _annotated(Municipality.objects.filter(pk=of.municipality).only("pk"), of.now, of.today, None).annotate(
        rubric=rubric_summary(of.author, of.begins, of.middle), away=absences_of(of.today, of.ahead)
    ),
    author=int,
    now=datetime,
    today=date,
    ahead=date,
    begins=datetime,
    middle=datetime,
)


def overview_of_writer(municipality: Municipality, author: Any, now: datetime) -> MentoringOverview:
    """Of the municipality in scope, with the posts of `author` by the rubric and absent mentors. One query."""
    on = today()
    begins, middle = halves(on)
    (row,) = OF_WRITER.instances(
        municipality=municipality.pk, author=author.pk, now=now, today=on, ahead=on + AHEAD, begins=begins,
        middle=middle,
    )  # fmt: skip
    overview = _overview(row.summary, row.coming, row.is_enrolled, row.last_at, row.unsaid_at)
    return replace(overview, rubric=RubricSummary.read(row.rubric), away=tuple(map(Away.read, row.away)))


def _plans(on: date, enrolments: Collection[int] | None) -> Any:
    """Of a municipality the plan that is followed on a day, else the newest."""
    running: Any = Enrolment.objects.on(on).filter(municipality=OuterRef("municipality")).values("pk")
    rows = Plan.objects.filter(
        municipality=OuterRef("pk"), enrolment__in=running if enrolments is None else list(enrolments)
    )
    summary = JSONObject(
        **{name: name for name in PLAN},
        agreed=_count(Q()),
        done=_count(Q(done_at__isnull=False)),
        overdue=_count(Q(done_at=None, due_on__lt=on)),
        following=_following(),
        to_mentor=_proposed(Side.MUNICIPALITY),
        to_municipality=_proposed(Side.MENTOR),
    )
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-starts_on", "-pk").annotate(summary=summary)


def _count(which: Q) -> Coalesce:
    """Activities of a plan, without those that were dropped."""
    rows = Activity.objects.filter(which, plan=OuterRef("pk"), dropped_at=None).order_by().values("plan")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), Value(0))


def _following() -> Subquery:
    rows = Activity.objects.filter(plan=OuterRef("pk"), done_at=None, dropped_at=None)
    fields = {name: name for name in ("pk", "name", "english", "due_on", "code")}
    return _first(rows.order_by("due_on", "position", "pk"), **fields)


def _proposed(by: Side) -> Subquery:
    """The oldest open proposal of one side: the other one is waited for."""
    rows = PlanChange.objects.filter(plan=OuterRef("pk"), side=by, accepted=None).order_by().values("plan")
    return Subquery(rows.annotate(since=Min("proposed_at")).values("since"))


def _first(rows: Any, **fields: str) -> Subquery:
    return Subquery(rows.annotate(first=JSONObject(**fields)).values("first")[:1], output_field=JSONField())


def _moment(rows: Any, which: Max | Min) -> Subquery:
    return Subquery(rows.order_by().values("municipality").annotate(moment=which).values("moment"))


def _overview(
    summary: Mapping[str, Any] | None, coming: Mapping[str, Any] | None, is_enrolled: bool, last_at: datetime | None,
    unsaid_at: datetime | None,
) -> MentoringOverview:  # fmt: skip
    met: dict[str, Any] = {
        "is_enrolled": is_enrolled,
        "last_at": last_at,
        "unsaid_at": unsaid_at,
        "next_at": datetime.fromisoformat(coming["at"]) if coming else None,
        "next_check_in": coming["pk"] if coming else None,
    }
    if summary is None:
        return MentoringOverview(**met)
    plan, following = _plan(summary), summary["following"] or {}
    waits = {Side.MENTOR: summary["to_mentor"], Side.MUNICIPALITY: summary["to_municipality"]}
    return MentoringOverview(
        plan=plan,
        agreed=summary["agreed"],
        done=summary["done"],
        # activities that were open when the plan was closed are in its review, and no longer late
        overdue=0 if plan.closed_at else summary["overdue"],
        next_pk=following.get("pk"),
        next_name=in_readers_language(following.get("name", ""), (following.get("english") or {}).get("name", "")),
        next_on=date.fromisoformat(following["due_on"]) if following else None,
        next_code=following.get("code", ""),
        proposed=tuple((side.value, datetime.fromisoformat(since)) for side, since in waits.items() if since),
        **met,
    )


def _plan(summary: Mapping[str, Any]) -> Plan:
    """The row from the fields that the query selected."""
    values = [FIELDS[name].to_python(summary[name]) for name in PLAN]
    return Plan.from_db(DEFAULT_DB_ALIAS, PLAN, values)
