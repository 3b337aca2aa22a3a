"""Page of a report schedule, of a municipality as of a programme."""

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

AnySchedule = Schedule | ProgrammeSchedule | None

ACTS: dict[str, tuple[Callable[..., None], Callable[[], str]]] = {
    "pause": (schedules.pause, lambda: _("Paused. Nothing is sent until you resume it.")),
    "resume": (schedules.resume, lambda: _("Resumed. It is sent on the next scheduled day.")),
    "end": (schedules.end, lambda: _("Ended. Reports that were generated remain available.")),
}


def initial(schedule: AnySchedule) -> dict[str, Any]:
    """What a form of `found` begins with, as its keyword."""
    if schedule is None:
        return {}
    people = [str(person.pk) for person in schedule.people.all()]
    return {"initial": {"every": int(schedule.every), "day": schedule.day, "people": people}}


def page(
    request: HttpRequest,
    form: ScheduleForm,
    schedule: AnySchedule,
    *,
    title: str,
    up: tuple[str, str],
    acts: Mapping[str, str],
) -> HttpResponse:
    """`up` is (label, address) of the page above, `acts` the address of each of `ACTS`."""
    last = queries.last_run(schedule) if schedule else None
    context = {"form": form, "schedule": schedule, "last": last, "page_title": title, "up": up, "acts": acts}
    return render(request, "reports/schedule.html", context, status=422 if form.errors else 200)


def act(request: SignedInRequest, name: str, schedule: AnySchedule) -> None:
    """Do it; nothing happens where there is no schedule any more."""
    if name not in ACTS:
        raise Http404
    if schedule is not None:
        verb, message = ACTS[name]
        verb(schedule, by=request.user)
        messages.success(request, message())
