"""What a connector sent to a fake, as the vendors' schemas see it: call, parameters, body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from tests.platforms.fakes.core import Exchange, Reply, Request
from tests.platforms.vendor_schemas import differences

Asked = tuple[str, str, dict[str, list[str]], Any]
"""Method, address, parameters, content."""
VENDORS = (
    "bluesky", "facebook", "google_business", "instagram", "linkedin", "mastodon", "telegram", "threads", "tiktok",
    "viber", "viber_bot", "wordpress", "x", "youtube",
)  # fmt: skip


class Checked(NamedTuple):
    """One request and its answer. `operation` is empty for a call that no schema describes; `form` is the same for all
    requests with the same call, names and types; `answered`: whether a schema described the answer as well."""

    network: str
    operation: str
    form: str
    problems: tuple[str, ...]
    answered: bool = False

    def for_report(self) -> tuple[str, str, str, bool]:
        """Texts and truths: a worker of pytest-xdist sends it to the one that writes the report."""
        return self.network, self.operation, self.form, self.answered


@cache
def vendor(network: str) -> ModuleType:
    return import_module(f"tests.platforms.vendor_schemas.{network}")


def network_of(request: Request) -> str:
    """The key of the network; of Mastodon's and Bluesky's fakes the addresses are those of the real servers."""
    first = request.path.split("/", 2)[1]
    return {"xrpc": "bluesky", "api": "mastodon", "oauth": "mastodon"}.get(first, first)


def check(exchange: Exchange) -> Checked | None:
    """None for a network without a schema."""
    request = exchange.request
    network = network_of(request)
    if network not in VENDORS:
        return None
    path = request.path.removeprefix(f"/{network}")
    if differences.is_outside(network, request.method, path):
        return Checked(network, "", "", ())
    module, content = vendor(network), body(request)
    operation = module.operation(request.method, path)
    if operation is None:
        address = re.sub(r"/bot[^/]+/", "/bot…/", path)  # Telegram has the token there
        return Checked(network, "", "", (f"{network}: {request.method} {address}: the schema does not know this call",))
    asked = (request.method, path, request.query, content)
    answered = _of_answer(module, asked, exchange.reply)
    problems = [*module.validate(*asked), *(f"answer: {problem}" for problem in answered or ())]
    form = f"{operation} {sorted(request.query)} {shape(content)}"
    return Checked(
        network,
        operation,
        form,
        tuple(
            f"{network}: {operation}: {problem}"
            for problem in problems
            if not differences.is_accepted(network, operation, problem)
        ),
        answered is not None,
    )


def _of_answer(module: ModuleType, asked: Asked, reply: Reply | None) -> list[str] | None:
    """None where there is no answer of the fake itself, or no schema of it: few packages have one of errors."""
    if reply is None:
        return None
    content = content_of(reply)
    if reply.status >= 300:
        validate_error = getattr(module, "validate_error", None)
        return validate_error(content) if validate_error else None
    problems: list[str] | None = module.validate_answer(*asked, content)
    return problems


def content_of(reply: Reply) -> Any:
    """JSON as a client reads it; other content as it is; None without any."""
    encoded = reply.encoded()
    if not encoded or reply.body is None:
        return None
    return json.loads(encoded) if "json" in reply.content_type else encoded


def check_all(exchanges: Iterable[Exchange]) -> list[Checked]:
    return [checked for exchange in exchanges if (checked := check(exchange))]


def body(request: Request) -> Any:
    """JSON as it is, the fields of a form as text, the parts of an upload as text or bytes; None without a body."""
    if not request.body:
        return None
    if request.kind == "application/json":
        return json.loads(request.body)
    if request.kind == "application/x-www-form-urlencoded":
        fields = parse_qs(request.body.decode(), keep_blank_values=True)
        return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
    if request.kind == "multipart/form-data":
        parts = request.multipart()
        return {name: part.content if part.filename else part.content.decode() for name, part in parts.items()}
    if request.kind == "multipart/related":
        raw = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body
        for part in BytesParser(policy=HTTP).parsebytes(raw).iter_parts():
            if part.get_content_type() == "application/json":
                return json.loads(part.get_payload(decode=True))
    return request.body


def shape(value: Any) -> str:
    """Names and types without the values."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {shape(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(sorted({shape(item) for item in value})) + "]"
    return type(value).__name__
