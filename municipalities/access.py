"""Every view says who may open it; `WorkspaceMiddleware` asks before the view runs.

A view of ours without one of these marks is refused as a programming error, so that a forgotten check closes a page
instead of opening it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from municipalities.rules import ProgrammeVerb, Verb

View = TypeVar("View", bound=Callable)


@dataclass(frozen=True)
class Permission:
    kind: str  # public | signed_in | workspace | programme | administrators
    verb: str = ""


def _mark(permission: Permission) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def requires(verb: Verb) -> Callable[[View], View]:
    """A workspace page under `/m/<municipality>/`: 404 to strangers, 403 to members who may not `verb`."""
    return _mark(Permission("workspace", verb))


def programme(verb: ProgrammeVerb) -> Callable[[View], View]:
    """A page across municipalities, for the staff of a programme (404 to everybody else)."""
    return _mark(Permission("programme", verb))


def administrators(view: View) -> View:
    """A page of the installation, for administrators (404 to everybody else)."""
    return _mark(Permission("administrators"))(view)


def signed_in(view: View) -> View:
    return _mark(Permission("signed_in"))(view)


def public(view: View) -> View:
    return _mark(Permission("public"))(view)
