"""The plan of three months: start it, agree on it, close it. Both sides edit it while it is a draft."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.enums import Unit
from analytics.logframe import INDICATORS, measured_codes
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from mentoring import plan_rules as rules
from mentoring.domain import plan_notifications as notifications
from mentoring.enums import ClosingReason, Proof, Side
from mentoring.models import Activity, ActivityKind, Plan, PlanChange
from mentoring.queries.plans import of_side
from municipalities.models import Enrolment
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from posts.draft import storable

MOST_GOAL, MOST_DESCRIPTION, MOST_DAYS = 1000, 2000, 366


@dataclass(frozen=True)
class ActivitySpec:
    """What an activity shall say. `owner` is a person of the municipality or its mentor, else `owner_name`."""

    name: str
    due_on: date
    description: str = ""
    owner: Any = None
    owner_name: str = ""
    proof: str = Proof.POSTS
    wanted: int = 1
    code: str = ""
    threshold: float | None = None
    kind: ActivityKind | None = None
    english: dict[str, str] = field(default_factory=dict)


def from_library(kind: ActivityKind, due_on: date, owner: Any = None) -> ActivitySpec:
    """An activity of the library for a plan, with its texts in Serbian, and in English if there are any."""
    serbian, english = kind.texts["sr"], kind.texts.get("en") or {}
    translated = {name: str(english[name]) for name in ("name", "description") if english.get(name)}
    return ActivitySpec(
        name=serbian["name"], description=serbian.get("description", ""), due_on=due_on, owner=owner, proof=kind.proof,
        wanted=kind.wanted, code=kind.code, threshold=kind.threshold, kind=kind if kind.pk else None,
        english=translated,
    )  # fmt: skip


# ---------------------------------------------------------------- beginning


@transaction.atomic
def start(
    enrolment: Enrolment,
    starts_on: date,
    ends_on: date,
    goal: str,
    activities: Iterable[ActivitySpec],
    *,
    side: Side,
    by: User,
) -> Plan:
    """Begin a draft. Raises `ActionNotAllowed` for days that cannot be, and while another plan of the enrolment is
    open.
    """
    goal = text(goal, MOST_GOAL, "goal")
    refuse_days(enrolment, starts_on, ends_on)
    # two that begin at once stand in line at the enrolment
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if Plan.objects.filter(enrolment=enrolment, closed_at__isnull=True).exists():
        raise ActionNotAllowed(_("There is already a plan. Close it before you start another one."))
    plan = Plan.objects.create(
        municipality=enrolment.municipality, enrolment=enrolment, starts_on=starts_on, ends_on=ends_on, goal=goal,
        created_by=by,
    )  # fmt: skip
    chosen = list(activities)
    if len(chosen) > rules.MOST_ACTIVITIES:
        raise _too_many()
    rows = [_row(plan, wanted, position) for position, wanted in enumerate(chosen, start=1)]
    Activity.objects.bulk_create(rows)
    audit.record("agreement.start", by=by, target=plan, label=_span(plan))
    notifications.begun(plan, side, by=by)
    return plan


def refuse_days(enrolment: Enrolment, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ActionNotAllowed(_("The last day lies before the first."), "ends_on")
    if (ends_on - starts_on).days > MOST_DAYS:
        raise ActionNotAllowed(_("A plan of more than a year is not followed. Choose an earlier last day."), "ends_on")
    if starts_on > today() + timedelta(days=MOST_DAYS):
        raise ActionNotAllowed(_("The first day lies more than a year ahead."), "starts_on")
    if starts_on < enrolment.starts_on:
        raise ActionNotAllowed(_("The plan cannot begin before the municipality joined."), "starts_on")
    if enrolment.ends_on and starts_on > enrolment.ends_on:
        raise ActionNotAllowed(_("The municipality does not take part any more on that day."), "starts_on")


def _too_many() -> ActionNotAllowed:
    return ActionNotAllowed(
        _("A plan of more than %(most)s activities is not followed. Agree on fewer.") % {"most": rules.MOST_ACTIVITIES}
    )


def text(text: str, most: int, name: str) -> str:
    text = storable(text).strip()
    if len(text) > most:
        raise ActionNotAllowed(
            _("This is too long: it has %(count)s characters, and %(most)s are allowed.")
            % {"count": len(text), "most": most},
            name,
        )
    return text


def _span(plan: Plan) -> str:
    return f"{short_date(plan.starts_on)} – {short_date(plan.ends_on)}"


# ---------------------------------------------------------------- what an activity may say


def validated(wanted: ActivitySpec, first: date, last: date, municipality: Any) -> ActivitySpec:
    """The same with texts as they are stored. Raises `ActionNotAllowed` for what cannot be agreed."""
    name = text(wanted.name, 140, "name")
    if not name:
        raise ActionNotAllowed(_("Describe the task in a few words."), "name")
    if not first <= wanted.due_on <= last:
        raise ActionNotAllowed(_("The day lies outside the plan."), "due_on")
    if not 1 <= wanted.wanted <= 100:
        raise ActionNotAllowed(_("Ask for one piece of evidence at least, and for 100 at most."), "wanted")
    code, threshold = wanted.code, wanted.threshold
    if wanted.proof == Proof.INDICATOR:
        if code not in measured_codes():
            raise ActionNotAllowed(_("Choose an indicator that the portal measures."), "code")
        if threshold is None or threshold < 0:
            raise ActionNotAllowed(_("Enter the value to be reached."), "threshold")
        if INDICATORS[code].unit == Unit.PERCENT and threshold > 100:
            raise ActionNotAllowed(_("A share cannot be above 100 per cent."), "threshold")
    else:
        code, threshold = "", None
    owner, owner_name = wanted.owner, text(wanted.owner_name, 120, "owner_name")
    if owner is not None:
        if not any(owner.pk == person.pk for side in Side for person in of_side(municipality, side)):
            raise ActionNotAllowed(_("This person neither works for the municipality nor is its mentor."), "owner")
        owner_name = ""
    return ActivitySpec(
        name=name, description=text(wanted.description, MOST_DESCRIPTION, "description"), due_on=wanted.due_on,
        owner=owner, owner_name=owner_name, proof=wanted.proof, wanted=wanted.wanted if not code else 1, code=code,
        threshold=threshold, kind=wanted.kind, english=dict(wanted.english),
    )  # fmt: skip


def _row(plan: Plan, unchecked: ActivitySpec, position: int) -> Activity:
    wanted = validated(unchecked, plan.starts_on, plan.ends_on, plan.municipality)
    return Activity(municipality_id=plan.municipality_id, plan=plan, position=position, **vars(wanted))


def write(activity: Activity, wanted: ActivitySpec) -> None:
    """Change the activity. An English text that is no translation any more is removed."""
    if (activity.name, activity.description) != (wanted.name, wanted.description):
        wanted = ActivitySpec(**{**vars(wanted), "english": {}})
    for name, value in vars(wanted).items():
        setattr(activity, name, value)
    if activity.code != wanted.code:
        activity.reading, activity.read_at = {}, None
    activity.save()


def add_row(plan: Plan, wanted: ActivitySpec) -> Activity:
    """A further activity of the plan, at the end. Raises `ActionNotAllowed` when there are too many."""
    if Activity.objects.filter(plan=plan, dropped_at__isnull=True).count() >= rules.MOST_ACTIVITIES:
        raise _too_many()
    row = _row(plan, wanted, Activity.objects.filter(plan=plan).count() + 1)
    row.save()
    return row


# ---------------------------------------------------------------- the draft


def locked(plan: Plan) -> Plan:
    """The row, held until the transaction ends: everybody who changes a plan stands in line here."""
    rows = Plan.objects.select_for_update(of=("self",)).select_related("municipality", "enrolment")
    return rows.get(pk=plan.pk)


def _drafted(plan: Plan) -> Plan:
    plan = locked(plan)
    if not plan.is_draft:
        raise ActionNotAllowed(_("The plan is agreed. Propose the change instead."))
    return plan


def _reset(plan: Plan) -> None:
    """Who agreed, agreed to something else: both are asked again."""
    plan.mentor_agreed_by = plan.mentor_agreed_at = None
    plan.municipality_agreed_by = plan.municipality_agreed_at = None
    plan.save()


@transaction.atomic
def edit(plan: Plan, starts_on: date, ends_on: date, goal: str, *, by: User) -> Plan:
    """Other days or another goal of a draft. Raises `ActionNotAllowed` when an activity would lie outside."""
    plan = _drafted(plan)
    goal = text(goal, MOST_GOAL, "goal")
    refuse_days(plan.enrolment, starts_on, ends_on)
    refuse_outside(plan, starts_on, ends_on)
    if (plan.starts_on, plan.ends_on, plan.goal) == (starts_on, ends_on, goal):
        return plan
    plan.starts_on, plan.ends_on, plan.goal = starts_on, ends_on, goal
    _reset(plan)
    audit.record("agreement.edit", by=by, target=plan, label=_span(plan))
    return plan


def refuse_outside(plan: Plan, starts_on: date, ends_on: date) -> None:
    rows = Activity.objects.filter(plan=plan, dropped_at__isnull=True)
    outside = rows.exclude(due_on__gte=starts_on, due_on__lte=ends_on).order_by("due_on").first()
    if outside is not None:
        raise ActionNotAllowed(
            _("“%(activity)s” would lie outside the plan. Give it another day first.") % {"activity": outside},
            "ends_on" if outside.due_on > ends_on else "starts_on",
        )


@transaction.atomic
def add(plan: Plan, wanted: ActivitySpec, *, by: User) -> Activity:
    """A further activity of a draft. Raises `ActionNotAllowed`."""
    plan = _drafted(plan)
    row = add_row(plan, wanted)
    _reset(plan)
    audit.record("agreement.add_activity", by=by, target=row)
    return row


@transaction.atomic
def change(activity: Activity, unchecked: ActivitySpec, *, by: User) -> Activity:
    """Change an activity of a draft. Raises `ActionNotAllowed`."""
    plan = _drafted(activity.plan)
    wanted = validated(unchecked, plan.starts_on, plan.ends_on, plan.municipality)
    write(activity, wanted)
    _reset(plan)
    audit.record("agreement.change_activity", by=by, target=activity)
    return activity


@transaction.atomic
def remove(activity: Activity, *, by: User) -> None:
    """Delete an activity of a draft: it was not agreed, so nothing of it stays."""
    plan = _drafted(activity.plan)
    audit.record("agreement.remove_activity", by=by, target=activity)
    activity.delete()
    _reset(plan)


# ---------------------------------------------------------------- agreeing


@transaction.atomic
def agree(plan: Plan, *, side: Side, by: User) -> Plan:
    """One side agrees; when both have, the plan holds. Twice changes nothing.

    Raises `ActionNotAllowed` for a plan without activities, one that is closed, and when the same person would agree
    for both.
    """
    plan = locked(plan)
    if plan.closed_at:
        raise ActionNotAllowed(_("The plan is closed."))
    if plan.agreed(side):
        return plan
    if not Activity.objects.filter(plan=plan).exists():
        raise ActionNotAllowed(_("There is nothing to agree on yet. Add an activity first."))
    other = plan.municipality_agreed_by_id if side == Side.MENTOR else plan.mentor_agreed_by_id
    if other == by.pk:
        raise ActionNotAllowed(_("You have agreed for the other side. Another person has to agree for this one."))
    now = timezone.now()
    if side == Side.MENTOR:
        plan.mentor_agreed_by, plan.mentor_agreed_at = by, now
    else:
        plan.municipality_agreed_by, plan.municipality_agreed_at = by, now
    if plan.mentor_agreed_at and plan.municipality_agreed_at:
        plan.agreed_at = now
    plan.save()
    audit.record("agreement.agree", by=by, target=plan, label=_span(plan), side=side)
    notifications.agreed(plan, side, by=by)
    return plan


@transaction.atomic
def take_back(plan: Plan, *, side: Side, by: User) -> Plan:
    """Take one's side's agreement back while the other one has not agreed. Raises `ActionNotAllowed` afterwards."""
    plan = _drafted(plan)
    if not plan.agreed(side):
        return plan
    _reset(plan)
    audit.record("agreement.take_back", by=by, target=plan, label=_span(plan))
    return plan


# ---------------------------------------------------------------- the end


@transaction.atomic
def close(plan: Plan, because: ClosingReason, *, by: User) -> Plan:
    """Close it: finished when its last day has come or nothing is open, else because another one takes its place.

    Done activities and their evidence stay. Undecided changes lapse. Closing twice changes nothing.
    """
    plan = locked(plan)
    if plan.closed_at:
        return plan
    if because == ClosingReason.FINISHED and plan.is_draft:
        raise ActionNotAllowed(_("This plan has not been followed yet: it was not agreed."))
    if because == ClosingReason.FINISHED and today() < plan.ends_on and _open(plan).exists():
        raise ActionNotAllowed(
            _("The plan still runs and has open activities. Report them done, or agree to drop them.")
        )
    _close(plan, because, by=by)
    return plan


def _open(plan: Plan) -> Any:
    return Activity.objects.filter(plan=plan, done_at__isnull=True, dropped_at__isnull=True)


def _close(plan: Plan, because: ClosingReason, *, by: User | None) -> None:
    plan.closed_at, plan.closed_by, plan.closed_because = timezone.now(), by, because
    plan.save()
    PlanChange.objects.filter(plan=plan, accepted__isnull=True).update(accepted=False, decided_at=plan.closed_at)
    audit.record("agreement.close", by=by, target=plan, label=_span(plan), because=because)
    notifications.closed(plan, by=by)


def close_left(on: date | None = None) -> int:
    """Close the plans of municipalities that no longer take part; returns how many. Safe to repeat."""
    on = on or today()
    with everywhere("plans of municipalities that have left"):
        rows = Plan.objects.filter(closed_at__isnull=True, enrolment__ends_on__lt=on)
        left = list(rows.values_list("pk", "municipality"))
    for pk, place in left:
        with scope(place), transaction.atomic():
            plan = locked(Plan(pk=pk, municipality_id=place))
            if plan.closed_at is None:
                _close(plan, ClosingReason.LEFT, by=None)
    return len(left)
