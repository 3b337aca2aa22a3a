"""One need: what it is, its supporters, what was decided and done."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.params import int_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.domain import decide, follow_up, publish, write
from needs.domain.merge import merge as put_together
from needs.enums import SupporterSource
from needs.forms import DecideForm, DoneForm, NeedForm, SupporterForm
from needs.models import Need
from needs.queries import board as queries
from needs.views.pages import get_need, handle_form, render_page

PER_PAGE = 30


@requires(Verb.NEEDS_VIEW)
@require_GET
def need(request: MunicipalityRequest, need: int) -> HttpResponse:
    return page(request, get_need(need))


def page(
    request: MunicipalityRequest, row: Need, *, form: SupporterForm | None = None, problem: str = ""
) -> HttpResponse:
    """Supporters with their messages for those who may read these; for others their number and the chosen quotes."""
    may_read = request.access.may(Verb.INBOX_VIEW)
    rows = queries.supporters(row) if may_read else queries.quotes(row)
    labels = dict(SupporterSource.choices)
    return render_page(request, "needs/need.html", {
        "need": row,
        "supporters": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "sources": [(labels[code], count) for code, count in queries.sources(row)],
        "pictures": queries.pictures(row),
        "round": queries.last_round(row),
        "may_read": may_read,
        "supporter_form": form or SupporterForm(),
        "is_hearing": form is not None,
        "has_page": queries.has_page(),
    }, form=form, problem=problem)  # fmt: skip


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: MunicipalityRequest, need: int) -> HttpResponse:
    def act(row: Need, form: NeedForm) -> str:
        write.change(row, form.content(), by=request.user)
        return _("Saved.")

    return handle_form(request, need, NeedForm, "needs/write.html", act)


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def decision(request: MunicipalityRequest, need: int) -> HttpResponse:
    def act(row: Need, form: DecideForm) -> str:
        values = form.cleaned_data
        decide.decide(row, values["stage"], reason=values["reason"], on=values["on"], by=request.user)
        return _("The decision is saved.")

    return handle_form(request, need, DecideForm, "needs/decide.html", act)


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def done(request: MunicipalityRequest, need: int) -> HttpResponse:
    def act(row: Need, form: DoneForm) -> str:
        decide.done(row, form.cleaned_data["done"], on=form.cleaned_data["on"], by=request.user)
        return _("Saved. Now inform the people who requested it.")

    return handle_form(request, need, DoneForm, "needs/done.html", act)


@requires(Verb.NEEDS_EDIT)
@require_POST
def show(request: MunicipalityRequest, need: int) -> HttpResponse:
    """On the page "You asked, we did"."""
    row = get_need(need)
    try:
        publish.show(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, _("It is shown on the public page."))
    return redirect("need", request.municipality.slug, row.pk)


@requires(Verb.NEEDS_EDIT)
@require_POST
def hide(request: MunicipalityRequest, need: int) -> HttpResponse:
    row = get_need(need)
    publish.hide(row, by=request.user)
    flash.success(request, _("It was taken from the public page. Copies that readers hold last some minutes."))
    return redirect("need", request.municipality.slug, row.pk)


@requires(Verb.NEEDS_EDIT)
@require_POST
def reopen(request: MunicipalityRequest, need: int) -> HttpResponse:
    row = get_need(need)
    decide.reopen(row, by=request.user)
    return redirect("need", request.municipality.slug, row.pk)


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def merge(request: MunicipalityRequest, need: int) -> HttpResponse:
    """Choose the need that stays; this one goes into it."""
    row, problem = get_need(need), ""
    query = request.GET.get("q", "")[:80]
    if request.method == "POST":
        if chosen := int_param(request.POST, "into"):
            try:
                target = put_together(row, get_object_or_404(Need, pk=chosen), by=request.user)
            except ActionNotAllowed as refused:
                problem = refused.message
            else:
                flash.success(request, _("The two are one need now."))
                return redirect("need", request.municipality.slug, target.pk)
        else:
            problem = _("Choose the need that stays.")
    context = {"need": row, "needs": queries.search_needs(query, but=row.pk), "query": query}
    return render_page(request, "needs/merge.html", context, problem=problem)


@requires(Verb.NEEDS_EDIT)
@require_POST
def delete(request: MunicipalityRequest, need: int) -> HttpResponse:
    row = get_need(need)
    try:
        write.delete(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, _("The need was deleted."))
    return redirect("needs", request.municipality.slug)


@requires(Verb.POST_EDIT)
@require_POST
def post(request: MunicipalityRequest, need: int) -> HttpResponse:
    """The draft about its outcome."""
    row = get_need(need)
    try:
        draft = follow_up.create_post(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, _("This draft reports the outcome. Put it into your words."))
    return redirect("post_edit", request.municipality.slug, draft.pk)
