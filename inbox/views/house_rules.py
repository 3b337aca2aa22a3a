"""The house rules of a municipality: the form, previews of the page, and the text to copy."""

from typing import Any

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common import languages
from inbox import house_rules_text
from inbox.domain import house_rules as verbs
from inbox.domain.house_rules import HouseRulesInput
from inbox.forms import HouseRulesForm
from inbox.queries import moderation
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

FIELDS = ("is_on", "contact", "formal", "privacy", "own_text")


@requires(Verb.INBOX_VIEW)
@require_GET
def house_rules(request: MunicipalityRequest) -> HttpResponse:
    rules = moderation.house_rules()
    values = HouseRulesInput(**{name: getattr(rules, name) for name in FIELDS}) if rules else HouseRulesInput()
    return _page(request, HouseRulesForm(initial=vars(values)), values)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def save(request: MunicipalityRequest) -> HttpResponse:
    form = HouseRulesForm(request.POST)
    if not form.is_valid():
        typed = {name: request.POST.get(name, "")[:1000] for name in FIELDS[1:]}
        return _page(request, form, HouseRulesInput(is_on=False, **typed))
    values = HouseRulesInput(**form.cleaned_data)
    verbs.save(request.municipality, values, by=request.user)
    flash.success(request, _("Saved. The page is now public.") if values.is_on else _("Saved. The page is hidden."))
    return redirect("house_rules", request.municipality.slug)


def _page(request: MunicipalityRequest, form: HouseRulesForm, values: HouseRulesInput) -> HttpResponse:
    may_edit = request.access.may(Verb.SETTINGS_EDIT)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "may_edit": may_edit,
        "rules": moderation.house_rules(),
        "previews": [_preview(language, request.municipality, values) for language in languages.interface_languages()],
        "address": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public_rules", args=[request.municipality.slug]),
    }
    return render(request, "inbox/house_rules.html", context, status=422 if form.errors else 200)


def _preview(language: languages.InterfaceLanguage, municipality: Any, values: HouseRulesInput) -> dict[str, Any]:
    with translation.override(language.code):
        return {
            "tag": language.tag,
            "name": language.short_name,
            "sections": house_rules_text.sections(municipality, values),
            "text": house_rules_text.plain(municipality, values),
        }
