"""Who may read a message, and who may read our answer to it. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Visibility(StrEnum):
    """From the widest to the narrowest; the order is meant."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    """Everybody may read it, but no public list shows it."""
    FOLLOWERS = "followers"
    """The author's followers, and the mentioned accounts."""
    DIRECT = "direct"
    """The mentioned accounts."""


NARROWEST = Visibility.DIRECT
FOR_EVERYBODY = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
_RANK = {visibility: place for place, visibility in enumerate(Visibility)}


def of(name: object, names: Mapping[str, Visibility]) -> Visibility:
    """A network's own name; one that we do not know, or none, counts as the narrowest."""
    return names.get(name, NARROWEST) if isinstance(name, str) else NARROWEST


def is_private(visibility: str) -> bool:
    """Whether some people may not read it. An unknown visibility (empty) is private."""
    return visibility not in FOR_EVERYBODY


def of_answer(answered: str) -> Visibility:
    """Who may read an answer to what has this visibility, or an unknown one (empty).

    What was written for the author's followers is answered to its author alone: our followers are other people.
    """
    return NARROWEST if is_private(answered) else Visibility(answered)


def is_wider(one: str, other: str) -> bool:
    """Whether more people may read `one`. What is not known counts as the narrowest."""
    return _rank(one) < _rank(other)


def _rank(name: str) -> int:
    return _RANK[Visibility(name) if name in _RANK else NARROWEST]
