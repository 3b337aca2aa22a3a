"""Marks for pages of a workspace and of a programme; `WorkspaceMiddleware` asks before the view runs."""

from collections.abc import Callable

from common.access import Permission, View, administrators, mark, public, signed_in
from municipalities.rules import ProgrammeVerb, Verb

__all__ = ["administrators", "keepers", "programme", "public", "requires", "signed_in"]


def requires(verb: Verb) -> Callable[[View], View]:
    """A workspace page under `/m/<municipality>/`: 404 to strangers, 403 to members who may not `verb`."""
    return mark(Permission("workspace", verb))


def programme(verb: ProgrammeVerb) -> Callable[[View], View]:
    """A page across municipalities, for the staff of a programme (404 to everybody else)."""
    return mark(Permission("programme", verb))


def keepers(view: View) -> View:
    """A page on which programme staff or administrators keep the facts of all municipalities (404 to others)."""
    return mark(Permission("keepers"))(view)
