"""Reports of errors to a server of Sentry's protocol, where SENTRY_DSN is set. Not imported otherwise.

A report holds where an error happened and nothing of what it happened with: types of exceptions, lines of our source,
the pattern of the address, the id of the request. Texts of exceptions and of log messages may quote citizens, tokens
or rows, so none of them leaves; nor do variables, cookies, headers, bodies, addresses, users or SQL. Whoever reads a
report finds the text in the log, by the id of the request.

Every log record of the level ERROR is reported, except outages of a server, which `/readyz` reports.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from django.conf import settings
from django.http import HttpRequest

from portal import request_ids
from portal.access_log import route_of
from portal.outages import outage_of

Event = dict[str, Any]

# Of an event; everything else is left out, also what a later version of the library adds.
EVENT = ("event_id", "timestamp", "platform", "level", "logger", "environment", "server_name")
FRAME = ("filename", "module", "function", "lineno", "in_app", "context_line", "pre_context", "post_context")


def start() -> None:
    # Without its integrations of Django, Celery, requests and Redis, which watch what people do. What goes wrong there
    # is logged as an error, and so reported.
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            ExcepthookIntegration(),
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_metrics=False,
        trace_propagation_targets=[],
        environment=urlsplit(settings.PUBLIC_BASE_URL).hostname,
        before_send=scrub,  # type: ignore[arg-type]  # their Event is a TypedDict
    )


def scrub(event: Event, hint: dict[str, Any]) -> Event | None:
    """The report that leaves; None for an outage, and for a refused request."""
    raised, record = hint.get("exc_info"), hint.get("log_record")
    if getattr(record, "outage", None) or (raised and raised[1] is not None and outage_of(raised[1])):
        return None
    if getattr(record, "status_code", 500) < 500:
        return None
    report = {name: event[name] for name in EVENT if name in event}
    report["tags"] = _tags(record)
    if exceptions := event.get("exception", {}).get("values"):
        report["exception"] = {"values": [_exception(exception) for exception in exceptions]}
    elif record is not None:
        report["message"] = f"{record.name}, {record.module}.{record.funcName}, line {record.lineno}"
    return report


def _tags(record: logging.LogRecord | None) -> dict[str, str]:
    request = getattr(record, "request", None)
    tags = {"request_id": request_ids.current()}
    if isinstance(request, HttpRequest):
        tags["route"] = route_of(request).pattern
    return {name: value for name, value in tags.items() if value}


def _exception(exception: Event) -> Event:
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{name: frame[name] for name in FRAME if name in frame} for frame in frames]},
    }
