"""Sorting rules: the list in its order, writing one with a trial before it is saved, switching and removing."""

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from inbox.domain import sorting_rules as verbs
from inbox.domain.apply_rules import staff_ids
from inbox.forms import SortingRuleForm
from inbox.models import SortingRule
from inbox.queries.office_hours import office_hours
from inbox.queries.rule_sentences import described_rules
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

FIELDS = (*SortingRuleForm.CONDITIONS, *SortingRuleForm.EFFECTS, "name")


@requires(Verb.INBOX_WORK)
@require_GET
def rules(request: MunicipalityRequest) -> HttpResponse:
    context = {
        "rules": described_rules(staff_ids(request.municipality.pk)),
        "office_hours": office_hours(),
    }
    return render(request, "inbox/rules.html", context)


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    return _written(request, None)


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, rule: int) -> HttpResponse:
    return _written(request, get_object_or_404(SortingRule, pk=rule, is_retired=False))


def _written(request: MunicipalityRequest, row: SortingRule | None) -> HttpResponse:
    """The form; with `try` what the rule would have matched, and nothing is saved."""
    initial = {name: getattr(row, name) for name in FIELDS} if row else {}
    data = request.POST if request.method == "POST" else None
    form, trial = SortingRuleForm(data, initial=initial, municipality=request.municipality), None
    form.fields["name"].required = data is None or "try" not in data  # a trial needs no name
    is_valid = data is not None and form.is_valid()
    form.fields["name"].required = True
    if data is not None and is_valid:
        try:
            if "try" in data:
                trial = verbs.attempt(request.municipality, form.wanted, request.access)
            elif row:
                verbs.change(row, form.wanted, by=request.user)
            else:
                verbs.create(request.municipality, form.wanted, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            if trial is None:
                flash.success(request, _("Saved. It applies to messages that arrive from now on."))
                return redirect("inbox_rules", request.municipality.slug)
    context = {"form": form, "rule": row, "trial": trial}
    return render(request, "inbox/rule.html", context, status=422 if form.errors else 200)


@requires(Verb.INBOX_WORK)
@require_POST
def act(request: MunicipalityRequest, rule: int, act: str) -> HttpResponse:
    row, by = get_object_or_404(SortingRule, pk=rule), request.user
    acts = {
        "on": lambda: verbs.switch(row, is_on=True, by=by),
        "off": lambda: verbs.switch(row, is_on=False, by=by),
        "up": lambda: verbs.move(row, -1, by=by),
        "down": lambda: verbs.move(row, 1, by=by),
        "retire": lambda: verbs.retire(row, by=by),
        "restore": lambda: verbs.restore(row, by=by),
    }
    if act not in acts:
        raise Http404
    try:
        acts[act]()
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    if act == "retire":
        undo = "undo:" + reverse("inbox_rule_act", args=[request.municipality.slug, rule, "restore"])
        flash.success(request, _("“%(name)s” is removed.") % {"name": row.name}, extra_tags=undo)
    return redirect("inbox_rules", request.municipality.slug)
