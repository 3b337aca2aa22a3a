"""Notifications to the other side about a plan. Only rows are written; a worker sends the mail."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common import dates
from mentoring.enums import ChangeKind, Side
from mentoring.models import Activity, Plan, PlanChange
from mentoring.queries.plans import of_side
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

NotificationText = tuple[str, str]


def begun(plan: Plan, side: Side, *, by: User) -> None:
    def text() -> NotificationText:
        subject = _("%(municipality)s: a plan of three months to agree on") % {"municipality": plan.municipality}
        lead = _("%(person)s has started it. Read it, make your changes, and agree.") % {"person": by}
        return subject, lead

    _notify(plan, side.other, text, by=by)


def agreed(plan: Plan, side: Side, *, by: User) -> None:
    """To the other side: it is their turn, or it holds from now on."""
    facts = {"municipality": plan.municipality, "person": by}

    def text() -> NotificationText:
        if plan.agreed_at:
            subject = _("%(municipality)s: the plan is agreed") % facts
            lead = _("%(person)s agreed to it, too. It runs until %(day)s and changes only by agreement.") % {
                **facts, "day": dates.long_date(plan.ends_on)
            }  # fmt: skip
            return subject, lead
        subject = _("%(municipality)s: the plan waits for you") % facts
        return subject, _("%(person)s agreed to the plan. It holds once you agree, too.") % facts

    _notify(plan, side.other, text, by=by)


def done(activity: Activity, *, by: User | None) -> None:
    """To the mentor: it waits to be confirmed. `by` None: an indicator proved it."""
    facts = {"municipality": activity.plan.municipality, "person": by}

    def text() -> NotificationText:
        # the name in the reader's script, which is known only here
        subject = _("%(municipality)s: “%(activity)s” is done") % {**facts, "activity": activity}
        if by is None:
            return subject, _("Its indicator has reached the agreed value. Check it and confirm.")
        lead = _("%(person)s reported it done. Check it and confirm.") % facts
        return subject, "\n\n".join(filter(None, [lead, activity.done_note]))

    _notify(activity.plan, Side.MENTOR, text, by=by, at=activity)


def confirmed(activity: Activity, *, by: User) -> None:
    def text() -> NotificationText:
        facts = {"municipality": activity.plan.municipality, "person": by, "activity": activity}
        subject = _("%(municipality)s: “%(activity)s” is confirmed") % facts
        return subject, _("%(person)s confirmed that it is done. Thank you!") % facts

    _notify(activity.plan, Side.MUNICIPALITY, text, by=by, at=activity)


def reopened(activity: Activity, side: Side, note: str, *, by: User) -> None:
    def text() -> NotificationText:
        facts = {"municipality": activity.plan.municipality, "person": by, "activity": activity}
        subject = _("%(municipality)s: “%(activity)s” is open again") % facts
        lead = _("%(person)s withdrew the report that it is done.") % facts
        return subject, "\n\n".join(filter(None, [lead, note]))

    _notify(activity.plan, side.other, text, by=by, at=activity)


def proposed(change: PlanChange, *, by: User) -> None:
    """To the other side: what is proposed, and why."""

    def text() -> NotificationText:
        facts = {"municipality": change.plan.municipality, "person": by, "activity": _subject(change)}
        subjects = {
            ChangeKind.ADD: _("%(municipality)s: another activity is proposed, “%(activity)s”"),
            ChangeKind.CHANGE: _("%(municipality)s: proposed change of “%(activity)s”"),
            ChangeKind.DROP: _("%(municipality)s: proposal to drop “%(activity)s”"),
            ChangeKind.DATES: _("%(municipality)s: proposed new dates or a new goal for the plan"),
        }
        lead = _("%(person)s proposes it, for this reason:") % facts
        end = _("It holds once you agree.")
        return subjects[ChangeKind(change.what)] % facts, f"{lead}\n\n{change.reason}\n\n{end}"

    _notify(change.plan, Side(change.side).other, text, by=by, fragment=f"#change-{change.pk}")


def decided(change: PlanChange, *, by: User) -> None:
    """To the side that proposed it."""

    def text() -> NotificationText:
        facts = {"municipality": change.plan.municipality, "person": by, "activity": _subject(change)}
        if change.accepted:
            subject = _("%(municipality)s: the change of the plan is agreed") % facts
            lead = _("%(person)s agreed. The plan has been updated.") % facts
        else:
            subject = _("%(municipality)s: the change of the plan was declined") % facts
            lead = _("%(person)s would rather leave it as it was agreed.") % facts
        return subject, "\n\n".join(filter(None, [lead, change.decided_note]))

    _notify(change.plan, Side(change.side), text, by=by, fragment=f"#change-{change.pk}")


def closed(plan: Plan, *, by: User | None) -> None:
    """To both sides."""

    def text() -> NotificationText:
        subject = _("%(municipality)s: the plan is closed") % {"municipality": plan.municipality}
        return subject, f"{plan.get_closed_because_display()}. " + _("Completed work is kept.")

    for side in Side:
        _notify(plan, side, text, by=by)


def _subject(change: PlanChange) -> str:
    return str(change.activity or change.after.get("name", ""))


def _notify(
    plan: Plan,
    side: Side,
    text: Callable[[], NotificationText],
    *,
    by: User | None,
    at: Activity | None = None,
    fragment: str = "",
) -> None:
    place = plan.municipality
    url = reverse("mentoring_plan", args=[place.slug])
    if at is not None:
        url = reverse("mentoring_plan_activity", args=[place.slug, at.pk])
    notify(
        NotificationKind.AGREEMENT,
        of_side(place, side),
        municipality=place,
        url=f"{url}{fragment}",
        build_text=text,
        by=by,
        about=f"mentoring.plan:{plan.pk}",
    )
