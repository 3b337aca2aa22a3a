"""Importing a month's plan: choose a file, look at every row, make the drafts."""

import io
from datetime import timedelta
from typing import Any

from openpyxl import Workbook

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from planning.domain import imports
from planning.models import ImportRun
from planning.reading import MOST_BYTES, Unreadable
from posts.domain.refused import Refused
from posts.enums import Category

COLUMNS = ("day", "time", "text", "text_latin", "channels", "category", "title", "link")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def upload(request: Any) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            raw, name = (file.read(MOST_BYTES + 1), file.name) if file else (b"", "")
            run = imports.upload(request.municipality, raw, name or "", by=request.user)
        except Unreadable as unreadable:
            problem = str(unreadable)
        else:
            return redirect("plan_rows", request.municipality.slug, run.pk)
    done = ImportRun.objects.filter(confirmed_at__isnull=False).select_related("by").order_by("-confirmed_at")[:10]
    return render(request, "planning/import.html", {"problem": problem, "done": done}, status=422 if problem else 200)


@requires(Verb.POST_EDIT)
@require_safe
def rows(request: Any, pk: int) -> HttpResponse:
    """Every row with every problem; nothing has been made yet."""
    run = get_object_or_404(ImportRun.objects.select_related("by"), pk=pk)
    found = imports.look(request.municipality, imports.lines_of(run))
    same = ImportRun.objects.filter(digest=run.digest, confirmed_at__isnull=False).exclude(pk=run.pk)
    context = {
        "run": run,
        "rows": found,
        "columns": [column for column in COLUMNS if any(column in row.cells for row in found)],
        "ready": sum(row.content is not None for row in found),
        "same": same.order_by("-confirmed_at").first(),
    }
    return render(request, "planning/import_rows.html", context)


@requires(Verb.POST_EDIT)
@require_POST
def confirm(request: Any, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.all(), pk=pk)
    try:
        imports.confirm(run, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("plan_rows", request.municipality.slug, run.pk)
    messages.success(request, _("The drafts are made. Each goes the usual way: read it and submit it."))
    return redirect("posts", request.municipality.slug)


@requires(Verb.POST_EDIT)
@require_safe
def sample(request: Any, kind: str) -> HttpResponse:
    """A file to fill in, as Excel or as CSV."""
    lines = _sample()
    if kind == "xlsx":
        book, out = Workbook(), io.BytesIO()
        for line in lines:
            book.active.append(line)
        book.save(out)
        answer = HttpResponse(out.getvalue(), content_type=EXCEL)
    else:
        # The mark at the beginning tells Excel that the file is UTF-8.
        text = "\ufeff" + "\r\n".join(";".join(line) for line in lines) + "\r\n"
        answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="plan-objava.{"xlsx" if kind == "xlsx" else "csv"}"'
    return answer


def _sample() -> list[list[str]]:
    """It speaks Serbian, whatever the language of the page; the days lie two weeks ahead."""
    today = timezone.localdate()
    first, second = (f"{today + timedelta(days=days):%d.%m.%Y}." for days in (14, 16))
    with translation.override("sr"):
        service, citizens = str(Category.ESERVICE.label), str(Category.CONSULTATION.label)
    kindergarten = "Почиње упис у вртиће. Пријавите се преко портала еУправа."
    park = "Шта прво да уредимо у парку? Напишите у коментару."
    return [
        ["Датум", "Време", "Текст", "Текст латиница", "Канали", "Врста садржаја", "Радни наслов", "Веза"],
        [first, "9:00", kindergarten, "", "сви", service, "Упис у вртић", "https://euprava.gov.rs/"],
        [second, "19:00", park, "", "", citizens, "Парк", ""],
    ]
