"""Batches on paper: entering them quickly, and checking each sheet against the paper as another person."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import run_verb
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.contribution_forms import BatchForm, CorrectForm, SheetForm, SheetsForm
from participation.domain import paper as verbs
from participation.domain.contribute import check_batch, from_paper
from participation.models import Consultation, Contribution, PaperBatch
from participation.views.contribution_pages import get_consultation, render_page

PER_PAGE = 30


def _batch(consultation: Consultation, pk: int) -> PaperBatch:
    rows = PaperBatch.objects.select_related("consultation", "entered_by", "checked_by")
    batch: PaperBatch = get_object_or_404(rows, pk=pk, consultation=consultation)
    return batch


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def batches(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """All batches, with the form of a new one."""
    row = get_consultation(consultation)
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        batch = run_verb(form, lambda: verbs.add_batch(row, **form.cleaned_data, by=request.user))
        if batch is not None:
            return redirect("paper_batch", request.municipality.slug, row.pk, batch.pk)
    rows = PaperBatch.objects.filter(consultation=row).select_related("entered_by", "checked_by")
    rows = rows.annotate(entered=Count("contributions"))
    page = Paginator(rows.order_by("-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "participation/paper.html", row, {"page": page}, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def batch(request: MunicipalityRequest, consultation: int, batch: int) -> HttpResponse:
    """Sheet after sheet: text, Enter on the button, the next one."""
    row = get_consultation(consultation)
    sheet_batch = _batch(row, batch)
    form = SheetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        one = run_verb(form, lambda: from_paper(sheet_batch, values["text"], about=form.about(), by=request.user))
        if one is not None:
            return redirect("paper_batch", request.municipality.slug, row.pk, sheet_batch.pk)
    return _page(request, row, sheet_batch, form=form)


def _page(
    request: MunicipalityRequest,
    row: Consultation,
    sheet_batch: PaperBatch,
    *,
    form: SheetForm | None = None,
    problem: str = "",
) -> HttpResponse:
    entered = sheet_batch.contributions.count()
    last = sheet_batch.contributions.order_by("-number").defer("search_key", "public_search_key").first()
    is_mine = sheet_batch.entered_by_id == request.user.pk
    context = {
        "batch": sheet_batch,
        "entered": entered,
        "next_sheet": entered + 1,
        "left": max(0, sheet_batch.sheets - entered),
        "last": last,
        "may_enter": is_mine and sheet_batch.checked_at is None and entered < sheet_batch.sheets,
        "may_check": not is_mine and sheet_batch.checked_at is None,
        "sheets_form": SheetsForm(initial={"sheets": sheet_batch.sheets}),
    }
    return render_page(request, "participation/paper_batch.html", row, context, form=form, problem=problem)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def sheets(request: MunicipalityRequest, consultation: int, batch: int) -> HttpResponse:
    """Correct how many sheets there are."""
    row = get_consultation(consultation)
    sheet_batch, form = _batch(row, batch), SheetsForm(request.POST)
    if not form.is_valid():
        return _page(request, row, sheet_batch, form=SheetForm(), problem=_("Enter how many sheets there are."))
    try:
        verbs.set_sheets(sheet_batch, form.cleaned_data["sheets"], by=request.user)
    except ActionNotAllowed as refused:
        return _page(request, row, sheet_batch, form=SheetForm(), problem=refused.message)
    flash.success(request, _("Saved."))
    return redirect("paper_batch", request.municipality.slug, row.pk, sheet_batch.pk)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def check(request: MunicipalityRequest, consultation: int, batch: int) -> HttpResponse:
    """Every sheet to compare with the paper; POST confirms the whole batch."""
    row = get_consultation(consultation)
    sheet_batch, problem = _batch(row, batch), ""
    if request.method == "POST":
        try:
            check_batch(sheet_batch, by=request.user)
        except ActionNotAllowed as refused:
            problem = refused.message
        else:
            flash.success(request, _("The batch is checked, and its proposals can be decided."))
            return redirect("paper_batches", request.municipality.slug, row.pk)
    rows = sheet_batch.contributions.order_by("number").defer("search_key", "public_search_key")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": sheet_batch, "page": page, "is_mine": sheet_batch.entered_by_id == request.user.pk,
        "sheets_before": (page.number - 1) * PER_PAGE,
    }  # fmt: skip
    return render_page(request, "participation/paper_check.html", row, context, problem=problem)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def correct(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    """The text of one sheet that was misread."""
    row = get_consultation(consultation)
    sheets = Contribution.objects.filter(batch__isnull=False).select_related("consultation", "batch")
    one = get_object_or_404(sheets, pk=contribution, consultation=row)
    form = CorrectForm(request.POST if request.method == "POST" else None, initial={"text": one.text})
    if request.method == "POST" and form.is_valid():
        corrected = run_verb(form, lambda: verbs.correct(one, form.cleaned_data["text"], by=request.user))
        if corrected is not None:
            flash.success(request, _("Saved."))
            return redirect("paper_check", request.municipality.slug, row.pk, one.batch_id)
    return render_page(request, "participation/paper_correct.html", row, {"one": one}, form=form)
