"""The calendar: month, week and list of one municipality, and rescheduling of a post.

Its users want to see what goes out when, notice gaps and holidays, and move a post by drag and drop, by a dialog or by
keyboard; all three call `move`.
"""

from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from common.web.params import choice_param
from municipalities.access import requires
from municipalities.holidays import holidays
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries, rules
from posts.approval import approval_window
from posts.calendar import grid
from posts.calendar.views.post_list import filters_of, options
from posts.forms import MoveForm
from posts.models import Post
from posts.scheduling.domain.schedule import move as move_post


@requires(Verb.POST_VIEW)
def calendar(request: MunicipalityRequest) -> HttpResponse:
    today = timezone.localdate()
    view = choice_param(request.GET, "view", grid.VIEWS, default="month")
    shown = grid.visible_range(view, _day(request.GET.get("date"), today))
    filters = filters_of(request)
    posts = queries.in_range(shown.since, shown.until, filters, drafts=request.access.may(Verb.DRAFT_VIEW))
    for post in posts:
        states = {publication.delivery.state for publication in post.live_publications}  # type: ignore[attr-defined]
        movable = rules.may_move(request.access, post) and not post.is_correction and not states & set(queries.OUT)
        post.may_move = movable  # type: ignore[attr-defined]
    days = grid.days(shown, posts, holidays(shown.first, shown.last, request.municipality.slug))
    context = {
        "shown": shown,
        "today": today,
        "days": days,
        "weeks": grid.weeks(days),
        "filters": filters,
        "options": options(),
        "views": _views(request, shown),
        "previous": _address(request, date=shown.previous.isoformat()),
        "next": _address(request, date=shown.next.isoformat()),
        "now_url": _address(request, date=today.isoformat()),
        "count": len(posts),
    }
    return render(request, "posts/calendar.html", context)


def _day(wanted: str | None, today: date) -> date:
    """The day in the URL; today if it is none or out of range."""
    try:
        day = date.fromisoformat(wanted or "")
    except ValueError:
        return today
    return day if 2000 <= day.year <= 2100 else today


def _address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for key, value in changed.items():
        query[key] = value
    return f"?{query.urlencode()}"


def _views(request: HttpRequest, shown: grid.DateRange) -> list[dict[str, Any]]:
    labels = {"month": _("Month"), "week": _("Week"), "list": _("List")}
    return [
        {"label": labels[view], "url": _address(request, view=view), "current": view == shown.view}
        for view in grid.VIEWS
    ]


@requires(Verb.POST_SCHEDULE)
@require_http_methods(["GET", "POST"])
def move(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The dialog "Move to…" and its POST. Returns 204 to a script on success, 422 with the form otherwise."""
    post = get_object_or_404(Post.objects.filter(deleted_at__isnull=True), pk=pk)
    post.municipality = request.municipality
    by_script = bool(request.headers.get("X-Calendar"))
    form = MoveForm(request.POST or None, initial=_initial(post, request.GET))
    if request.method == "POST" and form.is_valid():
        try:
            move_post(post, form.cleaned_data["resolved"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            if by_script:
                return HttpResponse(status=204)
            return HttpResponseRedirect(reverse("calendar", args=[request.municipality.slug]))
    template = "posts/_move.html" if by_script else "posts/move.html"
    status = 422 if request.method == "POST" else 200
    context = {"post": post, "form": form, "holds": approval_window(post)}
    return render(request, template, context, status=status)


def _initial(post: Post, wanted: Any) -> dict[str, Any]:
    """The post's current time; a drag and drop sends the day of the drop."""
    local = post.local_time.replace(tzinfo=None) if post.local_time else None
    now = timezone.localtime()
    at = local.time() if local else time(min(now.hour + 1, 23))
    try:
        on = date.fromisoformat(wanted.get("date", ""))
    except ValueError:
        on = (local or datetime.combine(now.date(), at)).date()
    return {"on": on, "at": at, "fold": str(post.fold)}
