"""Recurring posts: the list with the coming days, begin one, skip a day, end it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning import queries
from planning.domain import repeat
from planning.forms import RecurrenceForm
from planning.models import Occurrence, Recurrence
from planning.rules import resolve_nearest
from posts.models import Post
from posts.queries import visible

PER_PAGE = 10
SHOWN = 8


@dataclass(frozen=True)
class RecurrenceDay:
    on: date
    post: Post | None
    is_skipped: bool


@dataclass(frozen=True)
class RecurrenceRow:
    """`days` are the next ones that have a draft or get one; `left` is their total number."""

    recurrence: Recurrence
    days: list[RecurrenceDay]
    left: int

    @property
    def more(self) -> int:
        return self.left - len(self.days)

    @property
    def is_running(self) -> bool:
        has_ended = self.recurrence.ended_at or self.recurrence.pattern.deleted_at
        return bool(self.left and not has_ended)


@requires(Verb.LIBRARY_VIEW)
@require_safe
def recurrences(request: MunicipalityRequest) -> HttpResponse:
    page = Paginator(queries.recurrences(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [_row(recurrence, request.municipality) for recurrence in page]
    context = {
        "page": page,
        "running": [row for row in rows if row.is_running],
        "over": [row for row in rows if not row.is_running],
        "may_edit": request.access.may(Verb.POST_EDIT),
    }
    return render(request, "planning/recurrences.html", context)


def _row(recurrence: Recurrence, municipality: Any) -> RecurrenceRow:
    recurrence.municipality = municipality
    known: dict[date, Occurrence] = {occurrence.on: occurrence for occurrence in recurrence.occurrences.all()}
    now, today = timezone.now(), timezone.localdate()
    coming = [
        on
        for on in repeat.dates_of(recurrence)
        if (on in known and on >= today) or resolve_nearest(on, recurrence.at).due_at > now
    ]
    days = [
        RecurrenceDay(
            on, occurrence.post if (occurrence := known.get(on)) else None, bool(occurrence and occurrence.skipped_at)
        )
        for on in coming[:SHOWN]
    ]
    return RecurrenceRow(recurrence, days, len(coming))


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Repeat the post `pk`, which is the template of the copies."""
    post = get_object_or_404(visible(), pk=pk)
    post.municipality = request.municipality
    form = RecurrenceForm(request.POST or None, initial=_initial(post))
    if request.method == "POST" and form.is_valid():
        try:
            repeat.begin(post, form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(
                request, _("The drafts come two weeks before their day. They go the usual way of approval.")
            )
            return redirect("recurrences", request.municipality.slug)
    context = {"form": form, "post": post}
    return render(request, "planning/recurrence_form.html", context, status=422 if form.errors else 200)


def _initial(post: Post) -> dict[str, Any]:
    """The day and time of the post itself; for three months by default."""
    today = timezone.localdate()
    like = post.local_time or timezone.localtime()
    return {
        "weekdays": [like.weekday()],
        "at": post.local_time.time() if post.local_time else None,
        "starts_on": today,
        "ends_on": today + timedelta(weeks=13),
        "skips_holidays": True,
    }


@requires(Verb.POST_EDIT)
@require_POST
def end(request: MunicipalityRequest, pk: int) -> HttpResponse:
    repeat.end(get_object_or_404(Recurrence.objects.all(), pk=pk), by=request.user)
    messages.success(request, _("No more drafts are created. Existing drafts are kept."))
    return redirect("recurrences", request.municipality.slug)


@requires(Verb.POST_EDIT)
@require_POST
def skip(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Recurrence.objects.all(), pk=pk)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        done = repeat.skip(row, on, by=request.user)
    except ValueError:
        messages.error(request, _("This is no day. Choose one from the list."))
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("The day is left out.") if done.skipped_at else _("The day counts again."))
    return redirect("recurrences", request.municipality.slug)
