"""Marks for pages of a workspace and of a programme; `WorkspaceMiddleware` checks them before the view runs.

The type of a view's request may ask for no more than its mark guarantees (`common.web.request`).
"""

from collections.abc import Callable
from typing import Concatenate, TypeVar

from django.http.response import HttpResponseBase

from accounts.access import SignedInView, administrators, signed_in
from common.access import Permission, mark, public
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.web import MunicipalityRequest, ProgrammeRequest

__all__ = ["administrators", "keepers", "programme", "public", "requires", "signed_in"]

MunicipalityView = TypeVar("MunicipalityView", bound=Callable[Concatenate[MunicipalityRequest, ...], HttpResponseBase])
ProgrammeView = TypeVar("ProgrammeView", bound=Callable[Concatenate[ProgrammeRequest, ...], HttpResponseBase])


def requires(verb: Verb) -> Callable[[MunicipalityView], MunicipalityView]:
    """A workspace page under `/m/<municipality>/`: 404 to strangers, 403 to members who may not `verb`."""
    return mark(Permission("workspace", verb))


def programme(verb: ProgrammeVerb) -> Callable[[ProgrammeView], ProgrammeView]:
    """A page across municipalities, for the staff of a programme (404 to everybody else)."""
    return mark(Permission("programme", verb))


def keepers(view: SignedInView) -> SignedInView:
    """A page on which programme staff or administrators keep the facts of all municipalities (404 to others)."""
    return mark(Permission("keepers"))(view)
