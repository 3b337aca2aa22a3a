"""Rights that an invitation grants. The app that owns a kind of right registers here how it is described and granted,
and who may grant it, so that this package need not know municipalities and programmes.

A grant is plain data in the invitation's row: `{"kind": "membership", "municipality": "cuprija", "role": "officer"}`.
Whether the inviter may grant it is checked when it takes effect, not only when the invitation is written: days lie
between the two, and inviters lose rights (ADR 20).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from accounts.models import User

ADMINISTRATOR = "administrator"


class Grant(TypedDict, total=False):
    kind: str
    municipality: str
    programme: int
    role: str
    starts_on: str
    ends_on: str


class NotGranted(Exception):
    """The inviter may not grant this right at this moment."""


@dataclass(frozen=True)
class GrantKind:
    apply: Callable[[Any, Grant, Any], None]
    """(user, grant, the one who invited): gives the right; giving it twice changes nothing."""
    describe: Callable[[list[Grant]], list[str]]
    """A phrase for each, in the language of the moment: "Communications officer, Ćuprija". Many at once, so that a list
    of invitations asks the database once."""
    may_give: Callable[[Any, Grant], bool]
    """(person, grant): whether this person may give it at this moment. The person is a fresh row of an active account;
    everything else is read anew as well. A grant of something that does not exist: False."""
    municipality_id: Callable[[Grant], int | None] = lambda grant: None
    """In whose activity the grant appears; None for one that belongs to no municipality."""


KINDS: dict[str, GrantKind] = {}


def register(
    kind: str,
    *,
    apply: Callable[[Any, Grant, Any], None],
    describe: Callable[[list[Grant]], list[str]],
    may_give: Callable[[Any, Grant], bool],
    municipality_id: Callable[[Grant], int | None] = lambda grant: None,
) -> None:
    KINDS[kind] = GrantKind(apply, describe, may_give, municipality_id)


def may_give_all(grants: list[Grant], by: Any) -> bool:
    """Whether `by` may give every one of these rights at this moment.

    `by` None is the command line of the server, by which the first administrator comes: that right and no other.
    """
    if by is None:
        return all(grant["kind"] == ADMINISTRATOR for grant in grants)
    giver = User.objects.filter(pk=by.pk, is_active=True).first()
    if giver is None:
        return False
    return all(grant["kind"] in KINDS and KINDS[grant["kind"]].may_give(giver, grant) for grant in grants)


def apply_all(grants: list[Grant], user: Any, by: Any) -> None:
    """Give `user` every right. Raises `NotGranted`, with nothing given, when `by` may not give one of them."""
    if not may_give_all(grants, by):
        raise NotGranted
    for grant in grants:
        KINDS[grant["kind"]].apply(user, grant, by or user)


def municipality_of(grants: list[Grant]) -> int | None:
    """The municipality in whose activity an invitation appears: that of its first grant which has one."""
    ids = (KINDS[grant["kind"]].municipality_id(grant) for grant in grants if grant["kind"] in KINDS)
    return next((pk for pk in ids if pk is not None), None)


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
