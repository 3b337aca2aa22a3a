"""Pages of the import of history: from a file that is checked first, or from a network, page by page."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.enums import ImportSource, ImportState
from analytics.history.domain import imports as history_imports
from analytics.history.domain import parse_rows
from analytics.history.queries import brought, fetchable, listed
from analytics.models import HistoryImport
from channels.models import Channel
from channels.queries import takes_posts
from common import spreadsheets
from common.errors import ActionNotAllowed
from common.typed_dates import parse_day
from common.web.errors import flash_error
from common.web.params import int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning.file_parsing import MOST_BYTES, UnreadableFile
from posts.enums import Category

YEAR = timedelta(days=365)


@requires(Verb.CHANNEL_CONNECT)
@require_http_methods(["GET", "POST"])
def imports(request: MunicipalityRequest) -> HttpResponse:
    """Upload a file (POST) or choose a channel; lists earlier imports."""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            raw, name = (file.read(MOST_BYTES + 1), file.name) if file else (b"", "")
            run = history_imports.upload(request.municipality, raw, name or "", by=request.user)
        except UnreadableFile as unreadable:
            problem = str(unreadable) if file else _("Choose a file first.")
        else:
            return redirect("analytics_past_import", request.municipality.slug, run.pk)
    runs = listed()
    context = {
        "problem": problem,
        "channels": fetchable(),
        "since": timezone.localdate() - YEAR,
        "runs": runs,
        "waits": any(run.state == ImportState.RUNNING for run in runs),
    }
    part = "analytics/_past_runs.html" if request.headers.get("HX-Request") else "analytics/past.html"
    return render(request, part, context, status=422 if problem else 200)


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def fetch(request: MunicipalityRequest) -> HttpResponse:
    chosen, since = request.POST.get("channel", ""), _date(request.POST.get("since", ""))
    channel = next((channel for channel in fetchable() if str(channel.pk) == chosen), None)
    try:
        history_imports.begin(channel, since, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("analytics_past_imports", request.municipality.slug)


def _date(typed: str) -> Any:
    try:
        return parse_day(typed)
    except ValueError:
        return None


@requires(Verb.CHANNEL_CONNECT)
@require_safe
def one(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """All rows of a file with their problems; afterwards those left out, and what was imported."""
    run = get_object_or_404(HistoryImport.objects.select_related("by", "channel"), pk=pk)
    rows = parse_rows.parse(history_imports.lines_of(run), run.source) if run.rows else []
    is_open = run.state == ImportState.LOOKED
    same = HistoryImport.objects.filter(digest=run.digest, state=ImportState.DONE).exclude(pk=run.pk).exclude(digest="")
    context = {
        "run": run,
        "is_open": is_open,
        "left": [row for row in rows if row.stops],
        "ready": [row for row in rows if row.is_ready] if is_open else [],
        "known": [row for row in rows if row.known and not row.stops] if is_open else [],
        "same": same.select_related("by").order_by("-finished_at").first() if is_open else None,
        "brought": brought(run),
    }
    return render(request, "analytics/past_import.html", context)


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def confirm(request: MunicipalityRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(HistoryImport.objects.all(), pk=pk)
    # A number that cannot be read is none that was shown.
    expected = int_param(request.POST, "rows", default=-1) if "rows" in request.POST else None
    try:
        history_imports.confirm(run, by=request.user, expected=expected)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("analytics_past_import", request.municipality.slug, run.pk)


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def undo(request: MunicipalityRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(HistoryImport.objects.all(), pk=pk)
    try:
        history_imports.undo(run, by=request.user)
        messages.success(request, _("The imported data is no longer here."))
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("analytics_past_imports", request.municipality.slug)


@requires(Verb.CHANNEL_CONNECT)
@require_safe
def sample(request: MunicipalityRequest, kind: str) -> HttpResponse:
    """A file to fill in, of posts or (?of=followers) of followers. It speaks Serbian whatever the page does."""
    of = ImportSource.FOLLOWERS if request.GET.get("of") == "followers" else ImportSource.POSTS
    name = "pratioci" if of == ImportSource.FOLLOWERS else "ranije-objave"
    return spreadsheets.sample(name, kind, _sample(of))


def _sample(of: ImportSource) -> list[list[str]]:
    channel = Channel.objects.filter(takes_posts()).order_by("name", "pk").first()
    name = channel.name if channel else "Facebook"
    if of == ImportSource.FOLLOWERS:
        return [["Датум", "Канал", "Пратиоци"], ["31.12.2025.", name, "4.120"], ["31.1.2026.", name, "4.185"]]
    with translation.override("sr"):
        service, culture = str(Category.SERVICE.label), str(Category.CULTURE.label)
    return [
        [
            "Датум", "Време", "Канал", "Наслов", "Веза", "Свиђања", "Дељења", "Коментари", "Прегледи", "Досег",
            "Врста садржаја",
        ],
        ["14.1.2026.", "9:00", name, "Радови у Карађорђевој", "", "84", "12", "31", "2.450", "1.980", service],
        ["20.1.2026.", "", name, "Савиндан у библиотеци", "", "133", "9", "7", "", "", culture],
    ]  # fmt: skip
