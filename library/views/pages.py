"""Render a page of the library together with the reader's rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@dataclass(frozen=True)
class LibraryRights:
    """`edit`: keep the library; `write`: begin posts."""

    edit: bool
    write: bool


def shown(request: MunicipalityRequest, template: str, context: Mapping[str, Any], *, form: Any = None) -> HttpResponse:
    """422 when `form` came back with problems."""
    may = LibraryRights(request.access.may(Verb.LIBRARY_EDIT), request.access.may(Verb.POST_EDIT))
    status = 422 if form is not None and form.errors else 200
    return render(request, template, {**context, "may": may, "form": form}, status=status)
