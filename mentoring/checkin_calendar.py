"""A check-in as an iCalendar file (RFC 5545). Pure."""

from datetime import timedelta

from django.utils.translation import gettext as _

from mentoring.enums import CheckInMethod, CheckInState
from mentoring.models import CheckIn

LONG, AHEAD = timedelta(hours=1), timedelta(minutes=30)


def event(row: CheckIn, address: str, host: str) -> bytes:
    """One event by a stable name; fetched again after a move it takes the place of the older one."""
    from icalendar import Alarm, Calendar, Event  # large, and few requests need it

    calendar = Calendar()
    calendar.add("prodid", "-//Dobošar//Check-ins//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    one = Event()
    one.add("uid", f"check-in-{row.pk}@{host}")
    one.add("sequence", row.sequence)
    one.add("summary", _("Check-in: %(municipality)s and %(mentor)s") % _facts(row))
    one.add("dtstart", row.due_at)
    one.add("dtend", row.due_at + LONG)
    one.add("dtstamp", row.changed_at)
    one.add("last-modified", row.changed_at)
    one.add("status", "CANCELLED" if row.state == CheckInState.CANCELLED else "CONFIRMED")
    if row.place:
        one.add("location", row.place)
    one.add("description", "\n".join(filter(None, [str(CheckInMethod(row.way).label), row.subject, address])))
    one.add("url", address)
    bell = Alarm()
    bell.add("action", "DISPLAY")
    bell.add("trigger", -AHEAD)
    bell.add("description", _("Check-in: %(municipality)s and %(mentor)s") % _facts(row))
    one.add_component(bell)
    calendar.add_component(one)
    return bytes(calendar.to_ical())


def _facts(row: CheckIn) -> dict[str, str]:
    return {"municipality": str(row.municipality), "mentor": str(row.mentor)}
