"""What the pages of consultations share: loading one, rights, and responding 422 with the submitted form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.queries import consultations as queries


@dataclass(frozen=True)
class ConsultationPermissions:
    """`edit`: prepare consultations; `publish`: make them public and end them; `post`: begin posts."""

    edit: bool
    publish: bool
    post: bool

    @classmethod
    def of(cls, request: MunicipalityRequest) -> "ConsultationPermissions":
        may = request.access.may
        return cls(may(Verb.PARTICIPATION_EDIT), may(Verb.PARTICIPATION_PUBLISH), may(Verb.POST_EDIT))


def get_consultation(request: MunicipalityRequest, pk: int) -> Any:
    """With `undecided` and `has_report`. One query; 404 for one of another municipality."""
    return get_object_or_404(queries.of_municipality(request.municipality), pk=pk)


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
    full_context = {**context, "may": ConsultationPermissions.of(request), "form": form, "problem": problem}
    return render(request, template, full_context, status=status)
