"""The usual posting times of each channel, and the next free one."""

from dataclasses import dataclass, field
from datetime import datetime, time

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels.models import Channel
from common import dates
from common.web.params import int_list_param, int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning import queries
from planning.date_parsing import parse_time
from planning.domain.slots import set_slots
from planning.models import Slot
from planning.rules import SUGGESTED
from posts.queries import usable_channels

MOST_A_DAY = 8
MOST_TYPED = 200
MOST_CHANNELS = 50


@dataclass(frozen=True)
class WeekdaySlots:
    """`typed` is the content of the field; `bad` are the parts of it that are no times."""

    weekday: int
    name: str
    typed: str
    bad: list[str] = field(default_factory=list)


@requires(Verb.LIBRARY_VIEW)
@require_safe
def slots(request: MunicipalityRequest) -> HttpResponse:
    return _page(request, {})


def _page(request: MunicipalityRequest, typed: dict[int, list[WeekdaySlots]]) -> HttpResponse:
    """`typed` is the input for the week of a channel that could not be saved."""
    with_slots = queries.with_slots()
    context = {
        "channels": [
            (channel, typed.get(channel.pk) or _week(times), channel.pk in typed) for channel, times in with_slots
        ],
        "may_edit": request.access.may(Verb.LIBRARY_EDIT),
        "lacks_some": any(not times for _channel, times in with_slots),
        "suggested": ", ".join(f"{at.hour}:{at:%M}" for at in SUGGESTED),
    }
    return render(request, "planning/slots.html", context, status=422 if typed else 200)


def _week(slots: list[Slot]) -> list[WeekdaySlots]:
    days = {weekday: [slot.at for slot in slots if slot.weekday == weekday] for weekday in range(7)}
    return [
        WeekdaySlots(weekday, str(WEEKDAYS[weekday]), ", ".join(f"{at.hour}:{at:%M}" for at in times))
        for weekday, times in days.items()
    ]


@requires(Verb.LIBRARY_EDIT)
@require_POST
def save(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The week of one channel: `day-0` … `day-6`, times separated by commas or spaces."""
    channel = get_object_or_404(usable_channels(), pk=pk)
    times: set[tuple[int, time]] = set()
    week = []
    for weekday, name in WEEKDAYS.items():
        typed = request.POST.get(f"day-{weekday}", "")[:MOST_TYPED]
        parsed, bad = _times(typed)
        times |= {(weekday, at) for at in parsed}
        week.append(WeekdaySlots(weekday, str(name), typed, bad))
    if any(day.bad for day in week):
        return _page(request, {channel.pk: week})
    if set_slots(channel, times, by=request.user):
        messages.success(request, _("Saved."))
    return redirect("slots", request.municipality.slug)


def _times(typed: str) -> tuple[list[time], list[str]]:
    """7:30, 07.30 and 7h are times; invalid and surplus input is returned unchanged."""
    tokens = typed.replace(",", " ").replace(";", " ").split()
    read = [(word[:20], parse_time(word)) for word in tokens]
    times = [at for _word, at in read[:MOST_A_DAY] if at]
    return times, [word for word, at in read[:MOST_A_DAY] if at is None] + [word for word, _at in read[MOST_A_DAY:]]


@requires(Verb.LIBRARY_EDIT)
@require_POST
def suggest(request: MunicipalityRequest) -> HttpResponse:
    """The suggested times on working days, for channels that have none yet."""
    for channel, times in queries.with_slots():
        if not times:
            set_slots(channel, {(weekday, at) for weekday in range(5) for at in SUGGESTED}, by=request.user)
    messages.success(request, _("The suggested times are set. Change them as you learn when your people read."))
    return redirect("slots", request.municipality.slug)


@requires(Verb.POST_EDIT)
@require_safe
def next_slot(request: MunicipalityRequest) -> JsonResponse:
    """For the composer: `channels` (several), `post`, `after` ("2026-11-30T12:00", wall time). Three queries."""
    wanted = int_list_param(request.GET, "channels")[:MOST_CHANNELS]
    now = timezone.localtime().replace(tzinfo=None, second=0, microsecond=0)
    after = max(now, _moment(request.GET.get("after"), now))
    besides = int_param(request.GET, "post", default=0)
    free = queries.free_slot(wanted, after, request.municipality, besides=besides)
    if free is None:
        return JsonResponse({"sentence": _no_slot(wanted)})
    local, when = free.time.local, dates.date_time(free.time.due_at)
    sentence = _("Next free time: %(when)s") % {"when": when}
    return JsonResponse({"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "sentence": sentence})


def _no_slot(wanted: list[int]) -> str:
    if not wanted:
        return _("Choose a channel first.")
    if not Channel.objects.filter(pk__in=wanted, slots__isnull=False).exists():
        return _("No usual times are set for these channels. Set them under Calendar, Planning, Usual times.")
    return _("All usual times of the next two months are taken.")


def _moment(text: str | None, otherwise: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return moment if moment.tzinfo is None and 2000 <= moment.year <= 2100 else otherwise
