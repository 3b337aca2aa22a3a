"""The automatic answer outside office hours: its switch, its words, and how it reads in both scripts."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from inbox.domain import office_hours as verbs
from inbox.forms import OfficeHoursForm
from inbox.models import OfficeHours
from inbox.office_hours_text import SUGGESTION, automatic_answer
from inbox.queries import office_hours as queries
from inbox.queries.automatic import may_be_sent_by
from municipalities.access import requires
from municipalities.holidays import next_opening
from municipalities.queries import glossary
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian import Script

TAGS = {Script.CYRILLIC: "sr-Cyrl", Script.LATIN: "sr-Latn"}


@requires(Verb.INBOX_WORK)
@require_http_methods(["GET", "POST"])
def office_hours(request: MunicipalityRequest) -> HttpResponse:
    row = queries.office_hours()
    initial = {"is_on": row.is_on, "own_text": row.own_text} if row else {"is_on": False, "own_text": SUGGESTION}
    form = OfficeHoursForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and "preview" not in request.POST:
        try:
            saved = verbs.save(request.municipality, **form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            text = _("Saved. It is switched on.") if saved.is_on else _("Saved. It is switched off.")
            flash.success(request, text)
            return redirect("inbox_office_hours", request.municipality.slug)
    return _page(request, form, row)


def _page(request: MunicipalityRequest, form: OfficeHoursForm, row: OfficeHours | None) -> HttpResponse:
    typed = form.data.get("own_text", "")[:300] if form.is_bound else str(form.initial["own_text"])
    opens_at, terms = next_opening(timezone.now()), glossary(request.municipality.pk)
    stopped = row is not None and row.is_on and not may_be_sent_by(row.by, request.municipality)
    context = {
        "form": form,
        "office_hours": row,
        "is_stopped": stopped,
        "needs_approver": request.municipality.answers_need_approval,
        "previews": [(TAGS[script], automatic_answer(opens_at, typed, script, terms)) for script in TAGS],
    }
    return render(request, "inbox/office_hours.html", context, status=422 if form.errors else 200)
