"""Notifications about check-ins, in the language of the recipient. Only rows are written; a worker sends the mail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common import dates
from mentoring.domain.notifications import WRITERS
from mentoring.enums import CheckInMethod
from mentoring.models import CheckIn
from municipalities.models import Membership
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

TextBuilder = Callable[[], tuple[str, str]]


def planned(row: CheckIn, *, by: User) -> None:
    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: check-in on %(time)s") % _facts(row)
        return subject, "\n".join(_details(row))

    _notify(row, text, by=by)


def moved(row: CheckIn, before: datetime, *, by: User) -> None:
    def text() -> tuple[str, str]:
        if row.due_at == before:
            subject = _("%(municipality)s: the check-in on %(time)s is held otherwise") % _facts(row)
        else:
            subject = _("%(municipality)s: the check-in is moved to %(time)s") % _facts(row)
        lines = [_("It was to be held on %(before)s.") % {"before": dates.date_time(before)}]
        if row.due_at == before:
            lines = []
        return subject, "\n".join([*lines, _("Reason: %(reason)s") % {"reason": row.reason}, *_details(row)])

    _notify(row, text, by=by)


def cancelled(row: CheckIn, *, by: User) -> None:
    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: the check-in on %(time)s is called off") % _facts(row)
        return subject, _("Reason: %(reason)s") % {"reason": row.reason}

    _notify(row, text, by=by)


def held(row: CheckIn, *, by: User) -> None:
    count = row.steps.count()

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: notes of the check-in on %(day)s") % _facts(row)
        outcome = ngettext("It ended with %(count)s next step.", "It ended with %(count)s next steps.", count)
        return subject, "\n\n".join(filter(None, [outcome % {"count": count} if count else "", row.notes]))

    _notify(row, text, by=by)


def steps_changed(row: CheckIn, *, by: User) -> None:
    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: other next steps after the check-in on %(day)s") % _facts(row)
        return subject, _("%(person)s changed the record.") % {"person": by}

    _notify(row, text, by=by)


def _facts(row: CheckIn) -> dict[str, Any]:
    return {
        "municipality": row.municipality, "time": dates.date_time(row.due_at), "day": dates.long_date(row.due_at),
    }  # fmt: skip


def _details(row: CheckIn) -> list[str]:
    lines = [_("How: %(way)s") % {"way": CheckInMethod(row.way).label}]
    if row.place:
        lines.append(_("Where: %(place)s") % {"place": row.place})
    if row.subject:
        lines.append(_("About: %(subject)s") % {"subject": row.subject})
    return lines


def _notify(row: CheckIn, text: TextBuilder, *, by: User) -> None:
    """Both sides: those who write and approve there, and the mentor; not `by`, who knows."""
    members = Membership.objects.running().filter(municipality=row.municipality_id, role__in=WRITERS)
    people = [member.user for member in members.select_related("user")]
    url = reverse("check_in", args=[row.municipality.slug, row.pk])
    notify(
        NotificationKind.AGREEMENT, [*people, row.mentor], municipality=row.municipality, url=url,
        build_text=text, by=by, about=f"mentoring.checkin:{row.pk}",
    )  # fmt: skip
