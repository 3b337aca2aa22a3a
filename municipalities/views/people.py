"""Members of a workspace: who they are, inviting, changing a role, ending a membership."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import invitations
from common.dates import date_time
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities import queries
from municipalities.access import requires
from municipalities.domain import members as verbs
from municipalities.domain import waiting
from municipalities.enums import Role
from municipalities.forms import InviteMemberForm, RoleForm
from municipalities.models import Membership
from municipalities.rules import PUBLISHING_ROLES, Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.SETTINGS_VIEW)
@require_GET
def members(request: MunicipalityRequest) -> HttpResponse:
    memberships = queries.members(request.municipality)
    held = {row.role for row in memberships}
    missing = [role for role in (Role.OFFICER, Role.APPROVER) if role not in held]
    context = {
        "members": memberships,
        "may_confirm": request.access.may(Verb.RELAXATION_CONFIRM),
        "mentors": queries.mentors(request.municipality),
        "missing": missing,
        "may_manage": request.access.may(Verb.MEMBERS_MANAGE),
    }
    if context["may_manage"]:
        context["invitations"] = _invited(request)
    return render(request, "municipalities/members.html", context)


def _invited(request: MunicipalityRequest) -> list[tuple[Any, str]]:
    rows = queries.invitations(request.municipality)
    return [(row, ", ".join(_roles(row, request.municipality.slug))) for row in rows]


def _roles(invitation: Any, slug: str) -> list[str]:
    grants = (grant for grant in invitation.grants if grant["kind"] == "membership" and grant["municipality"] == slug)
    return [str(Role(grant["role"]).label) for grant in grants]


@requires(Verb.MEMBERS_MANAGE)
@require_http_methods(["GET", "POST"])
def invite(request: MunicipalityRequest) -> HttpResponse:
    form = InviteMemberForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            verbs.invite(request.municipality, by=request.user, **form.cleaned_data)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("The invitation leaves by e-mail in a moment."))
            return redirect("members", request.municipality.slug)
    return render(request, "municipalities/member_invite.html", {"form": form}, status=422 if form.errors else 200)


def _membership(request: MunicipalityRequest, pk: int) -> Membership:
    rows = Membership.objects.running().filter(municipality=request.municipality).select_related("user")
    return get_object_or_404(rows, pk=pk)


@requires(Verb.MEMBERS_MANAGE)
@require_http_methods(["GET", "POST"])
def role(request: MunicipalityRequest, membership: int) -> HttpResponse:
    row = _membership(request, membership)
    form = RoleForm(request.POST or None, initial={"role": row.role})
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change_role(row, form.cleaned_data["role"], by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _after_change(row))
            return _after(request)
    context = {"form": form, "member": row, "is_last": _is_last(row)}
    return render(request, "municipalities/member.html", context, status=422 if form.errors else 200)


def _after_change(row: Membership) -> str:
    if row.waits_until is None:
        return _("Saved.")
    facts = {"person": row.user, "time": date_time(row.waits_until)}
    return _("%(person)s decides from %(time)s on, or once another approver agrees.") % facts


def _is_last(row: Membership) -> bool:
    """Whether this is the last member with this role; viewers do not count."""
    if row.role not in PUBLISHING_ROLES:
        return False
    others = Membership.objects.running().filter(municipality=row.municipality, role=row.role).exclude(pk=row.pk)
    return not others.exists()


@requires(Verb.RELAXATION_CONFIRM)
@require_POST
def confirm(request: MunicipalityRequest, membership: int) -> HttpResponse:
    """Agree that a new approver decides from now on."""
    row = _membership(request, membership)
    try:
        waiting.confirm(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("%(person)s decides from now on.") % {"person": row.user})
    return redirect("deciders", request.municipality.slug)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def stop(request: MunicipalityRequest, membership: int) -> HttpResponse:
    """A new approver does not become one."""
    row = _membership(request, membership)
    try:
        waiting.stop(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("%(person)s does not become an approver.") % {"person": row.user})
    return redirect("deciders", request.municipality.slug)


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def end(request: MunicipalityRequest, membership: int) -> HttpResponse:
    row = _membership(request, membership)
    verbs.end(row, by=request.user)
    messages.success(request, _("%(person)s is no longer a member in this role.") % {"person": row.user})
    return _after(request)


def _after(request: MunicipalityRequest) -> HttpResponse:
    """A person who ended their own right cannot open this page any more."""
    if queries.access(request.user, request.municipality).may(Verb.SETTINGS_VIEW):
        return redirect("members", request.municipality.slug)
    return redirect("home")


@requires(Verb.MEMBERS_MANAGE)
@require_POST
def revoke(request: MunicipalityRequest, invitation: int) -> HttpResponse:
    row = get_object_or_404(queries.invitations(request.municipality), pk=invitation)
    invitations.revoke(row, by=request.user, municipality_id=request.municipality.pk)
    messages.success(request, _("The invitation no longer holds."))
    return redirect("members", request.municipality.slug)
