"""Gunicorn's defaults, for `make run` and the container alike. GUNICORN_CMD_ARGS overrides each of them."""

import logging.config
import os
import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from portal.settings import LOGGING

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# Django is loaded once and then forked: quicker to start, less memory.
preload_app = True
timeout = 60
graceful_timeout = 25
control_socket_disable = True
loglevel = "warning"


# Requests that have threads of their own, by their first bytes.
HEALTH = (b"GET /readyz ", b"GET /healthz ")
# As long as gunicorn gives a new connection to send its first bytes.
FIRST_BYTES_SECONDS = 7.0


class worker_class(ThreadWorker):  # noqa: N801 -- the name of gunicorn's setting
    """Health checks are answered also while all other threads wait for a database that hangs."""

    def init_process(self) -> None:
        self.health_pool = ThreadPoolExecutor(2, thread_name_prefix="health")
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        """A new connection waits for its first bytes without a thread; they decide in which pool it goes on."""
        if not conn.initialized and not conn.data_ready:
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + FIRST_BYTES_SECONDS
            self.pending_conns.append(conn)
            readable = partial(self.on_pending_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, readable)
            return
        pool = self.health_pool if _is_health_check(conn.sock) else self.tpool
        done = pool.submit(self.handle, conn)
        done.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))


def _is_health_check(connection: socket.socket) -> bool:
    try:
        return connection.recv(16, socket.MSG_PEEK | socket.MSG_DONTWAIT).startswith(HEALTH)
    except OSError:  # nothing to read yet, or nobody there any more
        return False


class logger_class(Logger):  # noqa: N801 -- the name of gunicorn's setting
    """Its own lines go through our handler, so that all lines of the process have one format."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        logging.config.dictConfig(LOGGING)


def when_ready(server: object) -> None:
    """What the checks at the start opened in the parent must not be shared by the workers."""
    from django.db import connections

    connections.close_all()
