"""Answering the authors of decided contributions: who is reached, the texts, one press, and an approver if needed."""

from django.contrib import messages as flash
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.domain import answer
from participation.domain import answers_page as queries
from participation.models import AnswerRound, Consultation
from participation.views.contribution_pages import get_consultation, render_page


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def answers(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row, problem = get_consultation(consultation), ""
    if request.method == "POST":
        try:
            begun = answer.start_round(row, request.POST.get("seen", ""), by=request.user)
        except ActionNotAllowed as refused:
            problem = refused.message
        else:
            if begun.is_waiting:
                flash.success(request, _("An approver has to agree now. Nothing is sent before."))
            else:
                text = ngettext(
                    "%(count)s author is being answered. It takes a moment.",
                    "%(count)s authors are being answered. It takes a moment.",
                    begun.people,
                )
                flash.success(request, text % {"count": begun.people})
            return redirect("contribution_answers", request.municipality.slug, row.pk)
    return _page(request, row, problem)


def _page(request: MunicipalityRequest, row: Consultation, problem: str = "") -> HttpResponse:
    due = queries.due(row)
    rounds = AnswerRound.objects.filter(consultation=row).select_related("by", "approved_by")
    waiting = rounds.filter(needs_approval=True, approved_at=None).annotate(still=Count("contributions")).first()
    shown = due if waiting is None else [one for one in due if one.round_id == waiting.pk]
    return render_page(request, "participation/answers.html", row, {
        "reached": len(due),
        "texts": queries.texts(row, shown),
        "shown": len(shown),
        "seen": answer.digest(due),
        "states": queries.states(row),
        "errors": queries.errors(row),
        "waiting": waiting,
        "is_mine": waiting is not None and waiting.by_id == request.user.pk,
        "may_approve_own": request.municipality.may_approve_own,
        "last": rounds.order_by("-pk").first() if waiting is None else None,
    }, problem=problem)  # fmt: skip


def _round(consultation: int, pk: int) -> AnswerRound:
    rows = AnswerRound.objects.select_related("consultation", "by")
    begun: AnswerRound = get_object_or_404(rows, pk=pk, consultation=consultation)
    return begun


@requires(Verb.POST_APPROVE)
@require_POST
def approve(request: MunicipalityRequest, consultation: int, round: int) -> HttpResponse:
    begun = _round(consultation, round)
    try:
        answer.approve_round(begun, by=request.user)
    except ActionNotAllowed as refused:
        return _page(request, get_consultation(consultation), refused.message)
    flash.success(request, _("Approved. The authors are being answered."))
    return redirect("contribution_answers", request.municipality.slug, consultation)


@requires(Verb.INBOX_WORK)
@require_POST
def take_back(request: MunicipalityRequest, consultation: int, round: int) -> HttpResponse:
    """Not approved, or not meant: nothing was sent."""
    begun = _round(consultation, round)
    try:
        answer.take_back_round(begun, by=request.user)
    except ActionNotAllowed as refused:
        return _page(request, get_consultation(consultation), refused.message)
    flash.success(request, _("Nothing was sent. The answers can be changed and sent again."))
    return redirect("contribution_answers", request.municipality.slug, consultation)
