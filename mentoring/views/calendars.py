"""The calendar of several municipalities: a week, a row for each municipality in which the person is something."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.web import SignedInRequest
from common.web.params import date_param
from municipalities.access import signed_in
from municipalities.holidays import holidays
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import access_in, with_roles, workspaces
from municipalities.rules import Verb
from municipalities.tenancy import scope
from posts.calendar import grid
from posts.calendar.appearance import Appearance
from posts.calendar.week_of_several import PER_PAGE, cells
from serbian.folding import fold
from serbian.sorting import sort_key


@signed_in
@require_safe
def calendars(request: SignedInRequest) -> HttpResponse:
    """`?date=` is a day of the week, `?q=` narrows by name, `?page=` turns the page. Drafts as the person may read them
    in each municipality."""
    now = timezone.localtime()
    shown = grid.visible_range("week", date_param(request.GET, "date", default=now.date()))
    places = _readable(request.user)
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    page = Paginator(_named(places, words), PER_PAGE).get_page(request.GET.get("page"))
    on_page: Sequence[Any] = list(page)
    drafts = {place.pk for place in on_page if access_in(request.user, place).may(Verb.DRAFT_VIEW)}
    with scope(*on_page):
        by_day = cells(shown, on_page, drafts=drafts)
    posts = [post for of_day in by_day.values() for cell in of_day for post in cell.posts]
    days = grid.days(shown, [], holidays(shown.first, shown.last))
    context = {
        "shown": shown,
        "today": now.date(),
        "several": len(places) > 1,
        "places": places,
        "page": page,
        "words": words,
        "days": [(day, by_day[day.on]) for day in days],
        "posts": posts,
        "appearance": Appearance(posts_url="", media_url=""),  # of the legend, which needs no addresses
        "previous": _address(date=shown.previous.isoformat(), q=words),
        "next": _address(date=shown.next.isoformat(), q=words),
        "now_url": _address(q=words),
    }
    return render(request, "mentoring/calendars.html", context)


def _readable(user: Any) -> list[Municipality]:
    """The municipalities whose posts the person may read, by name, with what they are there. One query."""
    rows = with_roles(user).filter(REAL_PLACE, pk__in=workspaces(user).values("pk"))
    readable = [place for place in rows if access_in(user, place).may(Verb.POST_VIEW)]
    return sorted(readable, key=lambda place: sort_key(str(place)))


def _named(places: Sequence[Municipality], words: str) -> list[Municipality]:
    """Those whose name has all of these words, in either script."""
    parts = fold(words).split()
    return [place for place in places if all(part in fold(str(place)) for part in parts)]


def _address(**values: str) -> str:
    """This page with these parameters, as far as they are not empty."""
    return "?" + urlencode({name: value for name, value in values.items() if value})
