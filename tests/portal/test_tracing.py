"""What leaves the installation as a trace: what ran and how long, and nothing of what it ran with."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.portal.telemetry import CLIENT, SECRETS, Received, receiving, run

ROOT = Path(__file__).resolve().parents[2]
PARENT = "0af7651916cd43dd8448eb211c80319c"
PROGRAM = (
    """
import json, os, shutil, time
import django; django.setup()
from opentelemetry import trace
from portal import traces
"""
    + CLIENT
    + """
foreign = {"Authorization": secret["MAIL"], "traceparent": f"00-{secret['PARENT']}-b7ad6b7169203331-01",
           "tracestate": f"zq={secret['COOKIE']}", "baggage": f"user={secret['COOKIE']}"}
broken = client.post(f"/broken/{secret['TOKEN']}/?q={secret['QUERY']}", sent, headers=foreign)
unknown = client.generic(secret["COOKIE"].upper(), f"/{secret['TOKEN']}/{secret['TEXT']}/")
with traces._providers[0].get_tracer("requests").start_as_current_span(f"GET /{secret['TOKEN']}") as span:
    span.set_attribute("url.full", secret["QUERY"])
with traces._tracer().start_as_current_span("ours") as span:
    span.set_attribute("url.full", secret["QUERY"])
    span.record_exception(RuntimeError(secret["TEXT"]))
    failing.apply(headers={})
traces.flush()
if (child := os.fork()) == 0:  # as gunicorn and Celery do after they have loaded everything
    traces._tracer().start_span("forked").end()
    time.sleep(3)
    os._exit(0)
os.waitpid(child, 0)
shutil.rmtree(settings.SUITE_ROOT)
print(json.dumps([broken.status_code, unknown.status_code]))
"""
)
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("opentelemetry") is None,
    reason="the packages of requirements-tracing.txt are not installed",
)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[Received]]]:
    """A server of OpenTelemetry's protocol: its address, and what it was sent."""
    with receiving() as (port, requests):
        yield f"http://127.0.0.1:{port}", requests


def spans(received: list[Received]) -> list[Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    requests = [ExportTraceServiceRequest.FromString(request.body) for request in received]
    return [
        span
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def values(span: Any) -> dict[str, Any]:
    return {entry.key: entry.value.string_value or entry.value.int_value for entry in span.attributes}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_trace_says_what_ran_and_nothing_of_what_it_ran_with(
    receiver: tuple[str, list[Received]], tmp_path: Path
) -> None:
    address, requests = receiver
    done = run(tmp_path, PROGRAM, OTEL_EXPORTER_OTLP_ENDPOINT=address, PARENT=PARENT, OTEL_BSP_SCHEDULE_DELAY="200")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [500, 405]
    everything = b"".join(f"{one.path} {one.headers}".encode() + one.body for one in requests)
    for secret in SECRETS.values():
        assert secret.encode() not in everything
    assert b"zq" not in everything.lower()
    assert {request.path for request in requests} == {"/v1/traces"}

    received = spans(requests)
    named = {span.name: span for span in received}
    page = named["POST broken/<str:token>/"]
    assert values(page) == {
        "http.request.method": "POST", "http.route": "broken/<str:token>/", "http.response.status_code": 500,
    }  # fmt: skip
    assert page.trace_id.hex() != PARENT, "a browser begins no trace of ours"
    assert page.parent_span_id == b""
    assert values(named["other unknown"])["http.route"] == "unknown"
    statements = [span for span in received if span.trace_id == page.trace_id and span is not page]
    failed = [span for span in statements if "error.type" in values(span)]
    assert {span.name for span in statements} <= {"SELECT", "SAVEPOINT", "ROLLBACK", "RELEASE", "SET", "other"}
    assert [(values(span)["db.operation.name"], values(span)["error.type"]) for span in failed] == [
        ("SELECT", "DataError")
    ]
    task = named["tests.portal.failing"]
    assert values(task)["error.type"] == "RuntimeError"
    assert values(task)["dobosar.outcome"] == "failure"
    assert values(named["ours"]) == {}
    assert "forked" in named, "a forked process sends in the background as well"
    assert "GET" not in {span.name.split()[0] for span in received if span.name != "ours"}, (
        "spans of others do not leave"
    )
    for span in received:
        assert (list(span.events), list(span.links), span.status.message, span.trace_state) == ([], [], "", "")
    # The operator finds the text in the log, by the id of the trace.
    (line,) = re.findall(r"^.* ERROR django\.request .*$", done.stderr, flags=re.MULTILINE)
    assert line.endswith(f" trace_id={page.trace_id.hex()}")
    (line,) = re.findall(r"^.* ERROR celery\.app\.trace .*$", done.stderr, flags=re.MULTILINE)
    assert line.endswith(f" trace_id={task.trace_id.hex()}")


@pytest.mark.parametrize(
    ("sql", "operation"),
    [
        ("SELECT 1", "SELECT"), ("\n  insert into a values ('zq')", "INSERT"), ("zqreci", "other"), ("", "other"),
        (b"SELECT 1", "other"), ("'SELECT'", "other"),
    ],
)  # fmt: skip
def test_of_a_statement_the_first_word_is_left_if_it_is_one_of_sql(sql: Any, operation: str) -> None:
    from portal import traces

    assert traces.operation_of(sql) == operation


def test_a_task_belongs_to_the_trace_that_sent_it() -> None:
    from opentelemetry import context, trace
    from opentelemetry.sdk.trace import TracerProvider

    from portal import traces

    headers: dict[str, Any] = {}
    traces._send_with_task(headers=headers)
    assert headers == {}, "outside of a trace nothing is sent"
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("request")
    token = context.attach(trace.set_span_in_context(span))
    try:
        traces._send_with_task(headers=headers)
    finally:
        context.detach(token)
    assert list(headers) == ["traceparent"]
    assert headers["traceparent"].split("-")[1] == trace.format_trace_id(span.get_span_context().trace_id)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://collector:4318", True), ("https://collector.example/otlp/", True), ("collector:4318", False),
        ("ftp://collector", False), ("http://[broken", False), ("http://collector:4318/?key=value", False),
    ],
)  # fmt: skip
def test_only_an_address_of_a_collector_is_taken(endpoint: str, expected: bool) -> None:
    from portal import checks

    assert checks.can_trace(endpoint) is expected


def test_without_an_address_the_library_is_not_imported() -> None:
    # The client of Valkey imports parts of it by itself, where it is installed.
    program = (
        "import django, sys; django.setup(); "
        "sys.exit(any(name in sys.modules for name in ('portal.traces', 'opentelemetry.exporter')))"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, check=True)
