"""Streams of events to browsers (server-sent events), held by a process of their own (`portal.live`).

A web process has few threads, which must not wait for hours. It checks who asks, sends the head of the answer, and
hands the connection over: the descriptor goes through a Unix socket to the process that holds all streams (ADR 35).

An event says that something of a topic has changed, and nothing else. What it is, the page asks the ordinary views.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

# Of PostgreSQL: topics that have changed.
NOTIFY_CHANNEL = "live_updates"
# The process answers at once, or it does not run.
PATIENCE_SECONDS = 1.0
# Milliseconds after which a browser connects again when a stream has ended.
RETRY = 1000
# The most characters of the address of a Unix socket that every system allows.
LONGEST_ADDRESS = 100
HEADERS = {
    "X-Accel-Buffering": "no",  # nginx passes each event on at once
    "Content-Encoding": "identity",  # nor does GZipMiddleware collect them
    "Cache-Control": "no-store",
}


def response(request: HttpRequest, topic: str) -> HttpResponseBase:
    """A stream of `topic` for the person who asks; 204, after which a browser does not try again, where there is none.

    The caller has checked that the person may know about the topic. A stream ends after `LIVE_STREAM_SECONDS`
    and the browser asks again, so that this is checked again as well.
    """
    environ = getattr(request, "environ", {})
    browser, protocol = environ.get("gunicorn.socket"), environ.get("SERVER_PROTOCOL", "")
    # The connection of another server, or one that no other process can continue: an encrypted one is of another type.
    if type(browser) is not socket.socket or not protocol.startswith("HTTP/1."):
        return HttpResponse(status=204)
    wanted = {
        "topic": topic,
        "person": request.user.pk,
        "seen": request.headers.get("Last-Event-ID", "")[:100],
        "is_chunked": protocol != "HTTP/1.0",  # as gunicorn sends it
    }
    control = _reserve(wanted)
    if control is None:
        return HttpResponse(status=204)
    return StreamingHttpResponse(_begin(browser, control), content_type="text/event-stream", headers=HEADERS)


def status() -> dict[str, Any] | None:
    """`streams`: how many are open; `listens`: whether it hears PostgreSQL. None where the process does not run."""
    try:
        with closing(_connect()) as control:
            control.sendall(b'{"status": true}\n')
            return dict(json.loads(_line(control)))
    except (OSError, ValueError):
        return None


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """The address of a Unix socket. A long path is replaced by the descriptor of its directory, which Linux allows."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def _reserve(wanted: dict[str, Any]) -> socket.socket | None:
    """The connection to the process, which expects the stream now; None if it does not run or has too many."""
    try:
        control = _connect()
    except OSError:
        return None
    try:
        control.sendall(json.dumps(wanted).encode() + b"\n")
        if _line(control) == b"ok\n":
            return control
    except OSError:
        pass
    control.close()
    return None


def _connect() -> socket.socket:
    control = socket.socket(socket.AF_UNIX)
    control.settimeout(PATIENCE_SECONDS)
    try:
        with short_address(settings.LIVE_SOCKET) as address:
            control.connect(address)
    except OSError:
        control.close()
        raise
    return control


def _line(control: socket.socket) -> bytes:
    with control.makefile("rb") as lines:
        return lines.readline(1000)


def _begin(browser: socket.socket, control: socket.socket) -> Iterator[bytes]:
    """What this process sends itself. After it, the connection belongs to the other one."""
    with closing(control):
        yield f"retry: {RETRY}\n\n".encode()
        try:
            socket.send_fds(control, [b"."], [browser.fileno()])
        except OSError:  # it has just ended; the browser asks again
            return
    # What the server still does with the connection (it ends the body, and waits for the next request) must not reach
    # the browser: its descriptor now leads to a socket whose other end is closed.
    here, there = socket.socketpair()
    with here:
        there.close()
        os.dup2(here.fileno(), browser.fileno(), inheritable=False)
