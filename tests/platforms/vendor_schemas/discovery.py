"""APIs by Google's discovery documents, from `google-api-python-client`.

The package has the documents of 600 APIs and takes 111 MB, so some are kept here without their descriptions;
`tools/vendor/google_schemas.py` makes them from a pinned version.
https://developers.google.com/discovery/v1/reference/apis
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Discovery:
    """One API. `name`: that of its file here."""

    name: str

    @cached_property
    def document(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(Path(__file__).with_name(f"{self.name}.json").read_text(encoding="utf-8"))
        return content

    def version(self) -> str:
        package, title = self.document["package"], self.document["id"].replace(":", " ")
        return f"google-api-python-client {package}, {title}, revision {self.document['revision']}"

    @cached_property
    def operations(self) -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
        """Every method of the API with its HTTP method and path; one that takes a file has a path for the upload as
        well."""
        known = []
        for method in _methods(self.document["resources"]):
            paths = [f"/{self.document['servicePath']}{method['path']}"]
            paths += [protocol["path"] for protocol in method.get("mediaUpload", {}).get("protocols", {}).values()]
            known += [(method["httpMethod"], _pattern(path, method), method) for path in paths]
        return known

    def known(self, method: str, url: str) -> dict[str, Any] | None:
        """The description of a call, None for one that the API does not have."""
        return next(
            (described for verb, path, described in self.operations if verb == method and path.fullmatch(url)), None
        )

    def operation(self, method: str, url: str) -> str | None:
        known = self.known(method, url)
        return known["id"] if known else None

    def validate(self, method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
        """Problems of a request: unknown or missing parameters, values of a wrong type, another body."""
        known = self.known(method, url)
        if known is None:
            return ["the schema does not know this call"]
        parameters = {**self.document["parameters"], **known.get("parameters", {})}
        problems = [f"unknown parameter {name}" for name in sorted(set(params) - set(parameters))]
        problems += [
            f"missing parameter {name}"
            for name, described in parameters.items()
            if described.get("required") and described.get("location") != "path" and name not in params
        ]
        for name in sorted(set(params) & set(parameters)):
            problems += _of_parameter(name, parameters[name], params[name])
        if "request" in known and isinstance(body, dict):
            problems += self._of_value("body", {"$ref": known["request"]["$ref"]}, body, known["id"])
        elif "request" in known and not isinstance(body, bytes):
            problems.append("the body is missing")
        elif isinstance(body, dict):
            problems.append("a body where there is none")
        return problems

    def validate_answer(
        self, method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any
    ) -> list[str]:
        """Problems of an answer with success: fields that its resource does not have, values of a wrong type."""
        known = self.known(method, url) or {}
        begins_upload = params.get("uploadType") == ["resumable"]  # what follows goes to the address in a header
        if begins_upload or "response" not in known:
            return [] if answer is None else ["an answer where there is none"]
        return list(self._of_value("answer", {"$ref": known["response"]["$ref"]}, answer, ""))

    def _of_value(self, place: str, described: Mapping[str, Any], value: Any, method: str) -> Iterator[str]:
        if "$ref" in described:
            described = self.document["schemas"][described["$ref"]]
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
                yield from self._of_value(f"{place}[]", described["items"], item, method)
        if isinstance(value, dict):
            yield from self._of_object(place, described, value, method)

    def _of_object(self, place: str, described: Mapping[str, Any], value: dict[str, Any], method: str) -> Iterator[str]:
        properties = described.get("properties", {})
        for name, content in value.items():
            if name in properties:
                yield from self._of_value(f"{place}.{name}", properties[name], content, method)
            elif "additionalProperties" in described:
                yield from self._of_value(f"{place}.{name}", described["additionalProperties"], content, method)
            else:
                yield f"unknown field {place}.{name}"
        for name, content in properties.items():
            if method in content.get("annotations", {}).get("required", ()) and name not in value:
                yield f"missing field {place}.{name}"


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


def _pattern(path: str, method: Mapping[str, Any]) -> re.Pattern[str]:
    """Of a path with parameters: `v1/{+name}`."""
    parts = re.split(r"\{(\+?\w+)\}", path)
    described = {name: one.get("pattern", "") for name, one in method.get("parameters", {}).items()}
    values = [described[name.lstrip("+")].strip("^$") or "[^/]+" for name in parts[1::2]]
    fixed = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(part + value for part, value in zip(fixed, [*values, ""], strict=True)))
