"""Making a consultation public, giving it more time, and ending it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation import grounds
from participation.addresses import public_address
from participation.domain import ask, write
from participation.domain import publish as publishing
from participation.enums import WayIn
from participation.forms import CallOffForm, ExtendForm
from participation.models import Consultation
from participation.queries import consultations as queries
from participation.queries import translations
from participation.views.consultation_pages import get_consultation, render_page
from participation.views.consultations import page


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def ready(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """Ask the approver to publish it."""
    row = get_consultation(request, consultation)
    try:
        people = ask.ask_to_publish(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    names = ", ".join(str(person) for person in people)
    flash.success(request, _("Asked to publish it: %(people)s.") % {"people": names})
    return redirect("consultation", request.municipality.slug, row.pk)


@requires(Verb.PARTICIPATION_PUBLISH)
@require_http_methods(["GET", "POST"])
def publish(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """What citizens will see, what is missing, and the button that makes it public."""
    row, problem = get_consultation(request, consultation), ""
    if request.method == "POST":
        try:
            publishing.publish(row, by=request.user)
        except ActionNotAllowed as refused:
            problem = refused.message
        else:
            flash.success(request, _("It is public. Now plan its posts, so that citizens hear of it."))
            return redirect("consultation", request.municipality.slug, row.pk)
    elif row.is_published:
        return redirect("consultation", request.municipality.slug, row.pk)
    problems = publishing.problems(row) if row.is_draft else []
    slots = translations.slots(row)
    return render_page(request, "participation/publish.html", {
        "consultation": row, "problems": problems, "warnings": publishing.warnings(row),
        "ways": [WayIn(way).label for way in row.ways_in], "documents": queries.documents(row),
        "translations": [slot for slot in slots if slot.row],
        "unwritten": [slot.name for slot in slots if slot.row is None],
        "ground": grounds.ground_of(row.ground), "address": public_address(row),
    }, problem="" if problem in {sentence for sentence, _name in problems} else problem)  # fmt: skip


@requires(Verb.PARTICIPATION_PUBLISH)
@require_http_methods(["GET", "POST"])
def extend(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    def act(row: Consultation, form: forms.Form) -> str:
        write.extend(row, form.cleaned_data["ends_on"], by=request.user)
        return _("The term is longer now, and the public page says so. Check its posts that have not gone out.")

    return _handle(request, consultation, ExtendForm, "participation/extend.html", act)


@requires(Verb.PARTICIPATION_PUBLISH)
@require_http_methods(["GET", "POST"])
def call_off(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    def act(row: Consultation, form: forms.Form) -> str:
        write.call_off(row, form.cleaned_data["because"], by=request.user)
        return _("It is called off, and the public page says why.")

    return _handle(request, consultation, CallOffForm, "participation/call_off.html", act)


@requires(Verb.PARTICIPATION_PUBLISH)
@require_POST
def close(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row = get_consultation(request, consultation)
    try:
        publishing.close(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, _("It is closed: every contribution has a decision. Now make the report."))
    return redirect("consultation", request.municipality.slug, row.pk)


def _handle(
    request: MunicipalityRequest, pk: int, kind: type[forms.Form], template: str, act: Callable[[Any, Any], str]
) -> HttpResponse:
    """A form about one consultation. `act` performs it and returns what to say; a refusal is shown in the form."""
    row = get_consultation(request, pk)
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            text = act(row, form)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, text)
            return redirect("consultation", request.municipality.slug, row.pk)
    return render_page(request, template, {"consultation": row}, form=form)
