"""Administrators: who did what, in the whole installation, to read, filter and export."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import administrators
from accounts.web import SignedInRequest
from administration.queries import activity as queries
from administration.queries.activity import INSTALLATION, MOST_EXPORTED, PER_PAGE, ActivityFilters
from common import spreadsheets
from common.audit import record
from common.sentences import AREAS, mark_of, sentence
from common.typed_date_fields import DayField
from common.typed_dates import parse_day, typed_day
from common.web.params import choice_param, int_param
from municipalities.models import Municipality

LONGEST_WORDS = 100


@administrators
@require_safe
def activity(request: SignedInRequest) -> HttpResponse:
    """Filters that name nothing known are ignored; a day that is none is said at its field."""
    chosen, errors = _chosen(request)
    before = int_param(request.GET, "before")
    rows = list(queries.events(chosen, before=before)[: PER_PAGE + 1])
    shown, more = rows[:PER_PAGE], len(rows) > PER_PAGE
    places = queries.municipality_names(shown)
    context = {
        "events": [(row, mark_of(row.verb), sentence(row), places.get(row.municipality_id or 0)) for row in shown],
        "areas": [(key, area.label) for key, area in AREAS.items()],
        "municipalities": _municipalities(),
        "installation": INSTALLATION,
        "chosen": chosen,
        "first": request.GET.get("first", "")[:20],
        "last": request.GET.get("last", "")[:20],
        "errors": errors,
        "older": _query(request, before=shown[-1].pk) if more else "",
        "is_later_page": bool(before),
        "query": _query(request),
        "most": MOST_EXPORTED,
    }
    return render(request, "administration/activity.html", context, status=422 if errors else 200)


@administrators
@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """The filtered events as CSV, the newest `MOST_EXPORTED` of them."""
    chosen, errors = _chosen(request)
    if errors:
        return activity(request)
    rows = list(queries.events(chosen)[:MOST_EXPORTED])
    places = queries.municipality_names(rows)
    record("installation.export_activity", by=request.user, count=len(rows))
    heading = [_("Time"), _("Person"), _("Municipality"), _("What was done"), "verb", "target", "target_id"]
    lines = [
        [
            timezone.localtime(row.at).isoformat(timespec="seconds"),
            row.actor_label or _("The portal"),
            str(places.get(row.municipality_id or 0, "")),
            sentence(row),
            row.verb,
            row.target_type,
            row.target_id,
        ]
        for row in rows
    ]
    answer = HttpResponse(spreadsheets.table([heading, *lines]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="activity-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _chosen(request: SignedInRequest) -> tuple[ActivityFilters, dict[str, str]]:
    """(filters, sentence by field)."""
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        typed = request.GET.get(name, "").strip()
        try:
            days[name] = parse_day(typed) if typed else None
        except ValueError:
            days[name], errors[name] = None, str(DayField.default_error_messages["invalid"])
    if days["first"] and days["last"] and days["first"] > days["last"]:
        errors["last"] = _("The last day is before the first one: %(day)s.") % {"day": typed_day(days["first"])}
    known = {slug for slug, _name in _municipalities()} | {INSTALLATION}
    return (
        ActivityFilters(
            area=choice_param(request.GET, "area", AREAS) or "",
            municipality=choice_param(request.GET, "municipality", known) or "",
            words=request.GET.get("words", "").replace("\x00", "")[:LONGEST_WORDS],
            **days,
        ),
        errors,
    )


def _municipalities() -> list[tuple[str, str]]:
    """(slug, name) of all with a workspace, by name."""
    rows = Municipality.objects.filter(joined_on__isnull=False)
    return sorted(((row.slug, str(row)) for row in rows), key=lambda row: row[1])


def _query(request: SignedInRequest, **more: Any) -> str:
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    return urlencode({**kept, **more})
