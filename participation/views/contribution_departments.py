"""Asking a department about a contribution that came without a message, and taking the question back."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from inbox.forms import DepartmentForm
from inbox.models import Department
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.domain import departments as verbs
from participation.models import ContributionQuestion
from participation.queries.listing import Reader
from participation.views.contribution_pages import get_contribution, readable_or_404, render_page


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def ask(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    back = redirect("contribution", request.municipality.slug, consultation, row.pk)
    try:
        verbs.refuse_what_is_not_asked(row)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return back
    form = DepartmentForm(request.POST if request.method == "POST" else None, shown=verbs.suggest_excerpt(row))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            verbs.ask(
                row, values["department"], values["question"], values["shown"], until=form.until(), by=request.user
            )
        except ActionNotAllowed as refused:
            form.add_refusal(refused)
        else:
            text = _("%(department)s gets a mail with the question. Their answer will be shown beside the proposal.")
            flash.success(request, text % {"department": values["department"]})
            return back
    context = {
        "one": row,
        "text": Reader.of(request.access).text(row),
        "has_departments": Department.objects.filter(is_retired=False).exists(),
    }
    return render_page(request, "participation/ask_department.html", row.consultation, context, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def take_back(request: MunicipalityRequest, consultation: int, question: int) -> HttpResponse:
    rows = ContributionQuestion.objects.select_related("contribution")
    sent = get_object_or_404(rows, contribution__consultation=consultation, pk=question)
    readable_or_404(request, sent.contribution)
    try:
        verbs.take_back(sent, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        flash.success(request, _("Taken back. The link in the mail no longer works."))
    return redirect("contribution", request.municipality.slug, consultation, sent.contribution_id)
