"""Settings page that switches the public page on and off."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from reports.domain import public_page as verbs
from reports.forms import PublicPageForm
from reports.queries import reports as queries


@requires(Verb.SETTINGS_VIEW)
@require_GET
def settings_public(request: MunicipalityRequest) -> HttpResponse:
    existing = queries.public_page()
    initial = {"is_on": existing.is_on, "contact": existing.contact} if existing else {}
    return _page(request, PublicPageForm(initial=initial))


@requires(Verb.SETTINGS_EDIT)
@require_POST
def save(request: MunicipalityRequest) -> HttpResponse:
    form = PublicPageForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    is_on = form.cleaned_data["is_on"]
    verbs.choose(request.municipality, is_on=is_on, contact=form.cleaned_data["contact"], by=request.user)
    messages.success(
        request, _("Saved. The page is now visible to everyone.") if is_on else _("Saved. The page is hidden.")
    )
    return redirect("settings_public", request.municipality.slug)


def _page(request: MunicipalityRequest, form: PublicPageForm) -> HttpResponse:
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    context = {
        "form": form,
        "may_edit": may_edit,
        "page": queries.public_page(),
        "address": base + reverse("public_numbers", args=[request.municipality.slug]),
        "open_data": base + reverse("open_data"),
    }
    return render(request, "reports/settings_public.html", context, status=422 if form.errors else 200)
