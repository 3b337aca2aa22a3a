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
    describe: Callable[[list[Grant]], list[str]]
    """A phrase for each, in the language of the moment: "Communications officer, Ćuprija". Many at once, so that a list
    of invitations asks the database once."""


KINDS: dict[str, Kind] = {}


def register(
    kind: str, *, apply: Callable[[Any, Grant, Any], None], describe: Callable[[list[Grant]], list[str]]
) -> None:
    KINDS[kind] = Kind(apply, describe)


def apply_all(grants: list[Grant], user: Any, by: Any) -> None:
    """Give `user` every right. Raises `KeyError` for a kind that no installed app knows."""
    for grant in grants:
        KINDS[grant["kind"]].apply(user, grant, by)


def describe(grants: list[Grant]) -> list[str]:
    """A phrase for each right of one invitation."""
    return describe_all([grants])[0]


def describe_all(invited: list[list[Grant]]) -> list[list[str]]:
    """A phrase for each right of each invitation."""
    by_kind: dict[str, list[Grant]] = {}
    for grant in (grant for grants in invited for grant in grants):
        by_kind.setdefault(grant["kind"], []).append(grant)
    phrases = {kind: iter(KINDS[kind].describe(grants)) for kind, grants in by_kind.items()}
    return [[next(phrases[grant["kind"]]) for grant in grants] for grants in invited]
