"""Requests of pages inside one municipality and across the municipalities of a programme (`common.web.request`)."""

from contextlib import AbstractContextManager
from typing import TypeGuard

from accounts.web import SignedInRequest
from common.web.request import PortalRequest
from municipalities.models import Municipality, Programme
from municipalities.queries import Access
from municipalities.tenancy import Scope


class PageRequest(PortalRequest):
    """Any page as middleware and context processors see it: with or without a person, inside a municipality or not."""

    municipality: Municipality | None
    access: Access | None
    tenancy: AbstractContextManager[Scope] | None
    programmes: list[Programme]
    """Missing outside the pages of a programme."""


class MunicipalityRequest(PageRequest, SignedInRequest):
    """What a view marked `requires(verb)` takes."""

    municipality: Municipality
    access: Access


class ProgrammeRequest(PageRequest, SignedInRequest):
    """What a view marked `programme(verb)` takes. `programmes` has at least one."""


def is_inside(request: PageRequest) -> TypeGuard[MunicipalityRequest]:
    """Whether this is a page of a municipality that the person may open: its scope is open."""
    return getattr(request, "tenancy", None) is not None
