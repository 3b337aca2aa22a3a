"""Who decides here: the approvers, who stands in for them, and who may publish in an emergency."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from municipalities import queries
from municipalities.access import requires
from municipalities.domain import deciders as verbs
from municipalities.domain.refused import Refused
from municipalities.enums import Role
from municipalities.forms import DelegateForm, EmergencyRightForm
from municipalities.models import Delegation, EmergencyRight
from municipalities.rules import PUBLISHING_ROLES, Verb


@requires(Verb.SETTINGS_VIEW)
@require_GET
def deciders(request: Any) -> HttpResponse:
    return _page(request)


def _page(request: Any, **forms: Any) -> HttpResponse:
    """Six queries. A form that was refused comes back as it was typed."""
    house, may_manage = request.municipality, request.access.may(Verb.MEMBERS_MANAGE)
    members = queries.members(house)
    allowed = list(queries.emergency_rights(house))
    context: dict[str, Any] = {
        "approvers": [row.user for row in members if row.role == Role.APPROVER and row.user.is_active],
        "delegations": list(queries.coming_delegations(house)),
        "today": queries.today(),
        "allowed": allowed,
        "mentors": list(queries.mentors(house)),
        "may_manage": may_manage,
    }
    if may_manage:
        publishing = {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}
        listed = {row.user_id for row in allowed}
        rest = [user for pk, user in publishing.items() if pk not in listed]
        context["delegate_form"] = forms.get("delegate") or _delegate_form(request, context["approvers"], publishing)
        context["emergency_form"] = forms.get("emergency") or (EmergencyRightForm(people=rest) if rest else None)
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "municipalities/deciders.html", context, status=status)


def _delegate_form(request: Any, approvers: list[User], publishing: dict[int, User], *data: Any) -> DelegateForm:
    mine = request.user.pk if request.user in approvers else None
    initial = {"approver": mine, "starts_on": queries.today()}
    return DelegateForm(*data, approvers=approvers, people=list(publishing.values()), initial=initial)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def delegate(request: Any) -> HttpResponse:
    members = queries.members(request.municipality)
    approvers = [row.user for row in members if row.role == Role.APPROVER and row.user.is_active]
    publishing = {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}
    form = _delegate_form(request, approvers, publishing, request.POST)
    if form.is_valid():
        people = {str(pk): user for pk, user in publishing.items()}
        asked = form.cleaned_data
        try:
            verbs.delegate(
                request.municipality, approver=people[asked["approver"]], to=people[asked["to"]],
                starts_on=asked["starts_on"], ends_on=asked["ends_on"], by=request.user,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, _("%(person)s stands in from then on.") % {"person": people[asked["to"]]})
            return redirect("deciders", request.municipality.slug)
    return _page(request, delegate=form)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end_delegation(request: Any, delegation: int) -> HttpResponse:
    row = get_object_or_404(Delegation, municipality=request.municipality, pk=delegation)
    verbs.end_delegation(row, by=request.user)
    messages.success(request, _("%(person)s no longer stands in.") % {"person": row.delegate})
    return redirect("deciders", request.municipality.slug)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def allow_emergency(request: Any) -> HttpResponse:
    members = queries.members(request.municipality)
    people = {row.user.pk: row.user for row in members if row.role in PUBLISHING_ROLES and row.user.is_active}
    form = EmergencyRightForm(request.POST, people=list(people.values()))
    if form.is_valid():
        person = people[int(form.cleaned_data["user"])]
        verbs.allow_emergency(request.municipality, person, by=request.user)
        messages.success(request, _("%(person)s is on the emergency list.") % {"person": person})
        return redirect("deciders", request.municipality.slug)
    return _page(request, emergency=form)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end_emergency(request: Any, right: int) -> HttpResponse:
    row = get_object_or_404(EmergencyRight, municipality=request.municipality, pk=right)
    verbs.end_emergency(row, by=request.user)
    messages.success(request, _("%(person)s is no longer on the emergency list.") % {"person": row.user})
    return redirect("deciders", request.municipality.slug)
