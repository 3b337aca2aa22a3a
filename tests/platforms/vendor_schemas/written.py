"""Schemas that are written by hand, for networks that publish none and have no package here that has one.

A module per network lists its calls, each with the vendor's page and the version or date that the page bears. What the
stored copy of the page did not show is named in `believed`, with the reason for it. How long a text may be is no part
of the schemas: the tests send longer ones to see them refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
FILLED: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
WEB: Schema = {"type": "string", "pattern": "^https?://"}
BYTES: Schema = {"bytes": True}
"""The body of a request that is a file."""
NESTED = re.compile(r",(?![^{}]*\})")


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def many(schema: Schema, **more: int) -> Schema:
    return {"type": "array", "items": schema, **more}


def listed(*names: str) -> Schema:
    """Of a parameter: names with commas between them."""
    return {"type": "array", "items": {"enum": list(names)}, "minItems": 1}


def has(required: Mapping[str, Schema] | None = None, /, **optional: Schema) -> Schema:
    """An object with these fields and no others."""
    known = dict(required or {})
    return {
        "type": "object",
        "properties": {**known, **optional},
        "required": list(known),
        "additionalProperties": False,
    }


NOTHING = has()


@dataclass(frozen=True)
class Call:
    """One call. `path` is a pattern; `query`, `body` and `answer` are JSON Schemas, of which an absent `answer` is one
    without content. A parameter and the field of a form are text: the schema says what is read from it."""

    name: str
    method: str
    path: str
    source: str
    page: str
    query: Schema = field(default_factory=lambda: NOTHING)
    body: Schema | None = None
    answer: Schema | None = None
    believed: str = ""


@dataclass(frozen=True)
class Written:
    """The calls of a network. `error`: the schema of an answer without success; `is_error`: whether an answer is one,
    where the status does not say so."""

    title: str
    calls: tuple[Call, ...]
    error: Schema
    is_error: Callable[[Any], bool] | None = None

    def version(self) -> str:
        return self.title

    def operation(self, method: str, url: str) -> str | None:
        known = self._known(method, url)
        return known.name if known else None

    def validate(self, method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
        """Problems of a request: unknown or missing parameters and fields, values of a wrong type."""
        known = self._known(method, url)
        if known is None:
            return ["the schema does not know this call"]
        repeated = [f"parameter {name} is there {len(values)} times" for name, values in params.items() if values[1:]]
        sent = {name: _of_text(known.query, name, values[0]) for name, values in params.items()}
        return [*repeated, *_problems("query", known.query, sent), *_of_body(known, body)]

    def validate_answer(
        self, method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any
    ) -> list[str]:
        """Problems of an answer with success; of an error where the status of both is the same (`is_error`)."""
        known = self._known(method, url)
        assert known is not None
        if self.is_error and self.is_error(answer):
            return self.validate_error(answer)
        if known.answer is None:
            return [] if answer is None else ["an answer where there is none"]
        return list(_problems("answer", known.answer, answer))

    def validate_error(self, answer: Any) -> list[str]:
        """Problems of an answer without success; one without content has none."""
        return [] if answer is None else list(_problems("error", self.error, answer))

    def _known(self, method: str, url: str) -> Call | None:
        matching = [one for one in self.calls if one.method == method and _pattern(one.path).fullmatch(url)]
        return matching[0] if matching else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(path)


def _of_body(known: Call, body: Any) -> Iterator[str]:
    if known.body is BYTES:
        if not isinstance(body, bytes):
            yield "the body is not the bytes of a file"
    elif known.body is None:
        if body is not None:
            yield "a body where there is none"
    elif not isinstance(body, dict):
        yield "the body is neither JSON nor a form"
    else:
        yield from _problems("body", known.body, body)


def _of_text(schema: Schema, name: str, text: Any) -> Any:
    expected = schema.get("properties", {}).get(name, {}).get("type")
    if not isinstance(text, str):
        return text
    if expected == "array":
        return NESTED.split(text)
    if expected == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if expected == "boolean" and text in ("true", "false"):
        return text == "true"
    if expected == "object":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _problems(place: str, schema: Schema, value: Any) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(value):
        yield from _sentences(place, error)


def _sentences(place: str, error: ValidationError) -> Iterator[str]:
    """Without the value where it may be a secret: names and types only."""
    where = ".".join([place, *(str(part) for part in error.absolute_path)])
    where = re.sub(r"\.\d+", "[]", where)
    match error.validator:
        case "additionalProperties":
            known = error.schema.get("properties", {})
            yield from (f"unknown {where}.{name}" for name in error.instance if name not in known)
        case "required":
            yield from (f"missing {where}.{name}" for name in error.validator_value if name not in error.instance)
        case "type":
            yield f"{where} is no {error.validator_value}: {type(error.instance).__name__}"
        case "enum" | "const":
            yield f"{where} has an unknown value: {error.instance}"
        case _:
            yield f"{where} is outside of what {error.validator} allows"
