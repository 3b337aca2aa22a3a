"""What the pages of a municipality's and a programme's events share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from analytics.annotations.domain.annotate import Happened
from analytics.annotations.forms import AnnotationForm
from analytics.models import MunicipalityAnnotation, ProgrammeAnnotation
from common.web.errors import run_verb


def form_page(
    request: HttpRequest,
    back: str,
    save: Callable[[Happened], Any],
    row: MunicipalityAnnotation | ProgrammeAnnotation | None = None,
    remove: str = "",
) -> HttpResponse:
    """The form of a new event or of `row`; saved, it leads to `back`. `remove` is the address that removes it."""
    initial = {}
    if row is not None:
        last = row.last if row.last != row.first else None
        initial = {"kind": row.kind, "text": row.text, "first": row.first, "last": last}
    form = AnnotationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        run_verb(form, lambda: save(form.happened()))
        if not form.errors:
            messages.success(request, _("Saved. It is marked on the charts over time."))
            return redirect(back)
    title = _("Change the event") if row is not None else _("Mark an event")
    context = {"form": form, "page_title": title, "back": back, "remove": remove, "row": row}
    return render(request, "analytics/annotation_form.html", context, status=422 if form.errors else 200)
