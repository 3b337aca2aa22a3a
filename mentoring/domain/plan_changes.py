"""Changes of an agreed plan: one side proposes them with a reason, they take effect when the other side accepts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain import plan_notifications as notifications
from mentoring.domain import plans
from mentoring.domain.plans import ActivitySpec
from mentoring.enums import ChangeKind, Side
from mentoring.models import Activity, Plan, PlanChange

MOST_REASON = 500
# What an activity says, as a change keeps it. Dates are ISO text, the owner an id with the name beside it.
FIELDS = ("name", "description", "proof", "wanted", "code", "threshold", "english")


def _running(plan: Plan) -> Plan:
    plan = plans.locked(plan)
    if plan.closed_at:
        raise ActionNotAllowed(_("The plan is closed."))
    if not plan.is_running:
        raise ActionNotAllowed(_("The plan is still a draft: change it without asking."))
    return plan


def _open(activity: Activity, plan: Plan) -> Activity:
    row = Activity.objects.select_related("owner", "kind").get(pk=activity.pk, plan=plan)
    if not row.is_open:
        raise ActionNotAllowed(_("It is done or dropped already, so there is nothing to change."))
    if PlanChange.objects.filter(activity=row, accepted__isnull=True).exists():
        raise ActionNotAllowed(_("A change of this activity waits already. Decide about it first."))
    return row


def activity_values(activity: Activity) -> dict[str, Any]:
    """What the activity says now, as a change keeps it."""
    texts = {name: getattr(activity, name) for name in FIELDS}
    return {**texts, "due_on": activity.due_on.isoformat(), **_owner(activity.owner, activity.owner_name)}


def _spec_values(wanted: ActivitySpec) -> dict[str, Any]:
    texts = {name: getattr(wanted, name) for name in FIELDS}
    kind = wanted.kind.pk if wanted.kind else None
    return {**texts, "kind": kind, "due_on": wanted.due_on.isoformat(), **_owner(wanted.owner, wanted.owner_name)}


def _owner(owner: Any, name: str) -> dict[str, Any]:
    return {"owner": owner.pk if owner else None, "owner_name": "" if owner else name, "who": str(owner or name)}


# ---------------------------------------------------------------- proposing


def _propose(plan: Plan, what: ChangeKind, reason: str, side: Side, by: User, **fields: Any) -> PlanChange:
    reason = plans.text(reason, MOST_REASON, "reason")
    if not reason:
        raise ActionNotAllowed(_("Give a reason, in a sentence: the other side reads it."), "reason")
    row = PlanChange.objects.create(
        municipality_id=plan.municipality_id, plan=plan, what=what, reason=reason, side=side, proposed_by=by, **fields
    )
    activity = fields.get("activity")
    label = str(activity) if activity else fields["after"].get("name", "")
    audit.record("agreement.propose", by=by, target=plan, label=label, what=what, side=side)
    notifications.proposed(row, by=by)
    return row


@transaction.atomic
def propose_activity(plan: Plan, proposed: ActivitySpec, reason: str, *, side: Side, by: User) -> PlanChange:
    """One activity more. Raises `ActionNotAllowed`."""
    plan = _running(plan)
    wanted = plans.validated(proposed, plan.starts_on, plan.ends_on, plan.municipality)
    return _propose(plan, ChangeKind.ADD, reason, side, by, after=_spec_values(wanted))


@transaction.atomic
def propose_change(activity: Activity, proposed: ActivitySpec, reason: str, *, side: Side, by: User) -> PlanChange:
    """Propose a change of an activity. Raises `ActionNotAllowed`, also when nothing would change."""
    plan = _running(activity.plan)
    row = _open(activity, plan)
    wanted = plans.validated(proposed, plan.starts_on, plan.ends_on, plan.municipality)
    before, after = activity_values(row), _spec_values(wanted)
    if (before["name"], before["description"]) != (after["name"], after["description"]):
        after["english"] = {}
    else:
        after["english"] = before["english"]
    differs = {name for name in before if before[name] != after[name]}
    if not differs:
        raise ActionNotAllowed(_("Nothing is otherwise than it was agreed."))
    old, new = ({name: values[name] for name in before if name in differs} for values in (before, after))
    return _propose(plan, ChangeKind.CHANGE, reason, side, by, activity=row, before=old, after=new)


@transaction.atomic
def propose_drop(activity: Activity, reason: str, *, side: Side, by: User) -> PlanChange:
    """One activity less. Raises `ActionNotAllowed`."""
    plan = _running(activity.plan)
    row = _open(activity, plan)
    return _propose(plan, ChangeKind.DROP, reason, side, by, activity=row, before=activity_values(row))


@transaction.atomic
def propose_dates(
    plan: Plan, starts_on: date, ends_on: date, goal: str, reason: str, *, side: Side, by: User
) -> PlanChange:
    """Other days or another goal of the plan. Raises `ActionNotAllowed`."""
    plan = _running(plan)
    goal = plans.text(goal, plans.MOST_GOAL, "goal")
    plans.refuse_days(plan.enrolment, starts_on, ends_on)
    plans.refuse_outside(plan, starts_on, ends_on)
    if PlanChange.objects.filter(plan=plan, what=ChangeKind.DATES, accepted__isnull=True).exists():
        raise ActionNotAllowed(_("A change of the plan's days waits already. Decide about it first."))
    before = {"starts_on": plan.starts_on.isoformat(), "ends_on": plan.ends_on.isoformat(), "goal": plan.goal}
    after = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat(), "goal": goal}
    differs = {name for name in before if before[name] != after[name]}
    if not differs:
        raise ActionNotAllowed(_("Nothing is otherwise than it was agreed."))
    old, new = ({name: values[name] for name in values if name in differs} for values in (before, after))
    return _propose(plan, ChangeKind.DATES, reason, side, by, before=old, after=new)


# ---------------------------------------------------------------- deciding


def _waiting(change: PlanChange) -> PlanChange:
    plans.locked(change.plan)
    row: PlanChange = PlanChange.objects.select_related("plan__municipality", "activity", "proposed_by").get(
        pk=change.pk
    )
    if not row.is_open:
        raise ActionNotAllowed(_("This change has already been decided."))
    return row


@transaction.atomic
def accept(change: PlanChange, *, side: Side, by: User) -> PlanChange:
    """The other side agrees, and the plan says so. Raises `ActionNotAllowed`, also when it is not possible any more."""
    row = _waiting(change)
    if side == row.side or by.pk == row.proposed_by_id:
        raise ActionNotAllowed(_("Your side proposed it, so the other side decides."))
    _carry_out(row)
    row.accepted = True
    return _settle(row, "agreement.accept", "", by=by)


@transaction.atomic
def decline(change: PlanChange, note: str, *, side: Side, by: User) -> PlanChange:
    """The other side declines it; or the proposer withdraws it, of which nobody is notified."""
    row, note = _waiting(change), plans.text(note, MOST_REASON, "note")
    row.accepted = False
    if side == row.side:
        return _settle(row, "agreement.take_back_change", note, by=by)
    return _settle(row, "agreement.decline", note, by=by)


def _settle(row: PlanChange, verb: str, note: str, *, by: User) -> PlanChange:
    row.decided_by, row.decided_at, row.decided_note = by, timezone.now(), note
    row.save()
    label = str(row.activity or row.after.get("name", ""))
    audit.record(verb, by=by, target=row.plan, label=label, what=row.what)
    if verb != "agreement.take_back_change":
        notifications.decided(row, by=by)
    return row


def _carry_out(row: PlanChange) -> None:
    plan = row.plan
    if row.what == ChangeKind.ADD:
        row.activity = plans.add_row(plan, _wanted(row.after, plan))
    elif row.what == ChangeKind.DATES:
        starts_on = date.fromisoformat(row.after.get("starts_on", plan.starts_on.isoformat()))
        ends_on = date.fromisoformat(row.after.get("ends_on", plan.ends_on.isoformat()))
        plans.refuse_outside(plan, starts_on, ends_on)
        plan.starts_on, plan.ends_on, plan.goal = starts_on, ends_on, row.after.get("goal", plan.goal)
        plan.save()
    elif row.activity is not None:
        if not row.activity.is_open:
            raise ActionNotAllowed(_("It is done or dropped already, so there is nothing to change."))
        if row.what == ChangeKind.DROP:
            row.activity.dropped_at, row.activity.dropped_because = timezone.now(), row.reason
            row.activity.save()
        else:
            values = {**activity_values(row.activity), "kind": row.activity.kind_id, **row.after}
            wanted = plans.validated(_wanted(values, plan), plan.starts_on, plan.ends_on, plan.municipality)
            plans.write(row.activity, wanted)


def _wanted(values: Mapping[str, Any], plan: Plan) -> ActivitySpec:
    """The stored values as an activity that can be agreed. An owner who has left since is kept by name."""
    people = {person.pk: person for side in Side for person in plans.of_side(plan.municipality, side)}
    owner = people.get(values.get("owner"))
    return ActivitySpec(
        **{name: values[name] for name in FIELDS},
        due_on=date.fromisoformat(values["due_on"]),
        owner=owner,
        owner_name="" if owner else values.get("owner_name") or values.get("who", ""),
        kind=plans.ActivityKind.objects.filter(pk=values.get("kind") or 0).first(),
    )
