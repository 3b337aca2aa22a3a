"""Notifications in the portal: the page, the bell, and the redirect to what a notification is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import signed_in
from accounts.web import SignedInRequest
from common import languages
from common.web.params import choice_param, int_list_param, int_param
from notifications import queries
from notifications.domain import read
from notifications.enums import NotificationKind
from notifications.models import Notification

# ---- The icon of each kind.


ICONS: dict[str, str] = {
    NotificationKind.SUBMITTED: "hourglass",
    NotificationKind.DECIDED: "badge-check",
    NotificationKind.MOVED: "calendar-clock",
    NotificationKind.COMMENT: "message-square",
    NotificationKind.MENTION: "at-sign",
    NotificationKind.SUGGESTION: "file-pen",
    NotificationKind.EMERGENCY: "megaphone",
    NotificationKind.REVIEW_DUE: "eye",
    NotificationKind.RULES: "shield-check",
    NotificationKind.RIGHTS: "user-plus",
    NotificationKind.MODERATION: "shield-check",
    NotificationKind.PERFORMANCE: "chart-line",
    NotificationKind.HANDOVER: "handshake",
    NotificationKind.FEEDBACK: "graduation-cap",
    NotificationKind.DELIVERY: "octagon-alert",
    NotificationKind.ELSEWHERE: "circle-alert",
    NotificationKind.CHANNEL: "plug",
    NotificationKind.PAUSE: "circle-pause",
    NotificationKind.KIT: "layers",
    NotificationKind.REPORT: "files",
    NotificationKind.CLOSING: "list-checks",
    NotificationKind.PLAN: "calendar-days",
    NotificationKind.AGREEMENT: "list-checks",
    NotificationKind.GALLERY: "images",
    NotificationKind.TRAINING: "flag",
    NotificationKind.URGENT: "triangle-alert",
    NotificationKind.MESSAGES: "inbox",
    NotificationKind.LATE: "clock",
    NotificationKind.MINE: "user",
    NotificationKind.ANSWER: "hourglass",
    NotificationKind.DEPARTMENT: "mail",
    NotificationKind.CONSULTATION: "megaphone",
}


PER_PAGE = 30
EXCERPT = 220


@dataclass(frozen=True)
class NotificationItem:
    """One notification as the page shows it; without access only that there was one."""

    row: Notification
    is_shown: bool

    @property
    def icon(self) -> str:
        return ICONS[self.row.kind] if self.is_shown else "lock"

    @property
    def excerpt(self) -> str:
        """The beginning of its body, on one line."""
        return Truncator(" ".join(self.row.body.split())).chars(EXCERPT)

    @property
    def lang(self) -> str:
        """The language of its text, which may be older than the person's current choice."""
        language = languages.by_code().get(self.row.language)
        return language.tag if language else ""


@dataclass
class NotificationGroup:
    """The notifications about one thing, newest first."""

    items: list[NotificationItem] = field(default_factory=list)

    @property
    def unread(self) -> list[int]:
        return [item.row.pk for item in self.items if item.row.read_at is None]


@signed_in
@never_cache
@require_GET
def notifications(request: SignedInRequest) -> HttpResponse:
    """Unread ones, or all with `?show=all`; of one kind with `?kind=`. Unknown filters are ignored."""
    shows_all = request.GET.get("show") == "all"
    kind = choice_param(request.GET, "kind", NotificationKind.values)
    rows = queries.of(request.user)
    rows = rows.filter(kind=kind) if kind else rows
    page = Paginator(rows if shows_all else rows.unread(), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    return render(
        request,
        "notifications/page.html",
        {
            "page": page,
            "groups": _groups(shown, queries.roles_of([request.user])),
            "shows_all": shows_all,
            "kind": kind,
            "kinds": NotificationKind.choices,
            "views": _views(shows_all, kind),
            "newest": shown[0].pk if shown and page.number == 1 else "",
            "unread": any(row.read_at is None for row in shown),
        },
    )


def _groups(rows: Iterable[Notification], roles: queries.Roles) -> list[NotificationGroup]:
    """Grouped by `about`, ordered by the newest of each."""
    groups: dict[str, NotificationGroup] = {}
    for row in rows:
        item = NotificationItem(row, queries.is_readable(row, roles))
        groups.setdefault(row.about or f"row {row.pk}", NotificationGroup()).items.append(item)
    return list(groups.values())


def _views(shows_all: bool, kind: str) -> list[dict[str, Any]]:
    filters = {"kind": kind} if kind else {}
    return [
        {"label": _("Unread"), "url": f"?{urlencode(filters)}", "current": not shows_all},
        {"label": _("All"), "url": f"?{urlencode({'show': 'all', **filters})}", "current": shows_all},
    ]


@signed_in
@never_cache
@require_GET
def open_notification(request: SignedInRequest, notification: int) -> HttpResponse:
    """Mark it as read and redirect; 404 for others', a message when access has ended."""
    row = Notification.objects.filter(user=request.user, pk=notification).select_related("user", "municipality").first()
    if row is None:
        raise Http404
    read.mark_read(request.user, [row.pk])
    if not queries.is_readable(row, queries.roles_of([request.user])):
        messages.warning(request, _("You have no access to this any more, so the portal no longer shows it."))
        return redirect(f"{reverse('notifications')}?show=all")
    if not url_has_allowed_host_and_scheme(row.url, allowed_hosts=None):
        raise Http404
    return HttpResponseRedirect(row.url)


@signed_in
@require_POST
def mark_notifications(request: SignedInRequest) -> HttpResponse:
    """Mark as read: the ids of `id`, or with `all` everything that the page showed (until `newest`, of `kind`)."""
    ids = int_list_param(request.POST, "id")[:500]
    kind = choice_param(request.POST, "kind", NotificationKind.values)
    if "all" in request.POST:
        newest = int_param(request.POST, "newest")
        read.mark_all_read(request.user, kinds=[kind] if kind else [], until=newest)
    elif "unread" in request.POST:
        read.mark_unread(request.user, ids)
    else:
        read.mark_read(request.user, ids)
    filters = {"show": "all" if request.POST.get("show") == "all" else "", "kind": kind}
    query = urlencode({name: value for name, value in filters.items() if value})
    return redirect(f"{reverse('notifications')}{'?' if query else ''}{query}")


@signed_in
@never_cache
@require_GET
def bell(request: SignedInRequest) -> HttpResponse:
    """The bell alone: open pages poll it once a minute."""
    return render(request, "notifications/_bell.html", {"bell": queries.unread_count(request.user)})
