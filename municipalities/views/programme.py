"""Programme staff: cohorts, which municipalities take part, who mentors and who trains. Within one's programmes."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import invitations
from accounts.models import Invitation
from accounts.web import SignedInRequest
from common.dates import short_date
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities import queries
from municipalities.access import programme
from municipalities.domain import programme as verbs
from municipalities.forms import CohortForm, EnrolForm, EnrolmentForm, LastDayForm, PairForm, TrainerForm
from municipalities.models import REAL_PLACE, Cohort, Municipality
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

manages = programme(ProgrammeVerb.MANAGE)


@manages
@require_GET
def people(request: ProgrammeRequest) -> HttpResponse:
    """Cohorts with their municipalities, each with its mentors; the mentors' invitations; then the trainers."""
    context = {
        "cohorts": queries.cohorts_with_members(request.programmes),
        "several": len(request.programmes) > 1,
        "invitations": _invited(request),
        "trainers": queries.trainers(request.programmes),
        "invited_trainers": queries.trainer_invitations(request.programmes),
    }
    return render(request, "municipalities/programme.html", context)


def _invitations(request: ProgrammeRequest) -> QuerySet[Invitation]:
    return queries.mentor_invitations(request.programmes) | queries.trainer_invitations(request.programmes)


def _invited(request: ProgrammeRequest) -> list[tuple[Invitation, Municipality | None]]:
    rows = list(queries.mentor_invitations(request.programmes))
    places = {m.slug: m for m in Municipality.objects.filter(slug__in={row.grants[0]["municipality"] for row in rows})}
    return [(row, places.get(row.grants[0]["municipality"])) for row in rows]


@manages
@require_http_methods(["GET", "POST"])
def new_cohort(request: ProgrammeRequest) -> HttpResponse:
    form = CohortForm(request.POST or None, programmes=request.programmes)
    if request.method == "POST" and form.is_valid():
        chosen = next(row for row in request.programmes if str(row.pk) == form.cleaned_data["programme"])
        verbs.add_cohort(chosen, form.cleaned_data["name"], form.cleaned_data["training_on"], by=request.user)
        messages.success(request, _("The cohort was added. Enrol its municipalities next."))
        return redirect("programme_people")
    return _form_page(request, form, _("New cohort"), _("Add the cohort"))


def _form_page(request: HttpRequest, form: Any, title: str, act: str, **more: Any) -> HttpResponse:
    context = {"form": form, "page_title": title, "act": act, "back": "programme_people", **more}
    return render(request, "municipalities/form.html", context, status=422 if form.errors else 200)


def _cohorts(request: ProgrammeRequest) -> list[Cohort]:
    return list(queries.cohorts(request.programmes))


@manages
@require_http_methods(["GET", "POST"])
def enrol(request: ProgrammeRequest) -> HttpResponse:
    """`?cohort=` chooses it beforehand."""
    cohorts = _cohorts(request)
    open_ones = list(Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False))
    initial = {"cohort": request.GET.get("cohort"), "starts_on": today()}
    form = EnrolForm(request.POST or None, cohorts=cohorts, municipalities=open_ones, initial=initial)
    if request.method == "POST" and form.is_valid() and _enrolled(request, form, cohorts, open_ones):
        messages.success(request, _("The municipality takes part."))
        return redirect("programme_people")
    lead = _("A municipality appears here once an administrator has opened its workspace.")
    return _form_page(request, form, _("Enrol a municipality"), _("Enrol it"), lead=lead)


def _enrolled(request: SignedInRequest, form: EnrolForm, cohorts: list[Cohort], places: list[Municipality]) -> bool:
    values = form.cleaned_data
    cohort = next(row for row in cohorts if str(row.pk) == values["cohort"])
    place = next(row for row in places if str(row.pk) == values["municipality"])
    try:
        verbs.enrol(cohort, place, values["starts_on"], compares=values["compares"], by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True


@manages
@require_http_methods(["GET", "POST"])
def enrolment(request: ProgrammeRequest, enrolment: int) -> HttpResponse:
    """Agreement to comparison, and the last day."""
    row = get_object_or_404(queries.enrolments(request.programmes), pk=enrolment)
    form = EnrolmentForm(request.POST or None, enrolment=row)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.set_comparison(row, form.cleaned_data["compares"], by=request.user)
            if form.cleaned_data["ends_on"] != row.ends_on:
                verbs.end_enrolment(row, form.cleaned_data["ends_on"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("programme_people")
    lead = _("%(cohort)s, since %(day)s") % {"cohort": row.cohort, "day": short_date(row.starts_on)}
    return _form_page(request, form, str(row.municipality), _("Save"), lead=lead)


@manages
@require_http_methods(["GET", "POST"])
def pair(request: ProgrammeRequest) -> HttpResponse:
    """Pair a mentor, by e-mail: a known one at once, a new one through an invitation."""
    places = queries.enrolled(request.programmes)
    initial = {"municipality": request.GET.get("municipality"), "starts_on": today(), "language": request.user.language}
    form = PairForm(request.POST or None, municipalities=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["municipality"] = next(row for row in places if str(row.pk) == values["municipality"])
        try:
            link = verbs.invite_mentor(**values, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            message = _("The invitation leaves by e-mail in a moment.") if link else _("The mentor is paired.")
            messages.success(request, message)
            return redirect("programme_people")
    known = queries.known_mentors(request.programmes)
    return _form_page(request, form, _("Pair a mentor"), _("Pair them"), suggestions=known)


@manages
@require_http_methods(["GET", "POST"])
def end_pairing(request: ProgrammeRequest, pairing: int) -> HttpResponse:
    row = get_object_or_404(queries.pairings(request.programmes), pk=pairing)
    form = LastDayForm(request.POST or None, initial={"ends_on": row.ends_on or today()})
    if request.method == "POST" and form.is_valid():
        try:
            verbs.end_pairing(row, form.cleaned_data["ends_on"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("programme_people")
    title = _("%(mentor)s and %(municipality)s") % {"mentor": row.mentor, "municipality": row.municipality}
    return _form_page(request, form, title, _("Save the last day"))


@manages
@require_http_methods(["GET", "POST"])
def invite_trainer(request: ProgrammeRequest) -> HttpResponse:
    """By e-mail: a person with an account becomes a trainer at once, anybody else through an invitation."""
    initial = {"language": request.user.language}
    form = TrainerForm(request.POST or None, programmes=request.programmes, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("email", "name", "language")}
        try:
            link = verbs.invite_trainer(form.chosen(), **values, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            message = _("The invitation leaves by e-mail in a moment.") if link else _("They may hold trainings now.")
            messages.success(request, message)
            return redirect("programme_people")
    lead = _("A trainer keeps the programme's trainings and sees nothing else of it, and no municipality's workspace.")
    return _form_page(request, form, _("Invite a trainer"), _("Invite them"), lead=lead)


@manages
@require_POST
def end_trainer(request: ProgrammeRequest, trainer: int) -> HttpResponse:
    rows = {row.pk: row for row in queries.trainers(request.programmes)}
    if trainer not in rows:
        raise Http404
    row = rows[trainer]
    verbs.end_trainer(row.programme, row.user, by=request.user)
    messages.success(request, _("%(person)s is no trainer any more.") % {"person": row.user})
    return redirect("programme_people")


@manages
@require_POST
def revoke(request: ProgrammeRequest, invitation: int) -> HttpResponse:
    invitations.revoke(get_object_or_404(_invitations(request), pk=invitation), by=request.user)
    messages.success(request, _("The invitation no longer holds."))
    return redirect("programme_people")
