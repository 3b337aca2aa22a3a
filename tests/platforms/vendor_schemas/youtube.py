"""YouTube's Data API v3 by Google's discovery document, from `google-api-python-client`.

The package has the documents of 600 APIs and takes 111 MB, so the one document is kept here without its descriptions;
`tools/vendor/youtube_schema.py` makes it from a pinned version.
https://developers.google.com/discovery/v1/reference/apis
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).with_name("youtube.v3.json")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
INTEGER = re.compile(r"-?\d+")
JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


@cache
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return content


def version() -> str:
    return f"google-api-python-client {document()['package']}, youtube v3, revision {document()['revision']}"


@cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every method of the API by (HTTP method, path); a method that takes a file has a path for the upload as well."""
    known = {}
    for method in _methods(document()["resources"]):
        paths = [f"/{document()['servicePath']}{method['path']}"]
        paths += [protocol["path"] for protocol in method.get("mediaUpload", {}).get("protocols", {}).values()]
        known |= {(method["httpMethod"], path): method for path in paths}
    return known


def operation(method: str, url: str) -> str | None:
    known = operations().get((method, url))
    return known["id"] if known else None


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    """Problems of a request: unknown or missing parameters, values of a wrong type, a body that is not the schema's."""
    known = operations().get((method, url))
    if known is None:
        return ["the schema does not know this call"]
    parameters = {**document()["parameters"], **known.get("parameters", {})}
    problems = [f"unknown parameter {name}" for name in sorted(set(params) - set(parameters))]
    problems += [
        f"missing parameter {name}"
        for name, described in parameters.items()
        if described.get("required") and name not in params
    ]
    for name in sorted(set(params) & set(parameters)):
        problems += _of_parameter(name, parameters[name], params[name])
    if "request" in known and isinstance(body, dict):
        problems += _of_value("body", {"$ref": known["request"]["$ref"]}, body, known["id"])
    elif "request" in known and not isinstance(body, bytes):
        problems.append("the body is missing")
    elif isinstance(body, dict):
        problems.append("a body where there is none")
    return problems


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str]:
    """Problems of an answer with success: fields that its resource does not have, values of a wrong type."""
    known = operations()[method, url]
    begins_upload = params.get("uploadType") == ["resumable"]  # what follows goes to the address in a header
    if begins_upload or "response" not in known:
        return [] if answer is None else ["an answer where there is none"]
    return list(_of_value("answer", {"$ref": known["response"]["$ref"]}, answer, ""))


def _methods(resources: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _of_parameter(name: str, described: Mapping[str, Any], values: list[str]) -> Iterator[str]:
    if len(values) > 1 and not described.get("repeated"):
        yield f"parameter {name} is there {len(values)} times"
    for value in values:
        if described["type"] == "boolean" and value not in ("true", "false"):
            yield f"parameter {name} is no boolean: {value}"
        elif described["type"] == "integer" and not INTEGER.fullmatch(value):
            yield f"parameter {name} is no integer: {value}"
        elif described["type"] == "number" and not NUMBER.fullmatch(value):
            yield f"parameter {name} is no number: {value}"
        elif described["type"] == "integer" and not (
            int(described.get("minimum", value)) <= int(value) <= int(described.get("maximum", value))
        ):
            yield f"parameter {name} is outside its limits: {value}"
        if "enum" in described and value not in described["enum"]:
            yield f"parameter {name} has an unknown value: {value}"


def _of_value(place: str, described: Mapping[str, Any], value: Any, method: str) -> Iterator[str]:
    if "$ref" in described:
        described = document()["schemas"][described["$ref"]]
    expected = described.get("type", "any")
    if expected == "any":
        return
    if isinstance(value, bool) != (expected == "boolean") or not isinstance(value, JSON_TYPES[expected]):
        yield f"{place} is no {expected}: {type(value).__name__}"
        return
    if "enum" in described and value not in described["enum"]:
        yield f"{place} has an unknown value: {value}"
    if isinstance(value, list):
        for item in value:
            yield from _of_value(f"{place}[]", described["items"], item, method)
    if isinstance(value, dict):
        yield from _of_object(place, described, value, method)


def _of_object(place: str, described: Mapping[str, Any], value: dict[str, Any], method: str) -> Iterator[str]:
    properties = described.get("properties", {})
    for name, content in value.items():
        if name in properties:
            yield from _of_value(f"{place}.{name}", properties[name], content, method)
        elif "additionalProperties" in described:
            yield from _of_value(f"{place}.{name}", described["additionalProperties"], content, method)
        else:
            yield f"unknown field {place}.{name}"
    for name, content in properties.items():
        if method in content.get("annotations", {}).get("required", ()) and name not in value:
            yield f"missing field {place}.{name}"
