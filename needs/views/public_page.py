"""The switch of the page "You asked, we did", in the settings of a municipality."""

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
from needs import public_text
from needs.domain import page as verbs
from needs.forms import PageForm
from needs.queries import public as queries


@requires(Verb.SETTINGS_VIEW)
@require_GET
def settings_page(request: MunicipalityRequest) -> HttpResponse:
    page = queries.page()
    return _page(request, PageForm(initial={"is_on": page.is_on, "contact": page.contact} if page else {}))


@requires(Verb.SETTINGS_EDIT)
@require_POST
def save(request: MunicipalityRequest) -> HttpResponse:
    form = PageForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    is_on = form.cleaned_data["is_on"]
    verbs.save(request.municipality, is_on=is_on, contact=form.cleaned_data["contact"], by=request.user)
    messages.success(
        request, _("Saved. The page is now visible to everyone.") if is_on else _("Saved. The page is hidden.")
    )
    return redirect("settings_needs_page", request.municipality.slug)


def _page(request: MunicipalityRequest, form: PageForm) -> HttpResponse:
    municipality = request.municipality
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "may_edit": may_edit,
        "page": queries.page(),
        "counts": queries.how_many(),
        "is_practice": municipality.is_practice and not settings.DEMO,
        "address": public_text.public_url(reverse("needs_public", args=[municipality.slug])),
    }
    return render(request, "needs/public_settings.html", context, status=422 if form.errors else 200)
