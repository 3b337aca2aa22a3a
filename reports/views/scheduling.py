"""The page of a schedule of reports by mail, of a municipality as of a programme."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.web import SignedInRequest
from reports.domain import schedules
from reports.forms import ScheduleForm
from reports.models import ProgrammeSchedule, Schedule
from reports.queries import reports as queries

Found = Schedule | ProgrammeSchedule | None

ACTS: dict[str, tuple[Callable[..., None], Callable[[], str]]] = {
    "pause": (schedules.pause, lambda: _("Paused. Nothing goes out until you resume it.")),
    "resume": (schedules.resume, lambda: _("Resumed. It goes out on the next day that comes.")),
    "end": (schedules.end, lambda: _("Ended. Reports that were made stay where they are.")),
}


def initial(found: Found) -> dict[str, Any]:
    """What a form of `found` begins with, as its keyword."""
    if found is None:
        return {}
    people = [str(person.pk) for person in found.people.all()]
    return {"initial": {"every": int(found.every), "day": found.day, "people": people}}


def page(
    request: HttpRequest, form: ScheduleForm, found: Found, *, title: str, up: tuple[str, str], acts: Mapping[str, str]
) -> HttpResponse:
    """`up` is (label, address) of the page above, `acts` the address of each of `ACTS`."""
    last = queries.last_run(found) if found else None
    context = {"form": form, "schedule": found, "last": last, "page_title": title, "up": up, "acts": acts}
    return render(request, "reports/schedule.html", context, status=422 if form.errors else 200)


def act(request: SignedInRequest, name: str, found: Found) -> None:
    """Do it; nothing happens where there is no schedule any more."""
    if name not in ACTS:
        raise Http404
    if found is not None:
        verb, said = ACTS[name]
        verb(found, by=request.user)
        messages.success(request, said())
