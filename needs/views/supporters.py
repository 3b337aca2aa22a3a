"""Supporters of a need: adding one, choosing a quote, removing one."""

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.domain import supporters
from needs.forms import QuoteForm, SupporterForm
from needs.models import Supporter
from needs.views.need import page
from needs.views.pages import get_need, render_page


def _voice(need: int, supporter: int) -> Supporter:
    row: Supporter = get_object_or_404(
        Supporter.objects.select_related("message", "need", "municipality"), pk=supporter, need=need
    )
    return row


@requires(Verb.NEEDS_EDIT)
@require_POST
def add(request: MunicipalityRequest, need: int) -> HttpResponse:
    row, form = get_need(need), SupporterForm(request.POST)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            supporters.add(row, values.pop("source"), values.pop("received_on"), by=request.user, **values)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, _("Written down."))
            return redirect("need", request.municipality.slug, row.pk)
    return page(request, row, form=form)


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def quote(request: MunicipalityRequest, need: int, supporter: int) -> HttpResponse:
    """What was said beside what may be shown of it."""
    if not request.access.may(Verb.INBOX_VIEW):
        raise PermissionDenied
    row = _voice(need, supporter)
    if row.message and row.message.is_private and not request.access.may(Verb.INBOX_PRIVATE):
        raise Http404
    proposed = row.quote or supporters.suggest_quote(row)
    form = QuoteForm(request.POST if request.method == "POST" else None, initial={"quote": proposed})
    if request.method == "POST" and form.is_valid():
        try:
            supporters.set_quote(row, form.cleaned_data["quote"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, _("Saved."))
            return redirect("need", request.municipality.slug, need)
    return render_page(request, "needs/quote.html", {"supporter": row, "need": row.need}, form=form)


@requires(Verb.NEEDS_EDIT)
@require_POST
def remove(request: MunicipalityRequest, need: int, supporter: int) -> HttpResponse:
    row = _voice(need, supporter)
    try:
        supporters.remove(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, get_need(need), problem=refused.message)
    flash.success(request, _("It counts here no more."))
    return redirect("need", request.municipality.slug, need)
