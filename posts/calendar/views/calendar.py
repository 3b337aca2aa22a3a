"""The calendar: month, week, list and squares of one municipality, and rescheduling of a post.

Its users want to see what goes out when, notice gaps and holidays, and move a post by drag and drop, by a dialog or by
keyboard; all three call `move`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.templatetags.ui import network_name
from common.web.errors import add_form_error
from common.web.params import choice_param, date_param
from municipalities.access import requires
from municipalities.holidays import holidays
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries, rules
from posts.approval import approval_window
from posts.calendar import grid, profile
from posts.calendar.appearance import COLOURS, Appearance, labels_of, striped
from posts.calendar.views.post_list import filters_of, options
from posts.enums import Stage
from posts.forms import MoveForm
from posts.models import Post
from posts.scheduling import budgets
from posts.scheduling.domain.schedule import clear_time
from posts.scheduling.domain.schedule import move as move_post
from serbian.sorting import sort_key

DRAFTS = 30
"""How many drafts without a time stand beside the calendar."""


@requires(Verb.POST_VIEW)
def calendar(request: MunicipalityRequest) -> HttpResponse:
    now = timezone.localtime()
    today = now.date()
    view = choice_param(request.GET, "view", (*grid.VIEWS, grid.PROFILE), default="month")
    if view == grid.PROFILE:
        return _profile(request)
    shown = grid.visible_range(view, date_param(request.GET, "date", default=today))
    filters = filters_of(request)
    posts = queries.in_range(shown.since, shown.until, filters, drafts=request.access.may(Verb.DRAFT_VIEW))
    choices = options()
    _prepare(request, posts, choices["channels"])
    days = grid.days(shown, posts, holidays(shown.first, shown.last, request.municipality.slug))
    over = budgets.days_over(choices["channels"], shown.since, shown.until)
    for day in days:
        day.over = over.get(day.on, [])
    colour = choice_param(request.GET, "colour", COLOURS, default="state")
    hours = choice_param(request.GET, "hours", ("usual", "all"), default="usual")
    folds_past = shown.first < today <= shown.last and "past" not in request.GET
    context = {
        "shown": shown,
        "now": now,
        "today": today,
        "days": days,
        "weeks": grid.weeks(days),
        "posts": posts,
        "appearance": _appearance(request, posts, choices["channels"], colour),
        "filters": filters,
        "keep": {"view": view, "date": shown.anchor.isoformat(), "colour": colour, "hours": hours},
        "options": choices,
        "views": _views(request, view),
        "colour": colour,
        "colours": _colours(request, colour),
        "hours": hours,
        "may_schedule": request.access.may(Verb.POST_SCHEDULE),
        "hours_url": _address(request, hours="usual" if hours == "all" else "all"),
        "previous": _address(request, date=shown.previous.isoformat()),
        "next": _address(request, date=shown.next.isoformat()),
        "now_url": _address(request, date=today.isoformat(), past=None) + ("#today" if view == "list" else ""),
        "next_day": next((day.on for day in days if day.entries and day.on >= today), None),
        "past_url": _address(request, past="1") if folds_past else "",
    }
    return render(request, "posts/calendar.html", context)


def _profile(request: MunicipalityRequest) -> HttpResponse:
    """The posts of one channel as squares, three in a row, the latest first."""
    filters, choices = filters_of(request), options()
    channel = profile.chosen_channel(choices["channels"], filters.channel)
    narrowing = replace(filters, channel=None)
    networks = [other.network_label for other in choices["channels"]]
    context: dict[str, Any] = {
        "channel": channel,
        "channels": [
            {
                "label": (
                    network_name(other.network_label)
                    if networks.count(other.network_label) == 1
                    else channel_label(other)
                ),
                "url": _address(request, channel=str(other.pk), page=None),
                "current": other == channel,
            }
            for other in choices["channels"]
        ],
        "filters": narrowing,
        # the channels have links of their own
        "options": {**choices, "channels": []},
        "keep": {"view": grid.PROFILE, **({"channel": channel.pk} if channel else {})},
        "views": _views(request, grid.PROFILE),
        "appearance": _addresses(request),
    }
    if channel is not None:
        rows = queries.on_channel(channel.pk, narrowing, drafts=request.access.may(Verb.DRAFT_VIEW))
        page = Paginator(rows, profile.PER_PAGE).get_page(request.GET.get("page"))
        posts = queries.with_publications(page.object_list)
        context |= {"page": page, "squares": [profile.square(post, channel.pk) for post in posts]}
    return render(request, "posts/calendar_profile.html", context)


def _prepare(request: MunicipalityRequest, posts: Sequence[Post], channels: Sequence[Channel]) -> None:
    """Sets `may_move` and `channels`, which entries show."""
    among, out = {channel.pk: channel for channel in channels}, frozenset(queries.OUT)
    for post in posts:
        states = {publication.delivery.state for publication in post.live_publications}  # type: ignore[attr-defined]
        movable = rules.may_move(request.access, post) and not post.is_correction and out.isdisjoint(states)
        post.may_move = movable  # type: ignore[attr-defined]
        post.channels = queries.channels_shown(post, among)  # type: ignore[attr-defined]


@requires(Verb.POST_SCHEDULE)
def drafts(request: MunicipalityRequest) -> HttpResponse:
    """The drafts without a time, which the script puts beside the calendar when they are wanted."""
    posts = queries.without_time(DRAFTS + 1)
    _prepare(request, posts, options()["channels"])
    context = {"posts": posts[:DRAFTS], "more": len(posts) > DRAFTS, "appearance": _addresses(request)}
    return render(request, "posts/calendar/_drafts.html", context)


def _addresses(request: MunicipalityRequest) -> Appearance:
    slug = request.municipality.slug
    return Appearance(
        posts_url=reverse("posts", args=[slug]),
        media_url=reverse("media_upload", args=[slug]),
        new_url=reverse("post_new", args=[slug]) if request.access.may(Verb.POST_EDIT) else "",
    )


def _appearance(
    request: MunicipalityRequest, posts: Sequence[Post], channels: Sequence[Channel], colour: str
) -> Appearance:
    if colour == "channel":
        stripes, legend = striped(
            {post.pk: _channel_label(post) for post in posts},
            order=[channel_label(channel) for channel in channels],
            several=_("Several channels"),
            without=_("Without a channel"),
        )
    elif colour == "campaign":
        campaigns = labels_of("campaign", posts)
        stripes, legend = striped(
            {post.pk: campaigns.get(post.pk, "") for post in posts},
            order=sorted(set(campaigns.values()), key=sort_key),
            without=_("Without a campaign"),
        )
    else:
        return _addresses(request)
    return replace(_addresses(request), stripes=stripes, colours=tuple(legend))


def _channel_label(post: Post) -> str:
    """Its channel; "Several channels", or nothing without one."""
    channels = list({channel.pk: channel for channel in post.channels}.values())  # type: ignore[attr-defined]
    if len(channels) > 1:
        return _("Several channels")
    return channel_label(channels[0]) if channels else ""


def channel_label(channel: Channel) -> str:
    """A municipality calls its accounts by one name on all networks."""
    return f"{network_name(channel.network_label)}: {channel.name}"


def _address(request: HttpRequest, **changed: str | None) -> str:
    """This page with other parameters; None takes one away."""
    query = request.GET.copy()
    for key, value in changed.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}"


def _views(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    labels = {"month": _("Month"), "week": _("Week"), "list": _("List"), grid.PROFILE: _("Grid")}
    return [
        {"label": label, "url": _address(request, view=view, page=None), "current": view == current}
        for view, label in labels.items()
    ]


def _colours(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    labels = {"state": _("By state"), "channel": _("By channel"), "campaign": _("By campaign")}
    return [
        {"label": labels[colour], "url": _address(request, colour=colour), "current": colour == current}
        for colour in COLOURS
    ]


@requires(Verb.POST_SCHEDULE)
@require_http_methods(["GET", "POST"])
def move(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The dialog "Move to…" and its POST.

    A script gets 200 with `text` and the address `undo` as JSON on success, 422 with the form otherwise. The form may
    come in the address, as that of *Undo* does; `?on=` takes the time from a draft.
    """
    post = get_object_or_404(Post.objects.filter(deleted_at__isnull=True), pk=pk)
    post.municipality = request.municipality
    by_script = bool(request.headers.get("X-Calendar"))
    is_undo = "on" not in request.POST and "on" in request.GET
    sent = request.GET if is_undo else request.POST
    form = MoveForm(sent if request.method == "POST" else None, initial=_initial(post, request.GET))
    clears = is_undo and not sent["on"]
    if request.method == "POST" and (form.is_valid() or clears):
        undo = "" if is_undo else _undo_url(post)
        was_approved = post.stage == Stage.APPROVED
        try:
            if clears:
                moved = clear_time(post, by=request.user)
            else:
                moved = move_post(post, form.cleaned_data["resolved"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            text = _moved_text(is_undo=is_undo, asks_again=was_approved and moved.stage == Stage.SUBMITTED)
            if by_script:
                return JsonResponse({"text": text, "undo": undo})
            messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
            return HttpResponseRedirect(reverse("calendar", args=[request.municipality.slug]))
    template = "posts/_move.html" if by_script else "posts/move.html"
    status = 422 if request.method == "POST" else 200
    context = {"post": post, "form": form, "holds": approval_window(post)}
    return render(request, template, context, status=status)


def _moved_text(*, is_undo: bool, asks_again: bool) -> str:
    if asks_again:
        return _("Moved. The new time is outside of the approval, so approval was requested again.")
    return _("Moved back.") if is_undo else _("Moved.")


def _undo_url(post: Post) -> str:
    """Moves the post back to its time, or takes it from a draft that had none; "" where its time has passed."""
    address = reverse("post_move", args=[post.municipality.slug, post.pk])
    if not post.local_time or not post.due_at:
        return f"{address}?on=" if post.stage in rules.EDITABLE else ""
    if post.due_at <= timezone.now():
        return ""
    when = {"on": f"{post.local_time:%Y-%m-%d}", "at": f"{post.local_time:%H:%M}", "fold": post.fold}
    return f"{address}?{urlencode(when)}"


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
