"""Queries of plans: one plan with everything its page shows, its activities, posts and needs that may be evidence.

The caller opens the scope of the municipality, or of several. Everything has a fixed number of queries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from analytics.logframe import INDICATORS, Indicator
from common import languages
from delivery.enums import State
from mentoring import plan_rules as rules
from mentoring.enums import Proof, Side
from mentoring.models import Activity, Evidence, Plan, PlanChange
from municipalities.enums import Role
from municipalities.holidays import BELGRADE
from municipalities.models import Enrolment, Membership, Municipality, Pairing
from municipalities.queries import today
from needs.enums import NeedStage
from needs.models import Need
from participation.models import Edition
from participation.queries.editions import newest_public, newest_url
from posts.models import Post, Publication
from posts.queries import published_cover, with_cover, with_publications
from serbian.folding import fold
from serbian.sorting import sort_key

UNDECIDED = (NeedStage.NEW, NeedStage.LOOKED_AT)
OUT = Q(delivery__state=State.PUBLISHED)
WITHDRAWN = Q(delivery__state__in=(State.WITHDRAWN, State.MISSING))
# So many posts are offered at once as evidence.
OFFERED = 12


# ---------------------------------------------------------------- which plan


def plans_of(municipality: Municipality) -> list[Plan]:
    """All plans of a municipality, the one that is not closed first, then the newest. One query."""
    rows = Plan.objects.filter(municipality=municipality).select_related(
        "enrolment__cohort__programme", "mentor_agreed_by", "municipality_agreed_by", "created_by", "closed_by"
    )
    return sorted(rows, key=lambda row: (row.closed_at is None, row.starts_on, row.pk), reverse=True)


def open_plan(municipality: Municipality) -> Plan | None:
    """The plan that is a draft or being followed. One query."""
    return next((row for row in plans_of(municipality) if row.closed_at is None), None)


def enrolment_of(municipality: Municipality) -> Enrolment | None:
    """The enrolment for which a plan may begin today: the latest that runs. One query."""
    rows = Enrolment.objects.on(today()).filter(municipality=municipality).select_related("cohort__programme")
    return rows.order_by("-starts_on", "-pk").first()


# ---------------------------------------------------------------- evidence


def evidence() -> QuerySet[Evidence]:
    """Evidence not withdrawn, with whether its post is still public (`is_out`), since when not (`gone_at`), and the
    first picture that was public with it (`cover`)."""
    there = Publication.objects.filter(post=OuterRef("post"))
    last_gone = (
        there.filter(WITHDRAWN).order_by().values("post").annotate(last=Max("delivery__state_at")).values("last")
    )
    rows = Evidence.objects.filter(withdrawn_at__isnull=True).select_related("by", "post", "need")
    rows = rows.defer("post__draft", "post__search_key", "need__search_key")
    rows = rows.annotate(is_out=Exists(there.filter(OUT)), gone_at=Subquery(last_gone), cover=published_cover("post"))
    return rows.order_by("at", "pk")


@dataclass(frozen=True)
class EvidenceStatus:
    """A piece of evidence, and whether it still counts. `gone_on` None for a post that was deleted."""

    row: Evidence
    counts: bool
    gone_on: date | None = None

    @property
    def is_gone(self) -> bool:
        return not self.counts


def evidence_status(row: Any) -> EvidenceStatus:
    """Of a row from `evidence()`."""
    if row.kind == Proof.NEED:
        return EvidenceStatus(row, counts=row.need is not None)
    if row.kind != Proof.POSTS:
        return EvidenceStatus(row, counts=True)
    if row.post is None or row.post.deleted_at is not None:
        deleted = row.post.deleted_at if row.post else None
        return EvidenceStatus(row, counts=False, gone_on=_day(deleted))
    return EvidenceStatus(row, counts=row.is_out, gone_on=None if row.is_out else _day(row.gone_at))


def _with_cards(rows: Iterable[Any]) -> None:
    """Posts among these rows of `evidence()` get what a card shows of them. One query, if there are any."""
    shown = [row for row in rows if row.post]
    for row in shown:
        row.post.cover = row.cover
    live = {post.pk: post.live_publications for post in with_publications(row.post for row in shown)}  # type: ignore[attr-defined]
    for row in shown:
        row.post.live_publications = live[row.post_id]


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(BELGRADE).date() if moment else None


# ---------------------------------------------------------------- one plan


def _tenths(value: float | None) -> float | int | None:
    """62.5, and 60 instead of 60.0."""
    if value is None:
        return None
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True)
class ActivityItem:
    """An activity as a page shows it."""

    activity: Activity
    evidence: list[EvidenceStatus]
    change: PlanChange | None
    today: date

    @property
    def indicator(self) -> Indicator | None:
        return INDICATORS.get(self.activity.code)

    @property
    def counted(self) -> int:
        """How much of the evidence that was asked for is there. A post that is gone does not count."""
        return sum(shown.counts and shown.row.kind == self.activity.proof for shown in self.evidence)

    @property
    def gone(self) -> list[EvidenceStatus]:
        return [shown for shown in self.evidence if shown.is_gone]

    @property
    def has_reached(self) -> bool:
        """Of an indicator: by its last reading, and of enough posts."""
        indicator = self.indicator
        if indicator is None or int(self.activity.reading.get("n") or 0) < indicator.least:
            return False
        return rules.reached(self.activity.reading.get("value"), self.activity.threshold, indicator.better)

    @property
    def agreed_value(self) -> float | int | None:
        return _tenths(self.activity.threshold)

    @property
    def value(self) -> float | int | None:
        """What the indicator came to when it was last read."""
        return _tenths(self.activity.reading.get("value"))

    @property
    def is_proved(self) -> bool:
        if self.activity.proof == Proof.NOTHING:
            return True
        return self.has_reached if self.activity.proves_itself else self.counted >= self.activity.wanted

    @property
    def is_ready(self) -> bool:
        """Whether it is time to report it done. What an indicator shows may still fall, so that waits for its day."""
        if self.activity.proves_itself:
            return self.has_reached and self.days_left <= rules.SOON.days
        return self.is_proved and bool(self.evidence)

    @property
    def state(self) -> str:
        it = self.activity
        return rules.state(
            confirmed=it.confirmed_at is not None, done=it.done_at is not None, dropped=it.dropped_at is not None,
            begun=bool(self.evidence), due_on=it.due_on, today=self.today,
        )  # fmt: skip

    @property
    def is_late(self) -> bool:
        return self.state == "late"

    @property
    def days_left(self) -> int:
        return (self.activity.due_on - self.today).days


@dataclass(frozen=True)
class PlanProgress:
    """Of the activities that are agreed. `due` are those whose day has passed, or that were done before it."""

    agreed: int
    done: int
    confirmed: int
    due: int
    in_time: int
    late: int


def plan_progress(activities: Iterable[Activity], on: date) -> PlanProgress:
    """Counts without a query; dropped activities are not agreed any more."""
    rows = [row for row in activities if row.dropped_at is None]
    done = [row for row in rows if row.done_at]
    due = [row for row in rows if row.done_at or row.due_on < on]
    return PlanProgress(
        agreed=len(rows), done=len(done), confirmed=sum(row.confirmed_at is not None for row in rows), due=len(due),
        in_time=sum(row.was_in_time for row in due), late=sum(row.is_overdue(on) for row in rows),
    )  # fmt: skip


@dataclass(frozen=True)
class PlanDashboard:
    """A plan with everything: `items` by due date, dropped ones apart, changes newest first."""

    plan: Plan
    items: list[ActivityItem]
    dropped: list[ActivityItem]
    changes: list[PlanChange]
    today: date
    progress: PlanProgress = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "progress", plan_progress((item.activity for item in self.items), self.today))

    @property
    def open_changes(self) -> list[PlanChange]:
        return [row for row in self.changes if row.is_open]

    @property
    def decided(self) -> list[PlanChange]:
        return [row for row in self.changes if not row.is_open]

    def item(self, pk: int) -> ActivityItem | None:
        return next((item for item in [*self.items, *self.dropped] if item.activity.pk == pk), None)


def activities_of(plan: Plan) -> QuerySet[Activity]:
    rows = Activity.objects.filter(plan=plan).select_related("owner", "kind", "done_by", "confirmed_by")
    return rows.order_by("due_on", "position", "pk")


def plan_dashboard(plan: Plan) -> PlanDashboard:
    """Four queries."""
    rows = list(activities_of(plan).prefetch_related(Prefetch("evidence", evidence(), to_attr="standing")))
    _with_cards(evidence for row in rows for evidence in row.standing)
    people = ("proposed_by", "decided_by", "activity")
    changes = list(PlanChange.objects.filter(plan=plan).select_related(*people).order_by("-proposed_at", "-pk"))
    waiting = {row.activity_id: row for row in changes if row.is_open and row.activity_id}
    items = [
        ActivityItem(row, [evidence_status(evidence) for evidence in row.standing], waiting.get(row.pk), today())
        for row in rows
    ]
    return PlanDashboard(
        plan,
        [item for item in items if item.activity.dropped_at is None],
        [item for item in items if item.activity.dropped_at is not None],
        changes,
        today(),
    )


def item_of(activity: Activity) -> ActivityItem:
    """One activity with its evidence and the change that waits. Three queries."""
    change = PlanChange.objects.filter(activity=activity, accepted__isnull=True).select_related("proposed_by").first()
    rows = list(evidence().filter(activity=activity))
    _with_cards(rows)
    return ActivityItem(activity, [evidence_status(row) for row in rows], change, today())


@dataclass(frozen=True)
class NextAction:
    """The next action: `kind` selects the sentence about an activity or a change."""

    kind: str
    item: ActivityItem | None = None
    change: PlanChange | None = None


def next_action(dashboard: PlanDashboard, side: Side | None) -> NextAction:
    """The next action of this side; for readers that of either side."""
    plan = dashboard.plan
    if plan.closed_at:
        return NextAction("closed")
    if plan.is_draft:
        return NextAction(
            "empty" if not dashboard.items else "agree" if side and not plan.agreed(side) else "other_agrees"
        )
    waiting = next((row for row in reversed(dashboard.open_changes) if side and row.side != side), None)
    if waiting:
        return NextAction("decide", change=waiting)
    unconfirmed = next((item for item in dashboard.items if item.state == "done"), None)
    if side == Side.MENTOR and unconfirmed:
        return NextAction("confirm", unconfirmed)
    return _next_activity([item for item in dashboard.items if item.activity.is_open])


def _next_activity(opened: list[ActivityItem]) -> NextAction:
    """An activity that is ready to be reported, one that is late, one that lost its evidence, else the next one due."""
    ready = (item for item in opened if item.is_ready)
    pending = (
        ("report", ready),
        ("late", (item for item in opened if item.is_late)),
        ("look_again", (item for item in opened if item.gone)),
        ("next", iter(opened)),
    )
    for kind, items in pending:
        if (item := next(items, None)) is not None:
            return NextAction(kind, item)
    return NextAction("finish")


# ---------------------------------------------------------------- posts as evidence


def first_moment(plan: Plan) -> datetime:
    """Midnight in Belgrade with which the plan begins."""
    return datetime.combine(plan.starts_on, time(), BELGRADE)


def published_since(plan: Plan, until: datetime | None = None) -> QuerySet[Post]:
    """Posts of the municipality that were published since the plan began (and by `until`) and are still out, with
    `public_at`, the newest first."""
    there = Publication.objects.filter(post=OuterRef("pk"))
    out = there.filter(delivery__published_at__isnull=False).order_by().values("post")
    first = out.annotate(at=Min("delivery__published_at")).values("at")
    rows = Post.objects.filter(Exists(there.filter(OUT)), deleted_at__isnull=True, municipality=plan.municipality_id)
    rows = rows.annotate(public_at=Subquery(first)).filter(public_at__gte=first_moment(plan))
    if until is not None:
        rows = rows.filter(public_at__lte=until)
    return rows.defer("draft", "search_key").order_by("-public_at", "-pk")


def fitting(rows: QuerySet[Post], activity: Activity) -> QuerySet[Post]:
    """Those of the kind that the library says fits."""
    fits = activity.kind.fits if activity.kind else {}
    if fits.get("call"):
        rows = rows.exclude(call_kind="")
    if fits.get("interactive"):
        rows = rows.exclude(format="")
    if fits.get("service"):
        rows = rows.exclude(service="")
    if fits.get("closed"):
        rows = rows.filter(closing__isnull=False)
    if fits.get("category"):
        rows = rows.filter(category=fits["category"])
    return rows


def offered(activity: Activity, query: str = "") -> list[Post]:
    """Posts to pick as evidence: those that contain `query`, in either script, else those that fit. One query."""
    taken = Evidence.objects.filter(activity=activity, withdrawn_at__isnull=True, post__isnull=False).values("post")
    rows = with_cover(published_since(activity.plan).exclude(pk__in=taken), drafts=False)
    terms = fold(query).split()
    if not terms:
        return list(fitting(rows, activity)[:OFFERED])
    for word in terms:
        rows = rows.filter(search_key__contains=word)
    return list(rows[:OFFERED])


# ---------------------------------------------------------------- needs as evidence


def decided_since(plan: Plan) -> QuerySet[Need]:
    """Needs of the municipality on which something was decided, or for which something was done, since the plan began,
    with `informed_count`: how many of those who asked have got the answer that tells them. The newest first."""
    rows = Need.objects.filter(Q(decided_on__gte=plan.starts_on) | Q(done_on__gte=plan.starts_on))
    rows = rows.filter(municipality=plan.municipality_id).exclude(stage__in=UNDECIDED)
    rows = rows.annotate(informed_count=Count("supporters", filter=Q(supporters__reply__arrived_at__isnull=False)))
    return rows.order_by(Coalesce("done_on", "decided_on").desc(), "-pk")


def offered_needs(activity: Activity, query: str = "") -> list[Need]:
    """Needs to pick as evidence, those that contain `query`, in either script. One query."""
    taken = Evidence.objects.filter(activity=activity, withdrawn_at__isnull=True, need__isnull=False).values("need")
    rows = decided_since(activity.plan).exclude(pk__in=taken)
    for word in fold(query).split():
        rows = rows.filter(search_key__contains=word)
    return list(rows[:OFFERED])


# ---------------------------------------------------------------- reports of consultations as evidence


def reported_since(plan: Plan) -> QuerySet[Edition]:
    """The newest public report of each consultation of the municipality whose first one became public since the plan
    began, the newest first."""
    rows = newest_public().filter(consultation__reported_at__gte=first_moment(plan))
    return rows.filter(municipality=plan.municipality_id)


def offered_reports(activity: Activity) -> list[Edition]:
    """Reports to pick as evidence. Two queries."""
    taken = Evidence.objects.filter(activity=activity, withdrawn_at__isnull=True, kind=Proof.LINK)
    urls = set(taken.values_list("url", flat=True))
    place = activity.plan.municipality
    return [row for row in reported_since(activity.plan)[:OFFERED] if report_url(place, row) not in urls]


def report_url(place: Municipality, edition: Edition) -> str:
    """Where everybody reads it, in the municipality's own script; the same for every edition."""
    path = newest_url(place, edition.consultation, languages.of_script(place.primary_script.lower()).tag)
    return settings.PUBLIC_BASE_URL.rstrip("/") + path


# ---------------------------------------------------------------- people


def people_of(municipality: Municipality) -> list[Any]:
    """Who may be named as doing an activity: officers, approvers and mentors of today, by name. Two queries."""
    members = Membership.objects.running().filter(
        municipality=municipality, role__in=(Role.OFFICER, Role.APPROVER), user__is_active=True
    )
    users = {row.user for row in members.select_related("user")}
    users |= set(mentors_today(municipality))
    return sorted(users, key=lambda person: sort_key(person.name))


def mentors_today(municipality: Municipality) -> list[Any]:
    rows = Pairing.objects.on(today()).filter(municipality=municipality, mentor__is_active=True)
    return [row.mentor for row in rows.select_related("mentor").order_by("pk")]


def of_side(municipality: Municipality, side: Side) -> Sequence[Any]:
    """The people of a side today. One query."""
    if side == Side.MENTOR:
        return mentors_today(municipality)
    rows = Membership.objects.running().filter(
        municipality=municipality, role__in=(Role.OFFICER, Role.APPROVER), user__is_active=True
    )
    return list({row.user_id: row.user for row in rows.select_related("user").order_by("pk")}.values())
