"""Spans of requests, tasks and statements, sent in OpenTelemetry's protocol (OTLP over HTTP). Imported by `tracing`.

A span says what ran and how long, and nothing of what it ran with. Of a request: method, pattern of the address and
status. Of a task: its name, and whether it failed. Of a statement: its first word. Addresses of the portal are
permissions by themselves, statements and texts of exceptions quote citizens, so none of them leaves; nor do query
strings, headers, values or users. The library's instrumentations, which record those, are not used, and what another
library records is dropped: `Scrubbing` builds each span anew from a list of what may leave. A trace that a browser
began is not continued.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from celery.signals import before_task_publish, task_postrun, task_prerun
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from django.conf import settings
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from portal import tracing
from portal.access_log import METHODS, route_of

SCOPE = "portal.traces"
# Header of a Celery message (W3C Trace Context).
TASK_HEADER = "traceparent"
# First words of statements; everything else is "other".
OPERATIONS = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "LOCK", "COPY"}
)
# Of a span; everything else is left out, also what a later version of the library adds.
ATTRIBUTES = frozenset(
    {
        "http.request.method", "http.route", "http.response.status_code", "error.type", "db.system.name",
        "db.operation.name", "messaging.system", "dobosar.task", "dobosar.outcome",
    }
)  # fmt: skip
FIRST_WORD = re.compile(r"[A-Za-z]++")
FLUSH_MILLISECONDS = 3000

_propagator = TraceContextTextMapPropagator()
_providers: list[TracerProvider] = []


class Scrubbing(SpanExporter):
    """Hands on spans of this module, with the attributes of `ATTRIBUTES` and without events, links and descriptions."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        scrubbed = [scrub(span) for span in spans if _is_ours(span)]
        return self.exporter.export(scrubbed) if scrubbed else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.exporter.force_flush(timeout_millis)


def _is_ours(span: ReadableSpan) -> bool:
    return span.instrumentation_scope is not None and span.instrumentation_scope.name == SCOPE


def scrub(span: ReadableSpan) -> ReadableSpan:
    """The span that leaves."""
    attributes = {name: value for name, value in (span.attributes or {}).items() if name in ATTRIBUTES}
    return ReadableSpan(
        name=span.name,
        context=_plain(span.context),
        parent=_plain(span.parent),
        resource=_resource(),
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _plain(context: SpanContext | None) -> SpanContext | None:
    """Without the state that others may have added to a trace."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags, TraceState())


def _resource() -> Resource:
    # Not `Resource.create`: it adds what it reads of the process, its command line for instance.
    return Resource({"service.name": "dobosar", "server.address": urlsplit(settings.PUBLIC_BASE_URL).hostname or ""})


def start() -> None:
    if _providers:
        return
    provider = TracerProvider(resource=_resource())
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(Scrubbing(exporter)))
    _providers.append(provider)
    before_task_publish.connect(_send_with_task, dispatch_uid=SCOPE)
    task_prerun.connect(_begin_task, dispatch_uid=SCOPE)
    task_postrun.connect(_end_task, dispatch_uid=SCOPE)
    connection_created.connect(_watch, dispatch_uid=SCOPE)


def flush() -> None:
    """Send what has ended. At the end of a process the library does it."""
    for provider in _providers:
        provider.force_flush(FLUSH_MILLISECONDS)


def _tracer() -> trace.Tracer:
    return _providers[0].get_tracer(SCOPE)


# ---------------------------------------------------------------- requests
@contextmanager
def of_request(request: HttpRequest) -> Iterator[Span]:
    method = request.method if request.method in METHODS else "other"
    span = _tracer().start_span(
        method, context=contexts.Context(), kind=SpanKind.SERVER, attributes={"http.request.method": method}
    )
    token = contexts.attach(trace.set_span_in_context(span))
    before = tracing.current_id.set(trace.format_trace_id(span.get_span_context().trace_id))
    try:
        yield span
    finally:
        contexts.detach(token)
        tracing.current_id.reset(before)
        span.end()


def finish_request(span: Span, request: HttpRequest, response: HttpResponse) -> None:
    pattern = route_of(request).pattern
    span.update_name(f"{request.method if request.method in METHODS else 'other'} {pattern}")
    span.set_attribute("http.route", pattern)
    span.set_attribute("http.response.status_code", response.status_code)
    if response.status_code >= 500:
        span.set_status(StatusCode.ERROR)


# ---------------------------------------------------------------- tasks
def _send_with_task(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        if TASK_HEADER in carrier:
            headers[TASK_HEADER] = carrier[TASK_HEADER]


def _begin_task(task: Any = None, **_: Any) -> None:
    sent = getattr(task.request, TASK_HEADER, None) or (task.request.headers or {}).get(TASK_HEADER)
    parent = _propagator.extract({TASK_HEADER: sent} if isinstance(sent, str) else {}, context=contexts.Context())
    attributes = {"messaging.system": "celery", "dobosar.task": task.name}
    span = _tracer().start_span(task.name, context=parent, kind=SpanKind.CONSUMER, attributes=attributes)
    token = contexts.attach(trace.set_span_in_context(span))
    before = tracing.current_id.set(trace.format_trace_id(span.get_span_context().trace_id))
    task.request.traced = (span, token, before)


def _end_task(task: Any = None, state: str | None = None, retval: Any = None, **_: Any) -> None:
    traced = getattr(task.request, "traced", None)
    if traced is None:
        return
    span, token, before = traced
    span.set_attribute("dobosar.outcome", (state or "unknown").lower())
    if isinstance(retval, BaseException):
        span.set_attribute("error.type", type(retval).__qualname__)
        span.set_status(StatusCode.ERROR)
    span.end()
    contexts.detach(token)
    tracing.current_id.reset(before)


# ---------------------------------------------------------------- statements
def _watch(connection: Any, **_: Any) -> None:
    if _trace_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_trace_statement)


def _trace_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An execute wrapper of Django. A statement outside of a request and a task is no trace of its own."""
    if not trace.get_current_span().get_span_context().is_valid:
        return execute(sql, params, many, context)
    operation = operation_of(sql)
    attributes = {"db.system.name": "postgresql", "db.operation.name": operation}
    span = _tracer().start_span(operation, kind=SpanKind.CLIENT, attributes=attributes)
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(StatusCode.ERROR)
        raise
    finally:
        span.end()


def operation_of(sql: Any) -> str:
    """The first word of a statement if it is one of SQL's; "other" for everything else, also composed ones."""
    match = FIRST_WORD.match(sql.lstrip()) if isinstance(sql, str) else None
    word = match[0].upper() if match else ""
    return word if word in OPERATIONS else "other"
