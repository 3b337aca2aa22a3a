"""Reading several objects at once. https://developers.facebook.com/docs/graph-api/overview#multiple"""

from collections.abc import Sequence
from typing import Any

from platforms.errors import Rejected
from platforms.meta import codes
from platforms.meta.calls import Calls


def several(calls: Calls, ids: Sequence[str], fields: str) -> dict[str, dict[str, Any] | None]:
    """By id, None for one that is gone. One id that is not there fails the call for all: then one by one."""
    try:
        found = calls.get("/", ids=",".join(ids), fields=fields)
        return {one: found[one] for one in ids if isinstance(found.get(one), dict)}
    except Rejected:
        return {one: single(calls, one, fields) for one in ids}


def single(calls: Calls, remote_id: str, fields: str) -> dict[str, Any] | None:
    try:
        return calls.get(f"/{remote_id}", fields=fields)
    except Rejected as refused:
        if codes.is_missing(refused):
            return None
        raise


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
