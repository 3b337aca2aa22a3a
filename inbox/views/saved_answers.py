"""Saved answers: the list, writing, retiring and restoring them."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from inbox.domain import saved_answers as verbs
from inbox.forms import SavedForm
from inbox.models import SavedAnswer
from inbox.saved_answer_text import PLACEHOLDERS, STARTERS, SavedAnswerInput
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PER_PAGE = 40


@requires(Verb.INBOX_WORK)
@require_GET
def answers(request: MunicipalityRequest) -> HttpResponse:
    rows = SavedAnswer.objects.filter(is_retired=False).order_by("-use_count", "name")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = [starter.name for starter in STARTERS]
    known = set(SavedAnswer.objects.filter(name__in=names).values_list("name", flat=True))
    starters = [starter for starter in STARTERS if starter.name not in known]
    return render(request, "inbox/saved.html", {"page": page, "starters": starters})


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    return _written(request, None)


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, saved: int) -> HttpResponse:
    return _written(request, get_object_or_404(SavedAnswer, pk=saved, is_retired=False))


def _written(request: MunicipalityRequest, row: SavedAnswer | None) -> HttpResponse:
    initial = {name: getattr(row, name) for name in ("name", "text", "topic", "kind")} if row else {}
    form = SavedForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if row:
                verbs.edit(row, SavedAnswerInput(**form.cleaned_data), by=request.user)
            else:
                verbs.create(request.municipality, SavedAnswerInput(**form.cleaned_data), by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, _("Saved."))
            return redirect("inbox_answers", request.municipality.slug)
    context = {"form": form, "saved": row, "gaps": PLACEHOLDERS}
    return render(request, "inbox/saved_edit.html", context, status=422 if form.errors else 200)


@requires(Verb.INBOX_WORK)
@require_POST
def retire(request: MunicipalityRequest, saved: int) -> HttpResponse:
    row = verbs.retire(get_object_or_404(SavedAnswer, pk=saved), by=request.user)
    undo = "undo:" + reverse("inbox_answer_restore", args=[request.municipality.slug, saved])
    flash.success(request, _("“%(name)s” is removed.") % {"name": row.name}, extra_tags=undo)
    return redirect("inbox_answers", request.municipality.slug)


@requires(Verb.INBOX_WORK)
@require_POST
def restore(request: MunicipalityRequest, saved: int) -> HttpResponse:
    try:
        row = verbs.restore(get_object_or_404(SavedAnswer, pk=saved), by=request.user)
        flash.success(request, _("“%(name)s” is back.") % {"name": row.name})
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect("inbox_answers", request.municipality.slug)


@requires(Verb.INBOX_WORK)
@require_POST
def begin(request: MunicipalityRequest) -> HttpResponse:
    """Add the starters, which a person then adapts."""
    count = verbs.add_starters(request.municipality, by=request.user)
    text = ngettext("%(count)s answer was added. Read it before you use it.",
                    "%(count)s answers were added. Read them before you use them.", count)  # fmt: skip
    flash.success(request, text % {"count": count})
    return redirect("inbox_answers", request.municipality.slug)
