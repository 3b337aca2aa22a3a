"""Who decides here: the approvers, who stands in for them, who may publish in an emergency, and who reads private
messages."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.web import SignedInRequest
from common.dates import date_time
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities import queries
from municipalities.access import requires
from municipalities.domain import deciders as verbs
from municipalities.domain import private_readers, waiting
from municipalities.enums import Role
from municipalities.forms import DelegateForm, EmergencyRightForm, PrivateReaderForm
from municipalities.models import Delegation, EmergencyRight, PrivateReader
from municipalities.rules import PUBLISHING_ROLES, Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.DECISIONS_VIEW)
@require_GET
def deciders(request: MunicipalityRequest) -> HttpResponse:
    return _page(request)


def _page(request: MunicipalityRequest, **forms: Any) -> HttpResponse:
    """Seven queries. A form that was refused comes back as it was typed."""
    municipality, may_manage = request.municipality, request.access.may(Verb.MEMBERS_MANAGE)
    members = queries.members(municipality)
    allowed = list(queries.entered_emergency_rights(municipality))
    readers = list(queries.entered_private_readers(municipality))
    named = [row for row in members if row.role == Role.APPROVER and row.user.is_active]
    context: dict[str, Any] = {
        "approvers": [row.user for row in named if row.waits_until is None],
        "newcomers": [row for row in named if row.waits_until],
        "delegations": list(queries.coming_delegations(municipality)),
        "today": queries.today(),
        "allowed": allowed,
        "readers": readers,
        "mentors": list(queries.mentors(municipality)),
        "may_manage": may_manage,
        "may_confirm": request.access.may(Verb.RELAXATION_CONFIRM),
        "hours": settings.RULE_RELAXATION_HOURS,
    }
    if may_manage:
        publishing = {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}
        listed = {row.user_id for row in allowed}
        rest = [user for pk, user in publishing.items() if pk not in listed]
        known = {row.user_id for row in readers} | {user.pk for user in context["approvers"]}
        unnamed = [user for pk, user in publishing.items() if pk not in known]
        context["reader_form"] = forms.get("reader") or (PrivateReaderForm(people=unnamed) if unnamed else None)
        context["delegate_form"] = forms.get("delegate") or _delegate_form(request, context["approvers"], publishing)
        context["emergency_form"] = forms.get("emergency") or (EmergencyRightForm(people=rest) if rest else None)
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "municipalities/deciders.html", context, status=status)


def _delegate_form(
    request: SignedInRequest, approvers: list[User], publishing: dict[int, User], *data: Any
) -> DelegateForm:
    mine = request.user.pk if request.user in approvers else None
    initial = {"approver": mine, "starts_on": queries.today()}
    return DelegateForm(*data, approvers=approvers, people=list(publishing.values()), initial=initial)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def delegate(request: MunicipalityRequest) -> HttpResponse:
    members = queries.members(request.municipality)
    approvers = queries.approvers(request.municipality)
    publishing = {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}
    form = _delegate_form(request, approvers, publishing, request.POST)
    if form.is_valid():
        people = {str(pk): user for pk, user in publishing.items()}
        data = form.cleaned_data
        try:
            row = verbs.delegate(
                request.municipality, approver=people[data["approver"]], to=people[data["to"]],
                starts_on=data["starts_on"], ends_on=data["ends_on"], by=request.user,
            )  # fmt: skip
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _after_naming(row))
            return redirect("deciders", request.municipality.slug)
    return _page(request, delegate=form)


def _after_naming(row: Delegation) -> str:
    if row.waits_until:
        facts = {"person": row.delegate, "time": date_time(row.waits_until)}
        return _("%(person)s stands in from %(time)s on, or once another approver agrees.") % facts
    return _("%(person)s stands in from then on.") % {"person": row.delegate}


@requires(Verb.RELAXATION_CONFIRM)
@require_POST
def confirm_delegation(request: MunicipalityRequest, delegation: int) -> HttpResponse:
    """Agree to a delegation that another person made."""
    return _confirm(request, get_object_or_404(Delegation, municipality=request.municipality, pk=delegation))


@requires(Verb.RELAXATION_CONFIRM)
@require_POST
def confirm_emergency(request: MunicipalityRequest, right: int) -> HttpResponse:
    """Agree to an entry of the emergency list that another person made."""
    return _confirm(request, get_object_or_404(EmergencyRight, municipality=request.municipality, pk=right))


@requires(Verb.RELAXATION_CONFIRM)
@require_POST
def confirm_reader(request: MunicipalityRequest, reader: int) -> HttpResponse:
    """Agree to a reader of private messages whom another person named."""
    return _confirm(request, get_object_or_404(PrivateReader, municipality=request.municipality, pk=reader))


def _confirm(request: MunicipalityRequest, row: Delegation | EmergencyRight | PrivateReader) -> HttpResponse:
    try:
        waiting.confirm(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("Agreed: it holds from now on."))
    return redirect("deciders", request.municipality.slug)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end_delegation(request: MunicipalityRequest, delegation: int) -> HttpResponse:
    row = get_object_or_404(Delegation, municipality=request.municipality, pk=delegation)
    verbs.end_delegation(row, by=request.user)
    messages.success(request, _("%(person)s no longer stands in.") % {"person": row.delegate})
    return redirect("deciders", request.municipality.slug)


def _publishing_members(request: MunicipalityRequest) -> dict[int, User]:
    """Those who can be put on a list, by id."""
    members = queries.members(request.municipality)
    return {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def allow_emergency(request: MunicipalityRequest) -> HttpResponse:
    people = _publishing_members(request)
    form = EmergencyRightForm(request.POST, people=list(people.values()))
    if form.is_valid():
        person = people[int(form.cleaned_data["user"])]
        row = verbs.allow_emergency(request.municipality, person, by=request.user)
        messages.success(request, _after_listing(row, person))
        return redirect("deciders", request.municipality.slug)
    return _page(request, emergency=form)


def _after_listing(row: EmergencyRight, person: User) -> str:
    if row.waits_until:
        facts = {"person": person, "time": date_time(row.waits_until)}
        return _("%(person)s is on the emergency list from %(time)s on, or once another approver agrees.") % facts
    return _("%(person)s is on the emergency list.") % {"person": person}


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end_emergency(request: MunicipalityRequest, right: int) -> HttpResponse:
    row = get_object_or_404(EmergencyRight, municipality=request.municipality, pk=right)
    verbs.end_emergency(row, by=request.user)
    messages.success(request, _("%(person)s is no longer on the emergency list.") % {"person": row.user})
    return redirect("deciders", request.municipality.slug)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def name_reader(request: MunicipalityRequest) -> HttpResponse:
    people = _publishing_members(request)
    form = PrivateReaderForm(request.POST, people=list(people.values()))
    if form.is_valid():
        person = people[int(form.cleaned_data["user"])]
        row = private_readers.name(request.municipality, person, by=request.user)
        messages.success(request, _after_naming_reader(row, person))
        return redirect("deciders", request.municipality.slug)
    return _page(request, reader=form)


def _after_naming_reader(row: PrivateReader, person: User) -> str:
    if row.waits_until:
        facts = {"person": person, "time": date_time(row.waits_until)}
        return _("%(person)s reads private messages from %(time)s on, or once another approver agrees.") % facts
    return _("%(person)s reads and answers private messages from now on.") % {"person": person}


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end_reader(request: MunicipalityRequest, reader: int) -> HttpResponse:
    row = get_object_or_404(PrivateReader, municipality=request.municipality, pk=reader)
    private_readers.end(row, by=request.user)
    messages.success(request, _("%(person)s no longer reads private messages.") % {"person": row.user})
    return redirect("deciders", request.municipality.slug)
