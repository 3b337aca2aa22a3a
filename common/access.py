"""Permission decorators of views. They mark a view with its permission, which a middleware checks before the view runs.
A view of ours without a mark is refused, so a forgotten decorator closes a page instead of opening it.

Decorators for signed-in people are in `accounts.access`, those for workspaces and programmes in
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
