"""The door of the server that a browser talks to in a test: shut, and empty, before the tables are emptied.

A page that closes may still have sent a request (the composer saves what is left when one leaves it). Were it answered
while the tables are emptied, it would deadlock with that, or write into the next test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tests import patience


class _State:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.is_open = True
        self.inside = 0


_state = _State()


class Door:
    """Outermost middleware: counts who is inside, and turns everybody away while it is shut."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _state.changed:
            if not _state.is_open:
                return HttpResponse("The test is over.", status=503)
            _state.inside += 1
        try:
            return self.get_response(request)
        finally:
            with _state.changed:
                _state.inside -= 1
                _state.changed.notify_all()


def shut(seconds: float = patience.SECONDS) -> None:
    """Let nobody in any more and wait until the last one has left; fails when that takes longer than `seconds`."""
    with _state.changed:
        _state.is_open = False
        if not _state.changed.wait_for(lambda: _state.inside == 0, timeout=seconds):
            raise TimeoutError(f"{_state.inside} requests still run {seconds} s after the test ended")


def reopen() -> None:
    with _state.changed:
        _state.is_open = True
