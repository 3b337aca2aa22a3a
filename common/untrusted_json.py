"""Parsing of untrusted JSON: bodies of webhooks, network responses, headers, the probe's report on an uploaded file.

`json.loads` raises a `RecursionError` for a body of only brackets, which callers do not expect for bad JSON. Here it is
a `ValueError`, as for any other invalid JSON. What PostgreSQL does not store is replaced: `NaN` and infinities, also
numbers beyond a float (`1e999`), by None, halves of surrogate pairs by U+FFFD; null characters are left out, as in
forms. Otherwise one such character in a comment would have the database refuse all that came with it. The size of a
body is limited where it is read (`common.http.MAX_BYTES`, `DATA_UPLOAD_MAX_MEMORY_SIZE`).
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 64
"""Deeper than any network nests what it says, and far from where Python gives up, also when it is written again."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(text: str | bytes) -> Any:
    """What the JSON says. Raises `ValueError` for anything else, and for more than `MAX_DEPTH` levels."""
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=lambda constant: None)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [value]
    for _depth in range(MAX_DEPTH):
        level = [inner for container in level for inner in _inside(container)]
        if not level:
            return _storable(value)
    raise ValueError("nested too deeply")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _inside(value: Any) -> Iterable[Any]:
    """The lists and objects right inside a list or an object."""
    values: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (member for member in values if isinstance(member, dict | list))


def _storable(value: Any) -> Any:
    """`value`, at most `MAX_DEPTH` deep, without what no column takes."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value.replace("\0", ""))
    if isinstance(value, dict):
        return {_storable(key): _storable(member) for key, member in value.items()}
    return [_storable(member) for member in value] if isinstance(value, list) else value
