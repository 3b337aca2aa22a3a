"""Permission marks of views. A middleware checks the mark before the view runs and refuses a view of ours without one,
so a forgotten check closes a page instead of opening it.

Marks of pages for signed-in people are in `accounts.access`, those of workspaces and programmes in
`municipalities.access`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

View = TypeVar("View", bound=Callable)


@dataclass(frozen=True)
class Permission:
    kind: str
    """public, signed_in, administrators, keepers, workspace or programme"""
    verb: str = ""


def mark(permission: Permission) -> Callable[[View], View]:
    def marked(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return marked


def public(view: View) -> View:
    return mark(Permission("public"))(view)
