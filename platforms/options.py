"""Values that vendors change: API versions, quotas, prices, and undocumented limits.

A connector lists them as `options` with a date and a source. An installation overrides them in `NETWORK_OPTIONS`; the
value arrives inside `facts` under "options" and needs no new release.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """`as_of`: the day (ISO) of the statement in `source`, which is a link, or "believed" without a document."""

    value: Any
    as_of: str
    source: str


def values(options: Mapping[str, Option], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Name → value that holds here."""
    here = facts.get("options") or {}
    return {name: here.get(name, option.value) for name, option in options.items()}
