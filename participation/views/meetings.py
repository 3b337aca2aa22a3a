"""Minutes: meetings of a consultation, and what was proposed at each."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import run_verb
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.contribution_forms import MeetingForm, SpokenForm
from participation.domain import minutes
from participation.domain.contribute import from_meeting
from participation.models import Consultation, Meeting
from participation.views.contribution_pages import get_consultation, render_page

PER_PAGE = 30


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def meetings(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """All meetings, with the form of a new one."""
    row = get_consultation(consultation)
    form = MeetingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        meeting = run_verb(form, lambda: minutes.add(row, form.content(), by=request.user))
        if meeting is not None:
            flash.success(request, _("Now enter what was proposed there."))
            return redirect("meeting", request.municipality.slug, row.pk, meeting.pk)
    held = Meeting.objects.filter(consultation=row).annotate(proposals=Count("contributions"))
    page = Paginator(held.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "participation/meetings.html", row, {"page": page}, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def meeting(request: MunicipalityRequest, consultation: int, meeting: int) -> HttpResponse:
    """One meeting: what was proposed, and the form of the next proposal, so that minutes are entered in one go."""
    row = get_consultation(consultation)
    held = get_object_or_404(Meeting.objects.select_related("consultation"), pk=meeting, consultation=row)
    form = SpokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        one = run_verb(
            form,
            lambda: from_meeting(held, values["text"], speaker=values["speaker"], about=form.about(), by=request.user),
        )
        if one is not None:
            flash.success(request, _("Entered as contribution %(number)s.") % {"number": one.number})
            return redirect("meeting", request.municipality.slug, row.pk, held.pk)
    return _meeting_page(request, row, held, form=form)


def _meeting_page(
    request: MunicipalityRequest, row: Consultation, held: Meeting, *, form: SpokenForm, problem: str = ""
) -> HttpResponse:
    rows = held.contributions.order_by("-number").defer("search_key", "public_search_key")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    values = {"meeting": held, "page": page}
    return render_page(request, "participation/meeting.html", row, values, form=form, problem=problem)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: MunicipalityRequest, consultation: int, meeting: int) -> HttpResponse:
    row = get_consultation(consultation)
    held = get_object_or_404(Meeting.objects.select_related("consultation"), pk=meeting, consultation=row)
    form = MeetingForm(request.POST if request.method == "POST" else None, initial=MeetingForm.of(held))
    if request.method == "POST" and form.is_valid():
        changed = run_verb(form, lambda: minutes.change(held, form.content(), by=request.user))
        if changed is not None:
            flash.success(request, _("Saved."))
            return redirect("meeting", request.municipality.slug, row.pk, held.pk)
    return render_page(request, "participation/meeting_change.html", row, {"meeting": held}, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def delete(request: MunicipalityRequest, consultation: int, meeting: int) -> HttpResponse:
    row = get_consultation(consultation)
    held = get_object_or_404(Meeting.objects.select_related("consultation"), pk=meeting, consultation=row)
    try:
        minutes.delete(held, by=request.user)
    except ActionNotAllowed as refused:
        return _meeting_page(request, row, held, form=SpokenForm(), problem=refused.message)
    flash.success(request, _("The meeting was deleted."))
    return redirect("meetings", request.municipality.slug, row.pk)
