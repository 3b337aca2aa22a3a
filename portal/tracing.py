"""Traces for an OpenTelemetry collector, where OTEL_EXPORTER_OTLP_ENDPOINT is set. Otherwise nothing is imported.

This module only knows the id of the trace that runs, for the lines of the log; `portal.traces` makes the spans.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

# 32 hexadecimal digits; "" outside of a trace.
current_id: ContextVar[str] = ContextVar("trace_id", default="")


class TraceIds(logging.Filter):
    """Gives each record of a trace the attribute `trace_id`, which the formats of the log write."""

    def filter(self, record: logging.LogRecord) -> bool:
        if trace_id := current_id.get():
            record.trace_id = trace_id
        return True


class TracingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not is_on():
            raise MiddlewareNotUsed
        from portal import traces

        self.get_response, self.traces = get_response, traces

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self.traces.of_request(request) as span:
            response = self.get_response(request)
            self.traces.finish_request(span, request, response)
        return response


def is_on() -> bool:
    """Whether spans are made. What is wrong with the address or missing of the library, `checks.traces` says."""
    from portal import checks

    return bool(settings.OTEL_EXPORTER_OTLP_ENDPOINT) and checks.can_trace(settings.OTEL_EXPORTER_OTLP_ENDPOINT)


def start() -> None:
    """Make spans of requests, tasks and statements from now on, if the settings ask for them."""
    if is_on():
        from portal import traces

        traces.start()
