"""Wake-ups: PostgreSQL's notifications that something has become due.

They arrive on a connection of their own (`common.direct_connection`). Losing it delays nothing by more than the
publisher's longest sleep; it is opened again.
"""

import logging
import os
import select
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2

from common.direct_connection import connect
from delivery.models import NOTIFY_CHANNEL

log = logging.getLogger(__name__)

RECONNECT_DELAY = 1.0


class WakeUpListener:
    """Calls `on_wake_up` from a thread of its own: for notifications, and after each connect for those it missed."""

    def __init__(self, on_wake_up: Callable[[], None]) -> None:
        self.on_wake_up = on_wake_up
        self._stopping = threading.Event()
        self._read_end, self._write_end = os.pipe()
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        os.write(self._write_end, b".")
        self._thread.join()
        os.close(self._read_end)
        os.close(self._write_end)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with closing(connect()) as listening:
                    self._listen(listening)
            except psycopg2.Error as problem:
                log.warning("No wake-ups from the database; connecting again: %s", problem)
                self._stopping.wait(RECONNECT_DELAY)

    def _listen(self, listening: Any) -> None:
        with listening.cursor() as cursor:
            cursor.execute(f"LISTEN {NOTIFY_CHANNEL}")
        self.on_wake_up()
        while not self._stopping.is_set():
            select.select([listening, self._read_end], [], [])
            listening.poll()
            if listening.notifies:
                listening.notifies.clear()
                self.on_wake_up()
