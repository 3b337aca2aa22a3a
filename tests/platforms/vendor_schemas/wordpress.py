"""WordPress' REST API by the descriptions of its own routes, as the running server gives them.

`wordpress.v2.json` is what WordPress of Debian said; `make test-real` compares it with the server that it starts, and
`python -m tools.vendor.wordpress_schema` writes it anew.
https://developer.wordpress.org/rest-api/extending-the-rest-api/adding-custom-endpoints/#arguments
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).with_name("wordpress.v2.json")
PREFIX = "/wp-json"
ROUTES = (
    "/wp/v2/categories",
    "/wp/v2/comments",
    r"/wp/v2/comments/(?P<id>[\d]+)",
    "/wp/v2/media",
    r"/wp/v2/media/(?P<id>[\d]+)",
    "/wp/v2/posts",
    r"/wp/v2/posts/(?P<id>[\d]+)",
    "/wp/v2/users/me",
    r"/wp/v2/users/(?P<user_id>(?:[\d]+|me))/application-passwords/introspect",
    r"/wp/v2/users/(?P<user_id>(?:[\d]+|me))/application-passwords/(?P<uuid>[\w\-]+)",
)
# https://developer.wordpress.org/rest-api/using-the-rest-api/global-parameters/
GLOBAL: Mapping[str, Mapping[str, Any]] = {"_fields": {"type": "array"}, "_embed": {"type": "array"}}
# The file of an upload is no argument: WordPress takes it from the form.
FILE: Mapping[str, Mapping[str, Any]] = {"file": {"type": "file"}}
JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "array": (list,),
    "object": (dict,), "file": (bytes,),
}  # fmt: skip
# Groups of a route: one may be nested inside.
IN_PATH = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
INTEGER = re.compile(r"-?\d+")


def reduced(index: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the index of `/wp/v2`: the routes that the connector calls, without sentences for readers."""
    return {
        route: [{"methods": one["methods"], "args": undescribed(one["args"] or {})} for one in described["endpoints"]]
        for route, described in index["routes"].items()
        if route in ROUTES
    }


def undescribed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: undescribed(content)
            for name, content in value.items()
            # An argument of such a name is a dict.
            if isinstance(content, dict) or name not in ("default", "context", "description")
        }
    return [undescribed(item) for item in value] if isinstance(value, list) else value


def placeholder(group: re.Match[str]) -> str:
    return f"{{{group[1]}}}"


@cache
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return content


def version() -> str:
    return f"WordPress {document()['version']}, routes of `wp/v2`"


def operation(method: str, url: str) -> str | None:
    known = _known(method, url)
    if known is None:
        return None
    return f"{method} {IN_PATH.sub(placeholder, known[0])}"


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: unknown or missing arguments, values of a wrong type or beyond their limits."""
    known = _known(method, url)
    if known is None:
        return ["the schema does not know this call"]
    route, arguments = known
    in_path = set(re.findall(r"\?P<(\w+)>", route))
    if body is not None and not isinstance(body, dict):
        return ["the body is neither JSON nor a form"]
    taken = {**arguments, **GLOBAL, **(FILE if route == "/wp/v2/media" else {})}
    texts = {name: values[0] for name, values in params.items()}
    problems = [f"argument {name} is there {len(values)} times" for name, values in params.items() if len(values) > 1]
    sent = {**texts, **(body or {})}
    problems += [f"unknown argument {name}" for name in sorted(set(sent) - set(taken))]
    required = {name for name, described in arguments.items() if described.get("required") and name not in in_path}
    problems += [f"missing argument {name}" for name in sorted(required - set(sent))]
    for name in sorted(set(sent) & set(taken)):
        check = _of_text if name in texts else _of_value
        problems += [f"argument {name} {problem}" for problem in check(taken[name], sent[name])]
    return problems


def validate_answer(
    method: str, url: str, params: Mapping[str, list[str]], body: Any, content: Any
) -> list[str] | None:
    """None: the index describes arguments only. `make test-real` has the same tests for real answers."""
    return None


def _known(method: str, url: str) -> tuple[str, Mapping[str, Any]] | None:
    path = url.removeprefix(PREFIX)
    # "introspect" is a route of its own, and would pass for an id as well.
    fitting = sorted((route.count("?P<"), route) for route in document()["routes"] if re.fullmatch(route, path))
    for _, route in fitting[:1]:
        for endpoint in document()["routes"][route]:
            if method in endpoint["methods"]:
                return route, endpoint["args"]
    return None


def _types(described: Mapping[str, Any]) -> list[str]:
    kinds = described.get("type", "string")
    return kinds if isinstance(kinds, list) else [kinds]


def _of_text(described: Mapping[str, Any], text: str) -> Iterator[str]:
    """An argument in the address, where everything is text and a list has commas."""
    if "array" in _types(described):
        for item in text.split(","):
            yield from _of_text(described.get("items", {}), item)
    elif "integer" in _types(described):
        if INTEGER.fullmatch(text):
            yield from _of_value(described, int(text))
        else:
            yield f"is no integer: {text}"
    elif "boolean" in _types(described):
        if text not in ("true", "false", "1", "0"):
            yield f"is no boolean: {text}"
    else:
        yield from _of_value(described, text)


def _of_value(described: Mapping[str, Any], value: Any) -> Iterator[str]:
    kinds = _types(described)
    if "object" in kinds and "raw" in described.get("properties", {}) and isinstance(value, str):
        return  # title and content are taken as text, too
    if not any(_is(kind, value) for kind in kinds):
        yield f"is no {' or '.join(kinds)}: {type(value).__name__}"
    elif "enum" in described and value not in described["enum"]:
        yield f"has an unknown value: {value}"
    elif isinstance(value, int) and not described.get("minimum", value) <= value <= described.get("maximum", value):
        yield f"is outside its limits: {value}"
    elif described.get("format") == "date-time" and not _is_time(value):
        yield f"is no time: {value}"
    elif isinstance(value, list):
        for item in value:
            yield from _of_value(described.get("items", {}), item)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, JSON_TYPES.get(kind, (object,)))


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False
