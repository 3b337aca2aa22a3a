"""Import of a month's plan: upload a file, review every row, create the drafts."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import spreadsheets
from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning.domain import imports
from planning.file_parsing import MOST_BYTES, UnreadableFile
from planning.models import ImportRun
from planning.queries import free_days
from posts.enums import Category, When

MOST_SHOWN = 10
# Column widths of a plan, in characters.
WIDTHS = (13, 8, 60, 40, 24, 24, 24, 30, 24, 24)


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def upload(request: MunicipalityRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            raw, name = (file.read(MOST_BYTES + 1), file.name) if file else (b"", "")
            run = imports.upload(request.municipality, raw, name or "", by=request.user)
        except UnreadableFile as unreadable:
            problem = str(unreadable) if file else _("Choose a file first.")
        else:
            return redirect("plan_rows", request.municipality.slug, run.pk)
    runs = ImportRun.objects.select_related("by").defer("rows")
    context = {
        "problem": problem,
        "waiting": list(runs.filter(confirmed_at__isnull=True).order_by("-at")[:MOST_SHOWN]),
        "done": list(runs.filter(confirmed_at__isnull=False).order_by("-confirmed_at")[:MOST_SHOWN]),
    }
    return render(request, "planning/import.html", context, status=422 if problem else 200)


@requires(Verb.POST_EDIT)
@require_safe
def rows(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Every row with every problem, before anything is created. Afterwards those that were left out."""
    run = get_object_or_404(ImportRun.objects.select_related("by"), pk=pk)
    checked = imports.check_rows(request.municipality, imports.lines_of(run))
    same = ImportRun.objects.filter(digest=run.digest, confirmed_at__isnull=False).exclude(pk=run.pk)
    context = {
        "run": run,
        "left": [row for row in checked if not row.known and (row.stops or run.confirmed_at)],
        "ready": [row for row in checked if not row.stops and not run.confirmed_at],
        "known": [row for row in checked if row.known],
        "lacks_time": any(row.time is None for row in checked if not row.stops),
        "whens": [(value, label) for value, label in When.choices if value != When.AT],
        "same": same.order_by("-confirmed_at").first(),
    }
    return render(request, "planning/import_rows.html", context)


@requires(Verb.POST_EDIT)
@require_POST
def confirm(request: MunicipalityRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.all(), pk=pk)
    # An invalid number cannot be the one that was shown.
    expected = int_param(request.POST, "rows", default=-1) if "rows" in request.POST else None
    try:
        on_approval = request.POST.get("when") == When.ON_APPROVAL
        imports.confirm(run, by=request.user, expected=expected, on_approval=on_approval)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("plan_rows", request.municipality.slug, run.pk)


@requires(Verb.POST_EDIT)
@require_safe
def sample(request: MunicipalityRequest, kind: str) -> HttpResponse:
    """A file to fill in, as Excel or as CSV."""
    return spreadsheets.sample("plan-objava", kind, _sample(request.municipality), WIDTHS)


def _sample(municipality: Any) -> list[list[str]]:
    """In Serbian, whatever the language of the page; its dates are working days two weeks ahead."""
    first, second = islice(_working_days(municipality), 2)
    with translation.override("sr"):
        service, citizens = str(Category.ESERVICE.label), str(Category.CONSULTATION.label)
    kindergarten = "Почиње упис у вртиће. Пријавите се преко портала еУправа."
    park = "Шта прво да уредимо у парку? Напишите у коментару."
    return [
        [
            "Датум", "Време", "Текст", "Текст латиница", "Канали", "Врста садржаја", "Радни наслов", "Веза",
            "Кампања", "Слике",
        ],
        [first, "9:00", kindergarten, "", "сви", service, "Упис у вртић", "https://euprava.gov.rs/", "", ""],
        [second, "19:00", park, "", "", citizens, "Парк", "", "", ""],
    ]  # fmt: skip


def _working_days(municipality: Any) -> Iterator[str]:
    first = timezone.localdate() + timedelta(days=14)
    free = free_days(first, 30, municipality)
    for ahead in range(30):
        day = first + timedelta(days=ahead)
        if day.weekday() < 5 and day not in free:
            yield f"{day:%d.%m.%Y}."
