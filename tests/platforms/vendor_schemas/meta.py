"""Meta's Graph API by Meta's own SDK, `facebook_business`, which is generated from it.

The SDK has a class for each sort of object and a method for each of its edges, with the types of the parameters inside.
They are read from its source: importing it would load its clients. An address does not say which sort of object an id
is, so a request is right when it is right for one of those that a connector calls.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from tests.platforms.vendor_schemas import meta_answers

ADDRESS = re.compile(r"/v\d+\.\d+/(?P<id>[^/]*)(?:/(?P<edge>\w+))?")
# Every call takes these. https://developers.facebook.com/docs/graph-api/overview
# https://developers.facebook.com/docs/graph-api/results https://developers.facebook.com/docs/facebook-login/security
COMMON = frozenset({"fields", "limit", "after", "before", "ids", "access_token", "appsecret_proof"})
# `UserExportForCAM` of version 26 has a member of the name "or", which no Python can read.
NO_NAMES = re.compile(rf"(?<=^        )({'|'.join(keyword.kwlist)}) =", re.MULTILINE)
FIELD = re.compile(r"(\w+)[^,{(]*")


@dataclass(frozen=True)
class Operation:
    """A method of a class of the SDK. `fields`: what an answer can have; empty where the SDK does not say."""

    name: str
    method: str
    edge: str
    types: Mapping[str, str]
    enums: Mapping[str, frozenset[str]]
    fields: frozenset[str]
    returned: Mapping[str, str]
    """The types of the fields of an answer, for a call that reads."""


def version() -> str:
    return f"facebook_business {installed('facebook_business')}, Graph API {_api_version()}"


def candidates(classes: tuple[str, ...], method: str, url: str) -> list[Operation]:
    """What a request may be, by its edge. `me` is a person; with their token or a page's, both have the same edges."""
    match = ADDRESS.fullmatch(url)
    if match is None:
        return []
    return [
        one for name in classes for one in operations(name) if (one.method, one.edge) == (method, match["edge"] or "")
    ]


def best(classes: tuple[str, ...], method: str, url: str, params: Any, body: Any) -> tuple[Operation | None, list[str]]:
    """The candidate with the fewest problems, and these."""
    checked = [(one, problems(one, params, body)) for one in candidates(classes, method, url)]
    return min(checked, key=lambda pair: len(pair[1]), default=(None, ["the schema does not know this call"]))


def problems(known: Operation, params: Mapping[str, list[str]], body: Any) -> list[str]:
    sent = {name: ",".join(values) for name, values in params.items()} | (body if isinstance(body, dict) else {})
    if isinstance(body, bytes):
        return ["the body is no form"]
    unknown = sorted(set(sent) - set(known.types) - COMMON)
    fields = [name for name in _fields(sent.get("fields", "")) if known.fields and name not in known.fields]
    return [
        *(f"unknown parameter {name}" for name in unknown),
        *(problem for name in sorted(set(sent) & set(known.types)) for problem in _of_value(known, name, sent[name])),
        *(f"unknown field {name}" for name in fields),
    ]


def answer_problems(known: Operation, answer: Any, *, several: bool) -> list[str] | None:
    """Problems of the objects in an answer; None for a write, of whose answers the SDK has no fields. `several`: they
    were asked for by their ids, which are the names in the answer."""
    if not known.returned:
        return None
    data = answer.get("data") if isinstance(answer, dict) and known.edge else [answer]
    if several and isinstance(answer, dict):
        data = list(answer.values())
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        return ["the answer is no object and no list of them"]
    return sorted({problem for one in data for problem in meta_answers.problems(known.fields, known.returned, one)})


@cache
def operations(name: str) -> tuple[Operation, ...]:
    """What the SDK can do with objects of a class, by the name of its module."""
    functions = [node for node in _class(name).body if isinstance(node, ast.FunctionDef)]
    return tuple(call for function in functions if (call := _operation(name, function)))


def _folder() -> Path:
    spec = importlib.util.find_spec("facebook_business")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _api_version() -> str:
    source = (_folder() / "apiconfig.py").read_text(encoding="utf-8")
    match = re.search(r"'API_VERSION': '([^']+)'", source)
    assert match is not None
    return match[1]


@cache
def _class(name: str) -> ast.ClassDef:
    source = (_folder() / "adobjects" / f"{name.lower()}.py").read_text(encoding="utf-8")
    tree = ast.parse(NO_NAMES.sub(r"\1_ =", source))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef))


def _operation(name: str, function: ast.FunctionDef) -> Operation | None:
    types: dict[str, str] = {}
    enums: dict[str, frozenset[str]] = {}
    request: dict[str, str] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name("param_types")], value=value):
                types = ast.literal_eval(value)
            case ast.Assign(targets=[ast.Name("enums")], value=ast.Dict(keys, values)):
                enums = {ast.literal_eval(key): _values(value) for key, value in zip(keys, values, strict=True) if key}
            case ast.Call(func=ast.Name("FacebookRequest"), keywords=keywords):
                request = {given.arg: ast.unparse(given.value) for given in keywords if given.arg}
    if not request:
        return None
    edge = ast.literal_eval(request["endpoint"]).strip("/")
    target = request.get("target_class", "AbstractCrudObject")
    # `AbstractCrudObject`: an answer of which the SDK has no class.
    fields = frozenset() if target.startswith("Abstract") else _constants(target, "Field") | _edges(target) | {"id"}
    method = ast.literal_eval(request["method"])
    returned = _field_types(target) if fields and method == "GET" else {}
    return Operation(f"{name}.{function.name}", method, edge, types, enums, fields, returned)


@cache
def _field_types(name: str) -> Mapping[str, str]:
    for node in _class(name).body:
        match node:
            case ast.Assign(targets=[ast.Name("_field_types")], value=value):
                return ast.literal_eval(value)
    return {}


@cache
def _edges(name: str) -> frozenset[str]:
    """Objects on the edges of a class, which an answer can have as fields.
    https://developers.facebook.com/docs/graph-api/guides/field-expansion"""
    source = ast.unparse(_class(name))
    return frozenset(re.findall(r"method='GET', endpoint='/(\w+)'", source))


def _values(value: ast.expr) -> frozenset[str]:
    """The texts of `Page.Backdated.__dict__.values()` or of a list."""
    match value:
        case ast.Call(ast.Attribute(ast.Attribute(ast.Attribute(ast.Name(owner), inner)))):
            return _constants(owner, inner)
        case ast.List():
            return frozenset(ast.literal_eval(value))
    raise ValueError(f"An enumeration that is written in another way: {ast.unparse(value)}")


@cache
def _constants(owner: str, inner: str) -> frozenset[str]:
    body = next((node.body for node in _class(owner).body if isinstance(node, ast.ClassDef) and node.name == inner), [])
    return frozenset(ast.literal_eval(node.value) for node in body if isinstance(node, ast.Assign))


def _fields(text: str) -> list[str]:
    """The names of the outer fields: `shares,comments.limit(0).summary(true),from{name}` has three."""
    while (inner := re.sub(r"\([^()]*\)|\{[^{}]*\}", "", text)) != text:
        text = inner
    return [match[1] for part in text.split(",") if (match := FIELD.match(part.strip()))]


def _of_value(known: Operation, name: str, value: Any) -> Iterator[str]:
    declared = known.types[name]
    if isinstance(value, bytes):
        if declared not in ("file", "string", "Object"):
            yield f"parameter {name} is a file and no {declared}"
        return
    inner = re.fullmatch(r"list<(.+)>", declared)
    if inner:
        for item in _items(value):
            yield from _of_scalar(known, name, inner[1], item)
    elif declared in ("map", "Object") and not _is_json(value):
        yield f"parameter {name} is no {declared}: {value}"
    else:
        yield from _of_scalar(known, name, declared, value)


def _items(value: str) -> list[str]:
    """A list is JSON or has commas between its items."""
    if value.startswith("["):
        return [item if isinstance(item, str) else json.dumps(item) for item in json.loads(value)]
    return value.split(",")


def _of_scalar(known: Operation, name: str, declared: str, value: str) -> Iterator[str]:
    if declared in known.enums and value not in known.enums[declared]:
        yield f"parameter {name} has an unknown value: {value}"
    if declared in ("int", "unsigned int") and not re.fullmatch(r"\d+" if "unsigned" in declared else r"-?\d+", value):
        yield f"parameter {name} is no {declared}: {value}"
    if declared == "bool" and value not in ("true", "false"):
        yield f"parameter {name} is no bool: {value}"
    if declared == "float" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield f"parameter {name} is no float: {value}"


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False
