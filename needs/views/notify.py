"""Answering all supporters: who is reached, who is not and why, and the text."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.domain import notify as verbs
from needs.enums import NeedStage
from needs.forms import AnswerForm
from needs.models import Need
from needs.queries.board import last_round
from needs.queries.recipients import find_recipients
from needs.views.pages import get_need, render_page


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def notify_supporters(request: MunicipalityRequest, need: int) -> HttpResponse:
    row = get_need(need)
    known = find_recipients(row)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"text": _default_text(row)},
        private=known.private,
        people=len(known.reached),
    )
    if request.method == "POST" and form.is_valid():
        try:
            begun = verbs.start_round(row, form.cleaned_data["text"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
            known = find_recipients(row)  # what is refused has often changed meanwhile
        else:
            text = ngettext(
                "%(count)s person is being informed. It takes a moment; the page of the need shows the progress.",
                "%(count)s people are being informed. It takes a moment; the page of the need shows the progress.",
                begun.people,
            )
            flash.success(request, text % {"count": begun.people})
            return redirect("need", request.municipality.slug, row.pk)
    context = {"need": row, "reach": known, "round": last_round(row)}
    return render_page(request, "needs/tell.html", context, form=form)


def _default_text(row: Need) -> str:
    return row.done if row.stage == NeedStage.DONE else row.reason if row.stage == NeedStage.DECLINED else ""
