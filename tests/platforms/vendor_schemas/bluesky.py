"""The lexicons of AT Protocol and Bluesky by the models that `atproto` generates from them.

A record is checked as what its `$type` says. The models take fields that they do not know, which count as unknown here.
"""

from __future__ import annotations

import importlib.util
import operator
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tests.platforms.vendor_schemas import models

INVOKED = re.compile(r"\.invoke_(query|procedure)\(\s*'([\w.]+)'")
# Behind the call: `return get_response_model(response, models.A.B)`, or `bool` where nothing is returned.
RETURNED = re.compile(r"get_response_model\(response, (?:models\.([\w.]+)|bool)\)")
METHODS = {"query": "GET", "procedure": "POST"}


def version() -> str:
    return f"atproto {installed('atproto')}"


@cache
def calls() -> frozenset[tuple[str, str]]:
    """(HTTP method, id) of everything that the package's own client can call."""
    return frozenset((METHODS[how], name) for how, name in INVOKED.findall(_client()))


@cache
def _client() -> str:
    spec = importlib.util.find_spec("atproto_client")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).with_name("namespaces") / "sync_ns.py").read_text(encoding="utf-8")


def operation(method: str, url: str) -> str | None:
    name = url.removeprefix("/xrpc/")
    return name if (method, name) in calls() else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: of its parameters, its data, and of the record in them."""
    name = operation(method, url)
    if name is None:
        return ["the schema does not know this call"]
    parameters, data = _model(name, "Params"), _model(name, "Data")
    problems = [f"unknown parameter {one}" for one in params] if parameters is None else []
    if parameters is not None:
        problems += models.problems(parameters, _read(parameters, params), strict=False, strict_string_format=True)
    if isinstance(data, type) and issubclass(data, BaseModel):
        problems += models.problems(data, body, strict=True, strict_string_format=True)
        problems += _of_record(body.get("record") if isinstance(body, dict) else None)
    elif data is not None and not isinstance(body, bytes):
        problems.append("the body is not the bytes of a file")
    elif data is None and body is not None:
        problems.append("a body where there is none")
    return problems


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str]:
    """Problems of an answer with success: of its object, and of the records in it by their own types."""
    name = operation(method, url)
    assert name is not None
    response = _returned(name)
    if response is None:
        return [] if answer is None else ["an answer where there is none"]
    found = models.problems(response, answer, strict=True, place="answer", strict_string_format=True)
    # A document of an identity is of the type `unknown`: any object.
    return [problem for problem in found if not problem.startswith("answer.did_doc")]


@cache
def _returned(name: str) -> Any:
    """The model of an answer, which may be a definition of another lexicon; None where there is no answer."""
    from atproto_client import models as generated

    calls = re.finditer(rf"'{re.escape(name)}'", _client())
    returned = [match[1] for call in calls if (match := RETURNED.search(_client(), call.end()))]
    model = next(filter(None, returned), "")  # the classes of records call the same, for a truth
    return operator.attrgetter(model)(generated) if model else None


def _model(name: str, part: str) -> Any:
    from atproto_client import models as generated

    module = getattr(generated, "".join(word[:1].upper() + word[1:] for word in name.split(".")), None)
    return getattr(module, part, None)


def _read(model: type[BaseModel], params: Mapping[str, list[str]]) -> dict[str, Any]:
    """The values of an address. A list is a parameter that is there more than once."""
    lists = {field.alias for field in model.model_fields.values() if "list[" in str(field.annotation).lower()}
    return {name: values if name in lists or len(values) > 1 else values[0] for name, values in params.items()}


def _of_record(record: Any) -> list[str]:
    if not isinstance(record, dict):
        return []
    model = _model(str(record.get("$type")), "Record")
    if model is None:
        return [f"unknown type of record {record.get('$type')}"]
    return models.problems(model, record, strict=True, place="record", strict_string_format=True)
