"""Telegram's Bot API by the models that `aiogram` generates from its documentation.

A method that knows no field of a name takes it all the same, so what is left over counts as unknown. In a form every
value is text: a number or a JSON value is read from it where the method wants no text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version as installed
from typing import Any, get_args

from tests.platforms.vendor_schemas import models

ADDRESS = re.compile(r"/bot[^/]+/(\w+)")


def version() -> str:
    import aiogram

    return f"aiogram {installed('aiogram')}, Bot API {aiogram.__api_version__}"


@cache
def methods() -> dict[str, Any]:
    """Every method of the API by its name. Importing them takes seconds: only where something is checked."""
    from aiogram import methods as generated

    known = [getattr(generated, name) for name in generated.__all__]
    return {name: method for method in known if isinstance(name := getattr(method, "__api_method__", None), str)}


def operation(method: str, url: str) -> str | None:
    match = ADDRESS.fullmatch(url)
    return match[1] if match and method == "POST" and match[1] in methods() else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request. Parameters are in the body, as JSON or as a form with files."""
    name = operation(method, url)
    if name is None:
        return ["the schema does not know this call"]
    if not isinstance(body or {}, dict):
        return ["the body is neither JSON nor a form"]
    fields, values = methods()[name].model_fields, dict(body or {})
    problems = [f"parameter {name} in the address" for name in params]
    files = {name for name, value in values.items() if isinstance(value, bytes)}
    if not files:
        return problems + models.problems(methods()[name], values, strict=True)
    return problems + models.problems(methods()[name], _of_form(fields, values, files), strict=False)


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str]:
    """Problems of an answer: of the frame around every result, and of the result by its type."""
    name = operation(method, url)
    assert name is not None
    if not isinstance(answer, dict) or answer.get("ok") is not True or set(answer) != {"ok", "result"}:
        return ["the answer is no result"]
    return models.problems_of(_result(name), answer["result"], strict=False, place="result")


@cache
def _result(name: str) -> Any:
    """`bool` takes "yes" and 1; the types of results have none of these, and times are numbers."""
    from pydantic import TypeAdapter

    return TypeAdapter(methods()[name].__returning__)


def _of_form(fields: Mapping[str, Any], values: dict[str, Any], files: set[str]) -> dict[str, Any]:
    from aiogram.types import BufferedInputFile

    texts = " ".join(value for value in values.values() if isinstance(value, str))
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name in files and name not in fields and f"attach://{name}" in texts:
            continue  # a file that another field refers to
        if name in files:
            read[name] = BufferedInputFile(value, name)
        elif name in fields and str not in (get_args(fields[name].annotation) or (fields[name].annotation,)):
            read[name] = _of_json(value)
        else:
            read[name] = value
    return read


def _of_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
