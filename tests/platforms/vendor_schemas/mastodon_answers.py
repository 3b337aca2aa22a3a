"""Answers of Mastodon against the classes that `Mastodon.py` gives its entities: names of fields, types of values.

A field that is absent is no problem: servers of other versions, and of other software, leave some out.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any

SCALARS = {"int": int, "bool": bool, "str": str, "float": float}


def problems(annotation: str, answer: Any) -> Iterator[str]:
    """`annotation`: of the method of the library, as it is written in its source."""
    from mastodon import return_types

    holder = type("Holder", (), {"__annotations__": {"answer": annotation}})
    hints = typing.get_type_hints(holder, {**vars(typing), **vars(return_types)})
    yield from _of_value("answer", hints["answer"], answer)


@cache
def _fields(entity: type) -> dict[str, Any]:
    return typing.get_type_hints(entity)


def _of_value(place: str, expected: Any, value: Any) -> Iterator[str]:
    origin, inner = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, UnionType):
        tried = [list(_of_value(place, one, value)) for one in inner]
        yield from min(tried, key=len)
    elif expected in (Any, object) or isinstance(expected, typing.TypeVar):
        return
    elif origin is dict or expected is dict:
        yield from _of_type(place, dict, value)
    elif isinstance(origin, type) and issubclass(origin, (list, tuple)):
        yield from _of_type(place, list, value)
        for item in value if isinstance(value, list) else ():
            yield from _of_value(f"{place}[]", inner[0], item)
    elif isinstance(expected, type) and issubclass(expected, dict):
        yield from _of_entity(place, expected, value)
    else:
        yield from _of_scalar(place, expected, value)


def _of_entity(place: str, entity: type, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no {entity.__name__}: {type(value).__name__}"
        return
    fields = _fields(entity)
    for name, content in value.items() if fields else ():  # an object whose fields the library does not name
        if name in fields:
            yield from _of_value(f"{place}.{name}", fields[name], content)
        else:
            yield f"unknown {place}.{name}"


def _of_scalar(place: str, expected: Any, value: Any) -> Iterator[str]:
    name = getattr(expected, "__name__", str(expected))
    if name in SCALARS:
        yield from _of_type(place, SCALARS[name], value)
    elif expected is type(None):
        yield from _of_type(place, type(None), value)
    elif expected is datetime:
        if not isinstance(value, str) or not _is_time(value):
            yield f"{place} is no time: {type(value).__name__}"
    elif name == "MaybeSnowflakeIdType":
        yield from _of_type(place, str, value)


def _of_type(place: str, expected: type, value: Any) -> Iterator[str]:
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield f"{place} is no {expected.__name__}: {type(value).__name__}"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
