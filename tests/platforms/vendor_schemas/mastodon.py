"""Mastodon's client API by the library `Mastodon.py`.

The library has no table of its calls: address, HTTP method and parameters are read from the source of its methods,
types from their signatures. A parameter without a default is required.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from tests.platforms.vendor_schemas import mastodon_answers

MODULES = ("accounts", "conversations", "instance", "media", "notifications", "polls", "statuses")
PLACEHOLDER = "[^/]+"
# Of the library's methods, and no parameters of a request: the key is a header.
OF_THE_LIBRARY = frozenset({"self", "id", "idempotency_key", "edit", "strict_content_type", "synchronous"})


@dataclass(frozen=True)
class Operation:
    """A call of the library. `types`: the annotation of each parameter, "" for one that is only named."""

    name: str
    method: str
    path: re.Pattern[str]
    types: Mapping[str, str]
    required: frozenset[str]
    answer: str
    """The annotation of what the library returns."""


def version() -> str:
    return f"Mastodon.py {installed('mastodon-py')}"


@cache
def functions() -> tuple[ast.FunctionDef, ...]:
    spec = importlib.util.find_spec("mastodon")
    assert spec is not None
    assert spec.origin is not None
    trees = [ast.parse(Path(spec.origin).with_name(f"{name}.py").read_text(encoding="utf-8")) for name in MODULES]
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(one for function in functions() for one in _of_function(function))


def operation(method: str, url: str) -> str | None:
    known = _known(method, url)
    return known.name if known else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: unknown and missing parameters, values of a wrong type, a poll that is none."""
    known = _known(method, url)
    if known is None:
        return ["the schema does not know this call"]
    if not isinstance(body or {}, dict):
        return ["the body is neither JSON nor a form"]
    sent: dict[str, Any] = {name: values if name.endswith("[]") else values[0] for name, values in params.items()}
    problems = [f"parameter {name} is there {len(params[name])} times" for name in sent if _is_repeated(name, params)]
    is_text = {name for name in sent if not name.endswith("[]")}
    sent |= body or {}
    problems += [f"unknown parameter {name}" for name in sorted(sent) if _type_of(known, name) is None]
    problems += [f"missing parameter {name}" for name in sorted(known.required - set(sent))]
    for name in sorted(sent):
        problems += _of_value(name, _type_of(known, name) or "", sent[name], is_text=name in is_text)
    return problems


def _is_repeated(name: str, params: Mapping[str, list[str]]) -> bool:
    return len(params[name]) > 1 and not name.endswith("[]")


def _type_of(known: Operation, name: str) -> str | None:
    """A list in an address has brackets behind its name, which the library adds by itself."""
    return known.types.get(name, known.types.get(name.removesuffix("[]")))


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str] | None:
    """Problems of an answer with success; None where the library does not say what it returns."""
    known = _known(method, url)
    return list(mastodon_answers.problems(known.answer, answer)) if known and known.answer else None


def _known(method: str, url: str) -> Operation | None:
    matching = [one for one in operations() if one.method == method and one.path.fullmatch(url)]
    return min(matching, key=lambda one: one.path.pattern.count(PLACEHOLDER), default=None)


def _of_function(function: ast.FunctionDef) -> Iterator[Operation]:
    given = function.args.args
    annotations = {argument.arg: ast.unparse(argument.annotation or ast.Constant("")) for argument in given}
    optional = {argument.arg for argument in given[len(given) - len(function.args.defaults) :]}
    named = {key.value for node in ast.walk(function) if isinstance(node, ast.Dict) for key in node.keys if _text(key)}
    for call in ast.walk(function):
        match call:
            case ast.Call(ast.Attribute(attr="__api_request"), [ast.Constant(str(method)), path, *more], keywords):
                has_parameters = bool(more) or any(one.arg in ("params", "files") for one in keywords)
                own = {name: text for name, text in annotations.items() if name not in OF_THE_LIBRARY}
                types = {**dict.fromkeys(named, ""), **own} if has_parameters else {}
                required = frozenset(set(own) - optional - {"ids", "media_file"}) if has_parameters else frozenset()
                answer = ast.unparse(function.returns) if function.returns else ""
                yield Operation(function.name.strip("_"), method, _pattern(path), types, required, answer)


def _text(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def _pattern(path: ast.expr) -> re.Pattern[str]:
    parts = path.values if isinstance(path, ast.JoinedStr) else [path]
    texts = [re.escape(part.value) if isinstance(part, ast.Constant) else PLACEHOLDER for part in parts]
    return re.compile("".join(texts).rstrip("/"))


def _of_value(name: str, annotation: str, value: Any, *, is_text: bool) -> Iterator[str]:
    """`is_text`: in an address, where numbers are texts as well."""
    if name == "poll" and isinstance(value, dict):
        yield from _of_poll(value)
    elif "List[" in annotation or name.endswith("[]"):
        if not isinstance(value, list):
            yield f"parameter {name} is no list: {type(value).__name__}"
    elif "IdType" in annotation or not annotation:
        if not isinstance(value, (str, int, bytes)):
            yield f"parameter {name} is no id and no text: {type(value).__name__}"
    elif "bool" in annotation:
        if str(value).lower() not in ("true", "false", *("01" if is_text else "")):
            yield f"parameter {name} is no bool: {value}"
    elif "int" in annotation:
        if not (isinstance(value, int) or (is_text and value.isdigit())):
            yield f"parameter {name} is no int: {value}"
    elif "str" in annotation and not isinstance(value, str):
        yield f"parameter {name} is no str: {type(value).__name__}"


def _of_poll(poll: dict[str, Any]) -> Iterator[str]:
    made = next(function for function in functions() if function.name == "make_poll")
    types = {argument.arg: ast.unparse(argument.annotation) for argument in made.args.args if argument.annotation}
    yield from (f"unknown parameter poll.{name}" for name in sorted(set(poll) - set(types)))
    for name in sorted(set(poll) & set(types)):
        yield from _of_value(f"poll.{name}", types[name], poll[name], is_text=False)
