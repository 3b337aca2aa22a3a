"""From the inbox to a consultation: counting messages, suggested ones, and telling authors that their words count."""

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from common.web.params import int_list_param, int_param
from inbox.models import Message
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.domain import from_inbox
from participation.domain.contribute import way_of
from participation.models import Consultation, Contribution
from participation.queries import suggestions
from participation.queries.listing import Reader
from participation.views.contribution_pages import get_consultation, render_page

PER_PAGE = 30
MOST_NAMED = 5
# Each is a transaction with a delivery of its own, in one request.
MOST_THANKS = 50


def _refuse_without_inbox(request: MunicipalityRequest) -> None:
    if not request.access.may(Verb.INBOX_WORK):
        raise PermissionDenied


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def count(request: MunicipalityRequest) -> HttpResponse:
    """Messages chosen in the inbox become contributions. GET shows them beside the consultations, POST counts them."""
    _refuse_without_inbox(request)
    data = request.POST if request.method == "POST" else request.GET
    keys = int_list_param(data, "message", least=1)[: from_inbox.MOST_AT_ONCE]
    chosen = suggestions.countable(keys, request.access)
    if not chosen:
        flash.info(request, _("Tick the messages that are contributions first."))
        return redirect("inbox", request.municipality.slug)
    ways = {way_of(message) for message in chosen}
    running = list(suggestions.running())
    problem = ""
    if request.method == "POST":
        if pk := int_param(request.POST, "consultation"):
            consultation = get_object_or_404(suggestions.running(), pk=pk)
            return _count(request, consultation, chosen)
        problem = _("Choose the consultation.")
    return render_page(request, "participation/count.html", None, {
        "chosen": chosen,
        "consultations": [(row, all(way in row.ways_in for way in ways)) for row in running],
        "picked": running[0].pk if len(running) == 1 else 0,
    }, problem=problem)  # fmt: skip


def _count(request: MunicipalityRequest, consultation: Consultation, chosen: list[Message]) -> HttpResponse:
    outcome = from_inbox.count_messages(consultation, chosen, by=request.user)
    if outcome.refused:
        lines = [f"{message}: {why}" for message, why in outcome.refused[:MOST_NAMED]]
        flash.warning(request, " ".join(lines))
    if not outcome.done:
        return redirect("contribution_suggestions", request.municipality.slug, consultation.pk)
    count = len(outcome.done)
    text = ngettext("%(count)s message counts as a contribution.", "%(count)s messages count as contributions.", count)
    flash.success(request, text % {"count": count})
    if not consultation.offers_thanks:
        return redirect("contributions", request.municipality.slug, consultation.pk)
    address = reverse("contributions_thank", args=[request.municipality.slug, consultation.pk])
    return redirect(f"{address}?{urlencode([('contribution', one.pk) for one in outcome.done])}")


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def suggested(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """Messages that may be contributions, each to be counted or left out."""
    _refuse_without_inbox(request)
    row = get_consultation(consultation)
    problem = ""
    if request.method == "POST":
        keys = int_list_param(request.POST, "message", least=1)[: from_inbox.MOST_AT_ONCE]
        chosen = suggestions.countable(keys, request.access)
        if not chosen:
            problem = _("Tick the messages first.")
        elif request.POST.get("act") == "leave":
            left = from_inbox.leave_out(row, chosen, by=request.user)
            text = ngettext("%(count)s message is left out.", "%(count)s messages are left out.", left)
            flash.success(request, text % {"count": left})
            return redirect("contribution_suggestions", request.municipality.slug, row.pk)
        else:
            return _count(request, row, chosen)
    message_page = Paginator(suggestions.suggested(row, request.access), PER_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "participation/suggestions.html", row, {"page": message_page}, problem=problem)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def thanks_setting(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """Whether counting a message offers to tell its author."""
    row = get_consultation(consultation)
    from_inbox.set_thanks(row, offered="offered" in request.POST, by=request.user)
    flash.success(request, _("Saved."))
    return redirect("contribution_suggestions", request.municipality.slug, row.pk)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def thank(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """Tell authors of counted messages that their words count and how. A person reads every sentence, then presses."""
    _refuse_without_inbox(request)
    row, reader = get_consultation(consultation), Reader.of(request.access)
    data = request.POST if request.method == "POST" else request.GET
    keys = int_list_param(data, "contribution", least=1)[:MOST_THANKS]
    rows = Contribution.objects.filter(
        reader.readable, consultation=row, pk__in=keys, message__isnull=False, message__erased_at=None,
        message__first_answer_at=None, message__remote_deleted_at=None,
    )  # fmt: skip
    chosen = list(rows.select_related("consultation__municipality", "message__channel").order_by("number"))
    if not chosen:
        return redirect("contributions", request.municipality.slug, row.pk)
    if request.method == "POST":
        outcome = from_inbox.on_each(
            chosen, lambda one: from_inbox.send_thanks(one, from_inbox.thanks(one), by=request.user)
        )
        if outcome.done:
            count = len(outcome.done)
            text = ngettext("%(count)s author is being told.", "%(count)s authors are being told.", count)
            flash.success(request, text % {"count": count})
        if outcome.refused:
            flash.warning(request, " ".join(f"{one}: {why}" for one, why in outcome.refused[:MOST_NAMED]))
        return redirect("contributions", request.municipality.slug, row.pk)
    context = {"chosen": [(one, from_inbox.thanks(one)) for one in chosen]}
    return render_page(request, "participation/thank.html", row, context)
