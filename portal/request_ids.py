"""An id per request: in the lines that the request writes to the log, in its answer, and in the tasks that it starts.

The id of a proxy is taken over where a trusted proxy is in front (`TRUSTED_PROXY_COUNT`) and it is a harmless token;
anything else is replaced. Celery carries it in the headers of a message, from the process that sends a task to the one
that runs it, and on to the tasks that this one starts.
"""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from celery.signals import before_task_publish, task_postrun, task_prerun

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# Of a Celery message.
TASK_HEADER = "request_id"
HARMLESS = re.compile(r"[A-Za-z0-9._-]{1,64}")
NONE = "-"
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that this thread answers, or that started its task; "" outside of both."""
    return _current.get()


def harmless(value: object) -> str:
    """`value` if it may be an id, otherwise ""."""
    return value if isinstance(value, str) and HARMLESS.fullmatch(value) else ""


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A browser may send one as well. Only a proxy decides which reaches us, so without one none is believed.
        from_proxy = request.headers.get(HEADER) if settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0 else None
        request_id = harmless(from_proxy) or uuid4().hex[:16]
        _current.set(request_id)
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


def forget(**_: Any) -> None:
    # Not in the middleware: Django logs a refusal after it, and a file is streamed after it.
    _current.set("")


request_finished.connect(forget, dispatch_uid="portal.request_ids")


class RequestIds(logging.Filter):
    """Gives each record that has none the attribute `request_id`; "-" outside of requests and their tasks."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.setdefault("request_id", current() or NONE)
        return True


@before_task_publish.connect
def _send_with_task(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None and current():
        headers[TASK_HEADER] = current()


@task_prerun.connect
def _take_from_message(task: Any = None, **_: Any) -> None:
    request = task.request
    # Of a task that is called in the process that sent it: what it goes back to.
    request.request_id_before = current()
    _current.set(task_request_id(request))


@task_postrun.connect
def _go_back(task: Any = None, **_: Any) -> None:
    _current.set(getattr(task.request, "request_id_before", ""))


def task_request_id(celery_request: Any) -> str:
    """The id that Celery's request of a task carries; "" without one."""
    # Headers of a message become attributes; those of a task that is called here do not.
    return harmless(getattr(celery_request, TASK_HEADER, None) or (celery_request.headers or {}).get(TASK_HEADER))
