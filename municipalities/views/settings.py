"""Settings of a workspace: profile, house rules. Read-only for people who may not change them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities import queries, wording
from municipalities.access import requires
from municipalities.domain import house_rules, workspace
from municipalities.forms import ProfileForm, RulesForm
from municipalities.models import Municipality, RuleChange
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.SETTINGS_VIEW)
@require_GET
def profile(request: MunicipalityRequest) -> HttpResponse:
    form = _profile_form(request) if request.access.may(Verb.SETTINGS_EDIT) else None
    return _profile_page(request, form)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def profile_save(request: MunicipalityRequest) -> HttpResponse:
    form = _profile_form(request, request.POST, request.FILES)
    if not form.is_valid():
        return _profile_page(request, form)
    workspace.edit_profile(request.municipality, form.values(), by=request.user)
    messages.success(request, _("Saved."))
    return redirect("settings", request.municipality.slug)


def _profile_form(request: MunicipalityRequest, *submitted: Any) -> ProfileForm:
    municipality = request.municipality
    initial = {name: getattr(municipality, name) for name in ("colour", "website", "office_hours")}
    return ProfileForm(*submitted, initial=initial, has_arms=bool(municipality.arms))


def _profile_page(request: MunicipalityRequest, form: ProfileForm | None) -> HttpResponse:
    status = 422 if form is not None and form.errors else 200
    return render(request, "municipalities/settings.html", {"form": form}, status=status)


@requires(Verb.DECISIONS_VIEW)
@require_GET
def rules(request: MunicipalityRequest) -> HttpResponse:
    return _rules_page(request, RulesForm(instance=request.municipality))


@requires(Verb.SETTINGS_EDIT)
@require_POST
def rules_save(request: MunicipalityRequest) -> HttpResponse:
    # A row of its own: the form writes into it, and the page must keep showing what holds.
    form = RulesForm(request.POST, instance=Municipality.objects.get(pk=request.municipality.pk))
    if not form.is_valid():
        return _rules_page(request, form)
    try:
        edited = house_rules.edit(
            request.municipality, form.rules(), by=request.user, reason=form.cleaned_data["reason"]
        )
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return _rules_page(request, form)
    if edited.waiting:
        messages.info(request, _pending(request))
    if edited.changed or not edited.waiting:
        messages.success(request, _("Saved."))
    if edited.blocked:
        messages.warning(request, _blocked_message(edited.blocked))
    return redirect("settings_rules", request.municipality.slug)


def _blocked_message(count: int) -> str:
    return ngettext(
        "One scheduled delivery of a post now waits for another approval; Home shows it to the approvers.",
        "%(count)s scheduled deliveries of posts now wait for another approval; Home shows them to the approvers.",
        count,
    ) % {"count": count}


def _pending(request: MunicipalityRequest) -> str:
    others = ", ".join(str(person) for person in _other_approvers(request))
    if not others:
        return _("The relaxed rules are pending. Nobody else approves here, so nobody can agree to them earlier.")
    return _("The relaxed rules are pending. These people can agree to them or stop them: %(names)s.") % {
        "names": others
    }


def _other_approvers(request: MunicipalityRequest) -> list[User]:
    return [person for person in queries.approvers(request.municipality) if person != request.user]


def _rules_page(request: MunicipalityRequest, form: RulesForm) -> HttpResponse:
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        del form.fields["reason"]
        for field in form.fields.values():
            field.disabled = True
    change = queries.waiting_change()
    context: dict[str, Any] = {"form": form, "may_edit": may_edit, "change": change}
    if change:
        is_own = change.by == request.user
        context["lines"] = wording.lines(change.values)
        context["has_others"] = bool(_other_approvers(request))
        context["may_confirm"] = request.access.may(Verb.RELAXATION_CONFIRM) and not is_own
        context["may_stop"] = may_edit and not is_own
        context["may_withdraw"] = may_edit and is_own
    return render(request, "municipalities/rules.html", context, status=422 if form.errors else 200)


@requires(Verb.RELAXATION_CONFIRM)
@require_POST
def change_confirm(request: MunicipalityRequest, change: int) -> HttpResponse:
    try:
        is_in_force = house_rules.confirm(get_object_or_404(RuleChange, pk=change), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        if is_in_force:
            messages.success(request, _("Agreed: the relaxed rules are in force."))
        else:
            messages.warning(
                request, _("The person who requested it may no longer change the house rules: they stay as they are.")
            )
    return redirect("settings_rules", request.municipality.slug)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def change_stop(request: MunicipalityRequest, change: int) -> HttpResponse:
    """Another person stops it; who asked withdraws."""
    row = get_object_or_404(RuleChange, pk=change)
    try:
        house_rules.stop(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("The house rules stay as they are."))
    return redirect("settings_rules", request.municipality.slug)
