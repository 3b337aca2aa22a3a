"""What all pages of a need share: loading it, and responding 422 with the submitted form after a refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.forms import DecideForm, DoneForm, NeedForm
from needs.models import Need


@dataclass(frozen=True)
class NeedPermissions:
    """`edit`: work on needs; `read`: citizens' messages, `read_private`: also private ones; `write`: begin posts."""

    edit: bool
    read: bool
    read_private: bool
    write: bool

    @classmethod
    def of(cls, request: MunicipalityRequest) -> "NeedPermissions":
        may = request.access.may
        return cls(may(Verb.NEEDS_EDIT), may(Verb.INBOX_VIEW), may(Verb.INBOX_PRIVATE), may(Verb.POST_EDIT))


def get_need(pk: int) -> Need:
    rows = Need.objects.select_related("settlement", "department", "by", "follow_up", "municipality")
    need: Need = get_object_or_404(rows, pk=pk)
    return need


def render_page(
    request: MunicipalityRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    form: forms.Form | None = None,
    problem: str = "",
) -> HttpResponse:
    """422 when `form` came back with problems, or when something else could not be done."""
    status = 422 if problem or (form is not None and form.errors) else 200
    full_context = {**context, "may": NeedPermissions.of(request), "form": form, "problem": problem}
    return render(request, template, full_context, status=status)


def handle_form(
    request: MunicipalityRequest,
    pk: int,
    kind: type[NeedForm | DecideForm | DoneForm],
    template: str,
    act: Callable[[Need, Any], str],
) -> HttpResponse:
    """A form about one need. `act` performs it and returns a success message; a refusal is shown in the form."""
    row = get_need(pk)
    form = kind(request.POST if request.method == "POST" else None, initial=kind.of(row))
    if request.method == "POST" and form.is_valid():
        try:
            text = act(row, form)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, text)
            return redirect("need", request.municipality.slug, row.pk)
    return render_page(request, template, {"need": row}, form=form)
