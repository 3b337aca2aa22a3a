"""Objects in answers of the Graph API against the fields that Meta's SDK gives their class, and the types of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d{4}")
SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    # https://developers.facebook.com/docs/graph-api/overview : ids and large numbers are texts
    "int": (int, str),
    "unsigned int": (int, str),
    "float": (int, float, str),
    "datetime": (str,),
    "list": (list, dict),
    "map": (dict,),
    "Object": (dict, str),
}


def problems(fields: frozenset[str], types: Mapping[str, str], value: Mapping[str, Any]) -> Iterator[str]:
    for name, content in value.items():
        if name not in fields:
            yield f"unknown field {name}"
        elif name in types:
            yield from _of_value(name, types[name], content)


def _of_value(name: str, declared: str, value: Any) -> Iterator[str]:
    if declared == "datetime" and isinstance(value, str) and not TIME.fullmatch(value):
        yield f"field {name} is no datetime: {value}"
    # Another class of the SDK is an object; a list of them may be an edge, which is `{"data": [...]}`.
    expected = (list, dict) if declared.startswith("list") else SCALARS.get(declared, (dict, str))
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        yield f"field {name} is no {declared}: {type(value).__name__}"
