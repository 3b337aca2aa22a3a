"""Asking a department about a message, and using or withdrawing the question."""

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from inbox.domain import handover as verbs
from inbox.domain import legal_hold as holding
from inbox.forms import AskForm
from inbox.models import Department, HandOver, Message
from inbox.queries.readable import readable, readable_messages
from inbox.text_analysis import find_contacts
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


def _message(request: MunicipalityRequest, pk: int) -> Message:
    return get_object_or_404(readable_messages(request.access).select_related("channel"), pk=pk)


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def ask(request: MunicipalityRequest, message: int) -> HttpResponse:
    row = _message(request, message)
    form = AskForm(request.POST or None, message=row, contacts=find_contacts(row.text))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        question = verbs.QuestionInput(
            values["question"], values["shown"], values.get("with_contact", False), values.get("with_name", False),
            values.get("with_private", False),
        )  # fmt: skip
        try:
            verbs.ask(row, values["department"], question, until=form.until(), by=request.user)
        except ActionNotAllowed as refused:
            form.add_refusal(refused)
        else:
            text = _("%(department)s gets a mail with the question. The message waits until the answer is here.")
            flash.success(request, text % {"department": values["department"]})
            return redirect("message", request.municipality.slug, row.pk)
    shown = {"message": row, "form": form, "has_departments": Department.objects.filter(is_retired=False).exists()}
    is_refused = request.method == "POST"
    return render(request, "inbox/ask.html", shown, status=422 if is_refused else 200)


@requires(Verb.INBOX_WORK)
@require_POST
def act(request: MunicipalityRequest, message: int, handover: int, act: str) -> HttpResponse:
    """Use the answer, or take the question back."""
    rows = HandOver.objects.filter(readable(request.access, "message__")).select_related("department", "message")
    row = get_object_or_404(rows, message=message, pk=handover)
    page = reverse("message", args=[request.municipality.slug, message])
    try:
        if act == "use":
            verbs.use(row, by=request.user)
            return redirect(f"{page}?from_handover={row.pk}#answer")
        if act == "withdraw":
            verbs.withdraw(row, by=request.user)
            flash.success(request, _("Taken back. The link in the mail no longer works."))
            return redirect(page)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect(page)
    raise Http404


@requires(Verb.INBOX_PEOPLE)
@require_POST
def hold(request: MunicipalityRequest, message: int) -> HttpResponse:
    row = _message(request, message)
    try:
        holding.place(row, request.POST.get("reason", ""), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        flash.success(request, _("Protected. Nothing erases it until you end the protection."))
    return redirect("message", request.municipality.slug, row.pk)


@requires(Verb.INBOX_PEOPLE)
@require_POST
def release(request: MunicipalityRequest, message: int) -> HttpResponse:
    row = _message(request, message)
    holding.release(row, by=request.user)
    flash.success(request, _("The protection has ended. It is erased when its time is over."))
    return redirect("message", request.municipality.slug, row.pk)
