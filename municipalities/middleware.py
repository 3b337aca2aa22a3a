"""Opens the scope of the municipality in the URL and refuses people without access.

Strangers get 404 (a municipality's pages do not betray that they exist), people with too little right get 403, and a
view of ours that does not say who may open it is an error.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from common.access import Permission
from municipalities import queries
from municipalities.rules import ProgrammeVerb
from municipalities.tenancy import scope
from municipalities.web import PageRequest

# Packages whose views carry their own checks.
FOREIGN = ("allauth.", "django.")


class WorkspaceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        request.municipality = request.access = request.tenancy = None
        try:
            return self.get_response(request)
        finally:
            leave(request)

    def process_view(
        self, request: PageRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        permission: Permission | None = getattr(view, "permission", None)
        if permission is None:
            if view.__module__.startswith(FOREIGN):
                return None
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} does not say who may open it")
        if permission.kind == "public":
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if permission.kind == "workspace":
            enter(request, kwargs.pop("municipality"), permission.verb)
        elif permission.kind == "programme":
            _require_staff(request, trainers=permission.verb == ProgrammeVerb.TRAIN)
        elif permission.kind == "administrators" and not request.user.is_administrator:
            raise Http404
        elif permission.kind == "keepers" and not request.user.is_administrator:
            _require_staff(request)
        return None


def enter(request: PageRequest, slug: str, verb: str) -> None:
    """Resolve the municipality, decide, open its scope; one query. Sets `request.municipality` and `request.access`."""
    municipality = queries.workspace_with_roles(request.user, slug)
    if municipality is None:
        raise Http404
    access = queries.access_in(request.user, municipality)
    if not access.roles:
        raise Http404
    request.municipality, request.access = municipality, access
    if not access.may(verb):
        raise PermissionDenied
    request.tenancy = scope(municipality)
    request.tenancy.__enter__()


def leave(request: PageRequest) -> None:
    """Close the scope, if `enter` opened one."""
    if request.tenancy is not None:
        request.tenancy.__exit__(None, None, None)


def _require_staff(request: PageRequest, *, trainers: bool = False) -> None:
    request.programmes = list(queries.trained_by(request.user)) if trainers else queries.programmes_run_by(request.user)
    if not request.programmes:
        raise Http404
