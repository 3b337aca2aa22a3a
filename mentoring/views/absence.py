"""A mentor announces an absence."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from common.web.params import int_param
from mentoring.domain import absence as verbs
from mentoring.forms import AbsenceForm
from mentoring.models import Absence
from mentoring.queries.people import own_absences, runs
from municipalities.access import signed_in
from municipalities.queries import mentored, today


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST" and request.POST.get("withdraw"):
        return _withdrawn(request)
    form = AbsenceForm(request.POST if request.method == "POST" else None, initial={"starts_on": today()})
    if request.method == "POST" and form.is_valid() and _announced(request, form):
        messages.success(request, _("Your municipalities see it on their Home and have been notified."))
        return redirect("absence")
    rows = [(row, runs(row, today())) for row in own_absences(request.user)]
    context = {"form": form, "absences": rows, "accompanies": mentored(request.user).exists()}
    return render(request, "mentoring/absence.html", context, status=422 if form.errors else 200)


def _announced(request: SignedInRequest, form: AbsenceForm) -> bool:
    try:
        verbs.announce(**form.cleaned_data, by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True


def _withdrawn(request: SignedInRequest) -> HttpResponse:
    row = get_object_or_404(Absence, mentor=request.user, pk=int_param(request.POST, "withdraw", default=0))
    try:
        verbs.withdraw(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("You are shown as present again."))
    return redirect("absence")
