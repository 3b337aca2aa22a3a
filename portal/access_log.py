"""Lines about requests, tasks and slow statements, where the settings ask for them; nothing is installed otherwise.

- `ACCESS_LOG`: a line per request, with the pattern of its address instead of the address. Addresses hold tokens that
  work like passwords, and what citizens and employees look at; a pattern holds neither.
- `TASK_LOG`: a line per Celery task.
- `SLOW_QUERY_MS`: a line per statement that takes longer, without its values.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery.signals import task_postrun, task_prerun
from psycopg2 import sql as composing

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from portal import request_ids
from portal.logs import FIELDS

access_log = logging.getLogger("portal.access")
task_log = logging.getLogger("portal.task_runs")
query_log = logging.getLogger("portal.slow_queries")

# What no page answers: not the path, which may be anything.
UNKNOWN = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"})
LONGEST_STATEMENT = 2000
# Strings and numbers that are written into a statement instead of being parameters, as `execute_values` of psycopg2
# does. The last string may have been cut off.
VALUE = re.compile(r"'[^']*(?:'|\Z)|\b\d+(?:\.\d+)?\b")


@dataclass(frozen=True)
class Route:
    """Where a request went: the name of the address ("" where it has none) and its pattern."""

    name: str
    pattern: str


def route_of(request: HttpRequest) -> Route:
    """Short links and public pages are answered before Django resolves the address, so it may be resolved here."""
    match = request.resolver_match
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return Route("", UNKNOWN)
    return Route(match.view_name or "", match.route)


class AccessLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.ACCESS_LOG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        _write_access(request, response, (time.perf_counter() - started) * 1000)
        return response


def _write_access(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    route = route_of(request)
    # Read already, or not at all: a line of the log asks the database nothing.
    user = request.__dict__.get("_cached_user")
    municipality = getattr(request, "municipality", None)
    write(
        access_log,
        method=request.method if request.method in METHODS else "other",
        route=route.name or None,
        pattern=route.pattern,
        status=response.status_code,
        ms=round(milliseconds, 1),
        bytes=_size(response),
        user=user.pk if user is not None else None,
        municipality=municipality.slug if municipality is not None else None,
    )


def _size(response: HttpResponse) -> int | None:
    """Of the body as it leaves, compressed or not; None for a stream that does not say how long it is."""
    if not response.streaming:
        return len(response.content)
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def write(
    log: logging.Logger, level: int = logging.INFO, extra: dict[str, str] | None = None, **values: object
) -> None:
    """A line of `name=value`; as JSON the values are fields of their own. None is written as "-", and null."""
    text = " ".join(f"{name}={'-' if value is None else value}" for name, value in values.items())
    log.log(level, "%s", text, extra={FIELDS: values, **(extra or {})})


# ---------------------------------------------------------------- tasks
def watch_tasks() -> None:
    """Write a line per task from now on, if `TASK_LOG` says so."""
    if settings.TASK_LOG:
        task_prerun.connect(_note_start, dispatch_uid="portal.access_log")
        task_postrun.connect(_write_task, dispatch_uid="portal.access_log")


def _note_start(task: Any = None, **_: Any) -> None:
    task.request.started_at = time.perf_counter()


def _write_task(task: Any = None, state: str | None = None, **_: Any) -> None:
    started = getattr(task.request, "started_at", None)
    milliseconds = None if started is None else round((time.perf_counter() - started) * 1000, 1)
    queue = (task.request.delivery_info or {}).get("routing_key")
    # Others may have ended the id of the task before this receiver is called.
    extra = {"request_id": request_ids.task_request_id(task.request) or request_ids.NONE}
    write(task_log, extra=extra, task=task.name, queue=queue, outcome=(state or "unknown").lower(), ms=milliseconds)


# ---------------------------------------------------------------- slow statements
def watch_statements() -> None:
    """Write a line per slow statement of every connection that is opened from now on, if `SLOW_QUERY_MS` says so."""
    if settings.SLOW_QUERY_MS > 0:
        connection_created.connect(_watch, dispatch_uid="portal.access_log")


def _watch(connection: Any, **_: Any) -> None:
    if _time_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time_statement)


def _time_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An execute wrapper of Django."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        if milliseconds >= settings.SLOW_QUERY_MS:
            if isinstance(sql, composing.Composable):
                sql = sql.as_string(context["cursor"].cursor)
            write(query_log, logging.WARNING, ms=round(milliseconds, 1), sql=without_values(sql))


def without_values(sql: str | bytes) -> str:
    """A statement with "…" for strings and numbers that stand in it, in one line and shortened."""
    text = sql.decode(errors="replace") if isinstance(sql, bytes) else sql
    return VALUE.sub("…", " ".join(text[:LONGEST_STATEMENT].split()))
