"""Values against the generated pydantic models of a package: what they refuse, and what they leave over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError


def problems(model: type[BaseModel], value: Any, *, strict: bool, place: str = "", **context: Any) -> list[str]:
    """What is wrong with a value, each with its place. `strict`: "5" is no number."""
    try:
        instance = model.model_validate(value, strict=strict, context=context)
    except ValidationError as refused:
        return [_sentence(place, error) for error in refused.errors(include_url=False)]
    return list(_left_over(place, instance))


def problems_of(adapter: TypeAdapter[Any], value: Any, *, strict: bool, place: str) -> list[str]:
    """As `problems`, of a type that is no model: a list, a union."""
    try:
        instance = adapter.validate_python(value, strict=strict)
    except ValidationError as refused:
        return [_sentence(place, error) for error in refused.errors(include_url=False)]
    return list(_left_over(place, instance))


def _sentence(place: str, error: Mapping[str, Any]) -> str:
    where = ".".join([*([place] if place else []), *(str(part) for part in error["loc"])])
    return f"{where}: {error['msg']} ({type(error['input']).__name__})"


def _left_over(place: str, value: Any) -> Iterator[str]:
    """Fields that the models take without knowing them. A mapping stands where no model of a union fits."""
    if isinstance(value, BaseModel):
        prefix = f"{place}." if place else ""
        yield from (f"unknown {prefix}{name}" for name in value.model_extra or ())
        for name in value.model_fields_set & set(type(value).model_fields):
            yield from _left_over(f"{prefix}{name}", getattr(value, name))
    elif isinstance(value, Mapping) or hasattr(value, "to_dict"):
        yield f"{place}: no type that the schema knows"
    elif isinstance(value, list):
        for item in value:
            yield from _left_over(f"{place}[]", item)
