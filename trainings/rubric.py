"""The rubric for the debrief of an exercise. `mentoring`, a layer above, provides it at start-up.

A copy of its texts is stored with each exercise, so that a debrief keeps the texts by which it was given.
"""

from collections.abc import Callable
from typing import Any

from municipalities.models import Programme

Criteria = list[dict[str, Any]]
_provided: list[Callable[[Programme], Criteria]] = []


def provide(criteria: Callable[[Programme], Criteria]) -> None:
    """`criteria` gives the criteria that a programme uses, in their order, as `Exercise.criteria` keeps them."""
    _provided[:] = [criteria]


def criteria(programme: Programme) -> Criteria:
    """Empty if no package provides a rubric."""
    return _provided[0](programme) if _provided else []
