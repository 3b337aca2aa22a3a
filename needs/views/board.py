"""The board, and adding needs to it: written by hand, or gathered from messages."""

from typing import Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from common.web.params import choice_param, int_list_param, int_param
from inbox.enums import Topic
from inbox.models import Message
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.domain import supporters, write
from needs.enums import NeedStage
from needs.forms import FirstSupporterForm, NeedForm
from needs.models import Need
from needs.queries import board as queries
from needs.queries.board import NeedFilters
from needs.rules import MOST_MESSAGES
from needs.views.pages import render_page

PER_PAGE = 40


@requires(Verb.NEEDS_VIEW)
@require_GET
def board(request: MunicipalityRequest) -> HttpResponse:
    """All stages with what most ask for; or one stage, page by page."""
    settlements, departments = queries.settlements(), queries.departments()
    narrowed = _narrowed(request, settlements, departments)
    stage = choice_param(request.GET, "stage", NeedStage.values)
    columns = queries.columns(narrowed) if not stage else []
    page = Paginator(queries.of_stage(narrowed, stage), PER_PAGE).get_page(request.GET.get("page")) if stage else None
    query = request.GET.copy()
    for name in ("stage", "page"):
        query.pop(name, None)
    return render_page(request, "needs/board.html", {
        "narrowed": narrowed, "columns": columns, "stage": stage, "page": page, "query": query.urlencode(),
        "is_empty": not any(column.count for column in columns) and not page,
        "topics": [("none", _("Not stated")), *Topic.choices],
        "settlements": settlements, "departments": departments,
        "title": Need(stage=stage).get_stage_display() if stage else "",
    })  # fmt: skip


def _narrowed(request: HttpRequest, settlements: list[Any], departments: list[Any]) -> NeedFilters:
    params = request.GET
    places = {"none", *(str(row.pk) for row in settlements)}
    offices = {"none", *(str(row.pk) for row in departments)}
    return NeedFilters(
        search=params.get("q", "")[:80],
        topic=choice_param(params, "topic", {*Topic.values, "none"}),
        settlement=choice_param(params, "settlement", places),
        department=choice_param(params, "department", offices),
    )


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    """Create a need, with its first supporter."""
    sent = request.POST if request.method == "POST" else None
    form, first = NeedForm(sent), FirstSupporterForm(sent)
    if sent is not None and form.is_valid() and first.is_valid():
        try:
            with transaction.atomic():
                need = write.create(request.municipality, form.content(), by=request.user)
                values = first.cleaned_data
                if values["source"]:
                    supporters.add(need, values.pop("source"), values.pop("received_on"), by=request.user, **values)
        except ActionNotAllowed as refused:
            add_form_error(first if refused.field in first.fields else form, refused)
        else:
            flash.success(request, _("The need is on the board."))
            return redirect("need", request.municipality.slug, need.pk)
    problem = "first" if first.errors else ""
    return render_page(request, "needs/write.html", {"first": first}, form=form, problem=problem)


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def gather(request: MunicipalityRequest) -> HttpResponse:
    """Messages that ask for the same thing become a need, or join one that is there. GET shows, POST does."""
    if not request.access.may(Verb.INBOX_VIEW):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else request.GET
    keys = int_list_param(data, "message", least=1)[:MOST_MESSAGES]
    chosen = queries.messages_with_needs(keys, request.access)
    if not chosen:
        flash.info(request, _("Tick the messages that ask for the same thing first."))
        return redirect("inbox", request.municipality.slug)
    query = data.get("q", "")[:80]
    is_new = request.method == "POST" and "need" not in request.POST
    form = NeedForm(request.POST if is_new else None, initial=_common(chosen))
    problem = ""
    if request.method == "POST" and (not is_new or form.is_valid()):
        try:
            need, count = _gathered(request, form if is_new else None, chosen)
        except ActionNotAllowed as refused:
            problem = refused.message
        else:
            text = ngettext("%(count)s message joined this need.", "%(count)s messages joined this need.", count)
            flash.success(request, text % {"count": count})
            return redirect("need", request.municipality.slug, need.pk)
    return render_page(request, "needs/gather.html", {
        "chosen": chosen, "needs": queries.search_needs(query), "query": query,
        "picked": int_param(request.POST, "need", default=0),
    }, form=form, problem=problem)  # fmt: skip


@transaction.atomic
def _gathered(request: MunicipalityRequest, form: NeedForm | None, chosen: list[Message]) -> tuple[Need, int]:
    """Both or nothing: no need is left behind whose messages were refused."""
    if form is not None:
        need = write.create(request.municipality, form.content(), by=request.user)
    else:
        need = get_object_or_404(Need, pk=int_param(request.POST, "need", default=0))
    return need, supporters.gather(need, chosen, by=request.user)


def _common(chosen: list[Message]) -> dict[str, Any]:
    """What all of the messages that say anything about it agree on."""
    common = {}
    for name in ("topic", "settlement_id", "department_id"):
        values = {getattr(message, name) for message in chosen if getattr(message, name)}
        if len(values) == 1:
            common[name.removesuffix("_id")] = values.pop()
    return common
