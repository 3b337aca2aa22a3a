"""Helpers that read Graph API objects. https://developers.facebook.com/docs/graph-api/overview"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from platforms.errors import NeedsConsent, Rejected
from platforms.meta import codes
from platforms.meta.calls import Calls
from platforms.times import moment


def several(calls: Calls, ids: Sequence[str], fields: str) -> dict[str, dict[str, Any] | None]:
    """Objects by id, None for one that is gone. One by one where one id that is not there fails the call for all, and
    for applications that may not read several at once: new ones since 4 November 2026.
    https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/"""
    try:
        objects = calls.get("/", ids=",".join(ids), fields=fields)
        return {one: objects[one] for one in ids if isinstance(objects.get(one), dict)}
    except (NeedsConsent, Rejected) as refused:
        if isinstance(refused, NeedsConsent) and not refused.is_permission:
            raise
    return {one: single(calls, one, fields) for one in ids}


def single(calls: Calls, remote_id: str, fields: str) -> dict[str, Any] | None:
    """None where the network says that it does not exist."""
    try:
        return calls.get(f"/{remote_id}", fields=fields)
    except Rejected as refused:
        if codes.is_missing(refused):
            return None
        raise


def data(edge: Any) -> list[dict[str, Any]]:
    """The objects of an edge, as it stands inside another object or alone."""
    listed = edge.get("data") if isinstance(edge, Mapping) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def after(listed: Mapping[str, Any]) -> str | None:
    """The cursor of the next page, None after the last one. `next` holds the token in its address."""
    paging = listed.get("paging")
    page: Mapping[str, Any] = paging if isinstance(paging, dict) else {}
    cursors = page.get("cursors")
    cursor = cursors.get("after") if page.get("next") and isinstance(cursors, dict) else None
    return str(cursor) if cursor else None


def when(entity: Mapping[str, Any]) -> datetime:
    """Its "timestamp"; now, where the network returned no time."""
    try:
        return moment(str(entity["timestamp"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def unix_time(seconds: Any) -> datetime | None:
    """A time in seconds. Some entries count thousandths of them."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 10**14:
        return None
    return datetime.fromtimestamp(seconds / 1000 if seconds > 10**11 else seconds, UTC)


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def counted(entity: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """Metric → number, of plain fields. A metric that the network did not return is left out."""
    values = {metric: number(entity.get(field)) for metric, field in names.items()}
    return {name: value for name, value in values.items() if value is not None}


def measured(insights: Any) -> dict[str, int]:
    """The network's name → number, of an answer with insights."""
    values = {str(one.get("name")): _measured(one) for one in data(insights)}
    return {name: value for name, value in values.items() if value is not None}


def split(insights: Any, metric: str, name: str) -> dict[str, int]:
    """The parts of one metric by the network's word for each: {"0": 40, "1": 12} of values that carry `name`."""
    counts: dict[str, int] = {}
    for one in data(insights):
        values = one.get("values")
        for value in values if one.get("name") == metric and isinstance(values, list) else ():
            count = number(value.get("value")) if isinstance(value, Mapping) and name in value else None
            if count is not None:
                counts[str(value[name])] = count
    return counts


def _measured(metric: Mapping[str, Any]) -> int | None:
    """Numbers stand in `total_value`, or as the last of `values`."""
    total = metric.get("total_value")
    if isinstance(total, Mapping):
        return number(total.get("value"))
    values = metric.get("values")
    last = values[-1] if isinstance(values, list) and values else {}
    return number(last.get("value")) if isinstance(last, Mapping) else None
