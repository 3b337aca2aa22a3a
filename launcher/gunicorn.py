"""Gunicorn's defaults, for `make run` and the container alike. GUNICORN_CMD_ARGS overrides each of them."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Django is loaded once and then forked: quicker to start, less memory.
preload_app = True
timeout = 60
graceful_timeout = 25
control_socket_disable = True
loglevel = "warning"


def when_ready(server: object) -> None:
    """What the checks at the start opened in the parent must not be shared by the workers."""
    from django.db import connections

    connections.close_all()
