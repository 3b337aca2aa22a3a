"""X's API v2 by its own SDK, `xdk`, which is generated from X's OpenAPI document.

The SDK has no table of its calls: address, HTTP method and parameters are read from the source of its clients, types
from their signatures, bodies from its models. Its names are those of today; X calls older ones legacy.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from tests.platforms.vendor_schemas import models

# The clients whose addresses connectors call; the others would only be parsed in vain.
CLIENTS = ("direct_messages", "media", "posts", "users")
PARAMETERS = ("params", "page_params")
LEGACY = {
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
}


@dataclass(frozen=True)
class Operation:
    """One method of a client. `parameters`: the annotation of each, "" for one that is only named."""

    name: str
    method: str
    path: re.Pattern[str]
    parameters: Mapping[str, ast.expr | None]
    required: frozenset[str]
    body: str
    answer: str
    """The model of an answer with success, behind the name of its client."""


def version() -> str:
    return f"xdk {installed('xdk')}"


@cache
def operations() -> tuple[Operation, ...]:
    spec = importlib.util.find_spec("xdk")
    assert spec is not None
    assert spec.origin is not None
    return tuple(one for client in CLIENTS for one in _of_client(client, Path(spec.origin).parent / client))


def operation(method: str, url: str) -> str | None:
    known = _known(method, url)
    return known.name if known else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: unknown and missing parameters, wrong values, a body that its model refuses."""
    known = _known(method, url)
    if known is None:
        return ["the schema does not know this call"]
    problems = [f"unknown parameter {name}" for name in sorted(set(params) - set(known.parameters))]
    problems += [f"missing parameter {name}" for name in sorted(known.required - set(params))]
    for name in sorted(set(params) & set(known.parameters)):
        problems += _of_parameter(name, known.parameters[name], ",".join(params[name]))
    if known.body and isinstance(body, dict):
        client, name = known.body.split(".")
        model = getattr(importlib.import_module(f"xdk.{client}.models"), name)
        is_form = any(isinstance(value, bytes) for value in body.values())
        texts = {name: "bytes" if isinstance(value, bytes) else value for name, value in body.items()}
        problems += models.problems(model, texts, strict=not is_form)
    elif known.body:
        problems.append("the body is missing")
    elif body is not None:
        problems.append("a body where there is none")
    return problems


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str]:
    """Problems of an answer with success, by the model that the SDK reads it with."""
    known = _known(method, url)
    assert known is not None
    if not known.answer:
        return [] if answer is None else ["an answer where there is none"]
    client, name = known.answer.split(".")
    model = getattr(importlib.import_module(f"xdk.{client}.models"), name)
    return models.problems(model, _renamed(answer), strict=True, place="answer")


def _renamed(value: Any) -> Any:
    """An answer to a request under the old names, with those of today, which alone the SDK has."""
    if isinstance(value, dict):
        return {LEGACY.get(name, name): _renamed(content) for name, content in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def _known(method: str, url: str) -> Operation | None:
    matching = [one for one in operations() if one.method == method and one.path.fullmatch(url)]
    # /2/users/me is more than /2/users/{id}.
    return min(matching, key=lambda one: "[^/]+" in one.path.pattern, default=None)


def _of_client(client: str, folder: Path) -> Iterator[Operation]:
    tree = ast.parse((folder / "client.py").read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and (call := _operation(client, function)):
            yield call


def _operation(client: str, function: ast.FunctionDef) -> Operation | None:
    path, method, names = "", "", set()
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name("url")], value=ast.BinOp(right=ast.Constant(str(text)))):
                path = text
            case ast.Assign(targets=[ast.Subscript(ast.Name(store), ast.Constant(str(name)))]) if store in PARAMETERS:
                names.add(name)
            case ast.Assign(targets=[ast.Name("pagination_param_name")], value=ast.Constant(str(name))):
                names.add(name)
            case ast.Call(func=ast.Attribute(ast.Attribute(attr="session"), verb)) if verb != "headers":
                method = verb.upper()
    if not path or not method:
        return None
    given = function.args.args[1:]
    annotations = {argument.arg: argument.annotation for argument in given}
    without_default = {argument.arg for argument in given[: len(given) - len(function.args.defaults)]}
    body = annotations.get("body")
    return Operation(
        name=f"{client}.{function.name}",
        method=method,
        path=re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))),
        parameters={name: annotations.get(name.replace(".", "_")) for name in names},
        required=frozenset(name for name in names if name.replace(".", "_") in without_default),
        body=f"{client}.{body.id}" if isinstance(body, ast.Name) else "",
        answer=_answer(client, function.returns),
    )


def _answer(client: str, returned: ast.expr | None) -> str:
    """A list is read page by page: its annotation is an iterator of the model."""
    inner = returned.slice if isinstance(returned, ast.Subscript) else returned
    return f"{client}.{inner.id}" if isinstance(inner, ast.Name) else ""


def _of_parameter(name: str, annotation: ast.expr | None, text: str) -> Iterator[str]:
    match annotation:
        case ast.Subscript(ast.Name("Optional"), inner):
            yield from _of_parameter(name, inner, text)
        case ast.Subscript(ast.Name("List"), inner):
            for value in text.split(","):
                yield from _of_parameter(name, inner, value)
        case ast.Subscript(ast.Name("Literal"), values) if text not in ast.literal_eval(values):
            yield f"parameter {name} has an unknown value: {text}"
        case ast.Name("int") if not re.fullmatch(r"-?\d+", text):
            yield f"parameter {name} is no integer: {text}"
        case ast.Name("bool") if text not in ("true", "false"):
            yield f"parameter {name} is no boolean: {text}"
