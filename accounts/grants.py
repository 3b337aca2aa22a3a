"""What an invitation gives. The app that owns a kind of right registers here how it is described and given, so that
this floor need not know municipalities and programmes.

A grant is plain data in the invitation's row: `{"kind": "membership", "municipality": "cuprija", "role": "officer"}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict


class Grant(TypedDict, total=False):
    kind: str
    municipality: str
    programme: int
    role: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True)
class Kind:
    apply: Callable[[Any, Grant, Any], None]
    """(user, grant, the one who invited): gives the right; giving it twice changes nothing."""
    describe: Callable[[Grant], str]
    """A phrase in the language of the moment: "Communications officer in Ćuprija"."""


KINDS: dict[str, Kind] = {}


def register(kind: str, *, apply: Callable[[Any, Grant, Any], None], describe: Callable[[Grant], str]) -> None:
    KINDS[kind] = Kind(apply, describe)


def apply_all(grants: list[Grant], user: Any, by: Any) -> None:
    """Give `user` every right. Raises `KeyError` for a kind that no installed app knows."""
    for grant in grants:
        KINDS[grant["kind"]].apply(user, grant, by)


def describe(grants: list[Grant]) -> list[str]:
    return [KINDS[grant["kind"]].describe(grant) for grant in grants]
