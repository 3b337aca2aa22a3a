"""Posts as an iCalendar file (RFC 5545): one event per scheduled post, with a stable id. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

LONG = timedelta(minutes=15)


def calendar(name: str, entries: Sequence[tuple[int, str, str, str, datetime, datetime]], host: str) -> bytes:
    """`entries` are (id, title, state as text, address, time, last change); times aware UTC."""
    from icalendar import Calendar, Event, vText  # large, and few requests need it

    result = Calendar()
    result.add("prodid", "-//Dobošar//Calendar//")
    result.add("version", "2.0")
    result.add("method", "PUBLISH")
    result.add("x-wr-calname", vText(name))  # the library does not escape values without a type
    result.add("refresh-interval;value=duration", "PT30M")
    for number, title, state, address, due_at, changed_at in entries:
        event = Event()
        event.add("uid", f"post-{number}@{host}")
        event.add("summary", _("%(title)s (%(state)s)") % {"title": title, "state": state})
        event.add("dtstart", due_at)
        event.add("dtend", due_at + LONG)
        event.add("dtstamp", changed_at)
        event.add("last-modified", changed_at)
        event.add("url", address)
        event.add("description", f"{state}\n{address}")
        event.add("transp", "TRANSPARENT")
        result.add_component(event)
    return bytes(result.to_ical())
