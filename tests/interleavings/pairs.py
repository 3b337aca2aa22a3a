"""The pairs of acts that are explored, by subject; `@pair("what holds in any order")` adds one.

A pair is prepared once. Its acts and its check run in the scope of Ćuprija and read everything anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from tests.interleaving import Pair, Run
from tests.people import Cast
from tests.platforms.fakes import FakeServer

A, B = 0, 1


@dataclass(frozen=True)
class Case:
    """`holds` says what its check asserts after every order."""

    name: str
    holds: str
    prepare: Callable[[Cast, FakeServer], Pair]

    def __str__(self) -> str:
        return self.name


CASES: list[Case] = []


def pair(holds: str) -> Callable[[Callable[[Cast, FakeServer], Pair]], Callable[[Cast, FakeServer], Pair]]:
    def add(prepare: Callable[[Cast, FakeServer], Pair]) -> Callable[[Cast, FakeServer], Pair]:
        CASES.append(Case(prepare.__name__, holds, prepare))
        return prepare

    return add


def in_cuprija(
    cast: Cast, first: Callable[[], Any], second: Callable[[], Any], check: Callable[[Run], None], **fields: Any
) -> Pair:
    return Pair(first, second, check, within=lambda: scope(cast.cuprija), **{"refusals": (ActionNotAllowed,), **fields})
