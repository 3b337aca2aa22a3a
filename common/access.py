"""Every view says who may open it. A middleware asks before the view runs and refuses a view of ours without a mark,
so that a forgotten check closes a page instead of opening it.

Marks of pages for who is signed in are in `accounts.access`, those of workspaces and programmes in
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
