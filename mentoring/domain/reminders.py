"""Reminders of mentoring: activities due soon or overdue, the check-in of tomorrow, endings, and long silence.

`mentoring.queries.reminders` finds them; each is sent once to each person, however often the worker runs.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import dates
from mentoring.enums import CheckInMethod, ReminderKind
from mentoring.models import Reminder
from mentoring.queries.reminders import DueReminder, due
from municipalities.holidays import BELGRADE
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

NotificationText = tuple[str, str]


def remind(now: datetime | None = None) -> int:
    """Send today's reminders; returns how many were sent. Safe to run twice at once."""
    now = now or timezone.now()
    with everywhere("what people of mentoring are to be reminded of"):
        all_due = due(now.astimezone(BELGRADE).date(), now)
        known = set(
            Reminder.objects.filter(about__in={reminder.about for reminder in all_due}).values_list(
                "user_id", "kind", "about"
            )
        )
    count = 0
    for reminder in all_due:
        people = [person for person in reminder.people if (person.pk, str(reminder.kind), reminder.about) not in known]
        if people:
            count += _notify(reminder, people)
    return count


@transaction.atomic
def _notify(what: DueReminder, people: list[Any]) -> int:
    """The unique row makes sure that it happens once: the process that inserts it notifies."""
    with scope(what.municipality):
        reminded = [person for person in people if _is_first(what, person)]
        text_of, url = TEXTS[what.kind], _address(what)
        notify(
            NotificationKind.AGREEMENT, reminded, municipality=what.municipality, url=url,
            build_text=lambda: text_of(what), about=f"mentoring.reminder:{what.kind}",
        )  # fmt: skip
    return len(reminded)


def _is_first(what: DueReminder, person: Any) -> bool:
    _row, is_new = Reminder.objects.get_or_create(
        user=person, kind=what.kind, about=what.about, defaults={"municipality": what.municipality}
    )
    return is_new


def _address(what: DueReminder) -> str:
    slug = what.municipality.slug
    if what.kind in (ReminderKind.DUE_SOON, ReminderKind.OVERDUE):
        return reverse("mentoring_plan_activity", args=[slug, what.thing.pk])
    if what.kind == ReminderKind.CHECK_IN:
        return reverse("check_in", args=[slug, what.thing.pk])
    if what.kind == ReminderKind.SILENCE:
        return reverse("check_ins", args=[slug])
    return (
        reverse("programme_people") if what.kind == ReminderKind.UNFOLLOWED else reverse("mentoring_plan", args=[slug])
    )


# ---- in the language of the recipient


def _due_soon(what: DueReminder) -> NotificationText:
    facts = {"municipality": what.municipality, "activity": what.thing, "day": dates.long_date(what.thing.due_on)}
    subject = _("%(municipality)s: “%(activity)s” is due on %(day)s") % facts
    return subject, _(
        "There is still time. If there is an obstacle, mention it now: the day can be moved when both agree."
    )


def _overdue(what: DueReminder) -> NotificationText:
    facts = {"municipality": what.municipality, "activity": what.thing, "day": dates.long_date(what.thing.due_on)}
    subject = _("%(municipality)s: “%(activity)s” was agreed for %(day)s") % facts
    return subject, _(
        "If it is done, report it with what shows it. If it needs more time, propose another day: that happens, and a "
        "new day is better than none."
    )


def _check_in(what: DueReminder) -> NotificationText:
    row = what.thing
    facts = {"municipality": what.municipality, "time": dates.clock(row.due_at)}
    subject = _("%(municipality)s: check-in tomorrow at %(time)s") % facts
    lines = [_("How: %(way)s") % {"way": CheckInMethod(row.way).label}]
    if row.place:
        lines.append(_("Where: %(place)s") % {"place": row.place})
    if row.subject:
        lines.append(_("About: %(subject)s") % {"subject": row.subject})
    return subject, "\n".join(lines)


def _plan_ends(what: DueReminder) -> NotificationText:
    facts = {"municipality": what.municipality, "day": dates.long_date(what.thing.ends_on)}
    subject = _("%(municipality)s: the plan ends on %(day)s") % facts
    return subject, _("Time for what is still open, and for the final review, which both confirm.")


def _unfollowed(what: DueReminder) -> NotificationText:
    facts = {
        "municipality": what.municipality, "mentor": what.thing.mentor, "day": dates.long_date(what.thing.ends_on)
    }  # fmt: skip
    subject = _("%(municipality)s: no mentor after %(day)s") % facts
    return subject, _(
        "The pairing with %(mentor)s ends then. Pair another mentor, or extend it, if the work continues."
    ) % facts  # fmt: skip


def _silence(what: DueReminder) -> NotificationText:
    subject = _("%(municipality)s: no check-in is planned") % {"municipality": what.municipality}
    last = what.facts.get("last")
    if last is None:
        return subject, _("There has been none for four weeks. A short call is enough to see how it goes.")
    return subject, _("The last one was on %(day)s, and a short call is enough to see how it goes.") % {
        "day": dates.long_date(last)
    }  # fmt: skip


TEXTS: dict[str, Callable[[DueReminder], NotificationText]] = {
    ReminderKind.DUE_SOON: _due_soon,
    ReminderKind.OVERDUE: _overdue,
    ReminderKind.CHECK_IN: _check_in,
    ReminderKind.PLAN_ENDS: _plan_ends,
    ReminderKind.UNFOLLOWED: _unfollowed,
    ReminderKind.SILENCE: _silence,
}
