"""Which indicators a programme follows: chosen from the list, defined, changed, ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.enums import Area
from analytics.indicators import labels
from analytics.indicators.domain import definitions as verbs
from analytics.indicators.forms import NameForm, OwnForm
from analytics.indicators.queries import programme as queries
from analytics.indicators.views.shared import both, form_page, keeps, mine, programme_of, to_dashboard
from analytics.logframe import INDICATORS
from common.web.errors import run_verb
from municipalities.web import ProgrammeRequest


@keeps
@both
def choose(request: ProgrammeRequest, programme: int) -> HttpResponse:
    chosen = programme_of(request, programme)
    if request.method == "POST":
        verbs.choose(chosen, set(request.POST.getlist("code")) & set(INDICATORS), by=request.user)
        messages.success(request, _("Saved. Freeze the baselines and set the targets next."))
        return to_dashboard(chosen)
    used = set(queries.followed([chosen]).values_list("code", flat=True))
    levels: dict[str, list[Any]] = {}
    for indicator in INDICATORS.values():
        levels.setdefault(indicator.level, []).append(indicator)
    context = {
        "programme": chosen,
        "used": used,
        "levels": [(labels.level(key), rows) for key, rows in levels.items()],
        "area_names": dict(Area.choices),
    }
    return render(request, "analytics/indicators_choose.html", context)


@keeps
@both
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    chosen = programme_of(request, programme)
    form = OwnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        indicator = run_verb(form, lambda: verbs.define(chosen, form.definition(), by=request.user))
        if indicator:
            messages.success(request, _("The indicator is defined. Enter its baseline, its target and its values."))
            return redirect("programme_indicator", indicator.pk)
    lead = _("People enter the values of this indicator, each with its source.")
    return form_page(request, form, _("New indicator"), _("Define it"), lead=lead)


@keeps
@both
def edit(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    row = mine(request, indicator)
    sent = request.POST if request.method == "POST" else None
    form = OwnForm(sent, indicator=row) if row.is_manual else NameForm(sent, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        if isinstance(form, OwnForm):
            is_saved = run_verb(form, lambda: verbs.change(row, form.definition(), by=request.user) or True)
        else:
            name = form.cleaned_data["name"]
            is_saved = run_verb(form, lambda: verbs.rename(row, name, by=request.user) or True)
        if is_saved:
            messages.success(request, _("Saved."))
            return redirect("programme_indicator", row.pk)
    return form_page(request, form, _("Change the indicator"), _("Save"), indicator=row)


@keeps
@require_POST
def end(request: ProgrammeRequest, indicator: int) -> HttpResponse:
    """End it, or with `again` take it up."""
    row = mine(request, indicator)
    if "again" in request.POST:
        verbs.take_up(row, by=request.user)
        messages.success(request, _("The indicator is followed again."))
        return redirect("programme_indicator", row.pk)
    verbs.end(row, by=request.user)
    messages.success(request, _("The indicator has ended. Its baselines, targets and values are kept."))
    return to_dashboard(row.programme)
