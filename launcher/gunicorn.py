"""Gunicorn's defaults, for `make run` and the container alike. GUNICORN_CMD_ARGS overrides each of them."""

import logging.config
import os
from typing import Any

from gunicorn.glogging import Logger

from portal.settings import LOGGING

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Django is loaded once and then forked: quicker to start, less memory.
preload_app = True
timeout = 60
graceful_timeout = 25
control_socket_disable = True
loglevel = "warning"


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
