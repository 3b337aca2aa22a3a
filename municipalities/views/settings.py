"""Settings of a workspace: profile, house rules. Who may not change them reads them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from municipalities import queries
from municipalities.access import requires
from municipalities.domain import workspace
from municipalities.forms import ProfileForm, RulesForm
from municipalities.models import Municipality
from municipalities.rules import Verb


@requires(Verb.SETTINGS_VIEW)
@require_GET
def profile(request: Any) -> HttpResponse:
    form = _profile_form(request) if request.access.may(Verb.SETTINGS_EDIT) else None
    return _profile_page(request, form)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def profile_save(request: Any) -> HttpResponse:
    form = _profile_form(request, request.POST, request.FILES)
    if not form.is_valid():
        return _profile_page(request, form)
    workspace.edit_profile(request.municipality, form.values(), by=request.user)
    messages.success(request, _("Saved."))
    return redirect("settings", request.municipality.slug)


def _profile_form(request: Any, *submitted: Any) -> ProfileForm:
    municipality = request.municipality
    initial = {name: getattr(municipality, name) for name in ("colour", "website", "office_hours")}
    return ProfileForm(*submitted, initial=initial, has_arms=bool(municipality.arms))


def _profile_page(request: Any, form: ProfileForm | None) -> HttpResponse:
    context = {"form": form, "may_pause": request.access.may(Verb.PAUSE), "pause": queries.running_pause()}
    status = 422 if form is not None and form.errors else 200
    return render(request, "municipalities/settings.html", context, status=status)


@requires(Verb.SETTINGS_VIEW)
@require_GET
def rules(request: Any) -> HttpResponse:
    return _rules_page(request, RulesForm(instance=request.municipality))


@requires(Verb.SETTINGS_EDIT)
@require_POST
def rules_save(request: Any) -> HttpResponse:
    # A row of its own: the form writes into it, and the page must keep showing what holds.
    form = RulesForm(request.POST, instance=Municipality.objects.get(pk=request.municipality.pk))
    if not form.is_valid():
        return _rules_page(request, form)
    workspace.edit_rules(request.municipality, form.cleaned_data, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("settings_rules", request.municipality.slug)


def _rules_page(request: Any, form: RulesForm) -> HttpResponse:
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "may_edit": may_edit}
    return render(request, "municipalities/rules.html", context, status=422 if form.errors else 200)
