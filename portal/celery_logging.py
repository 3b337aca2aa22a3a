"""Logging of Celery's workers: as in the web process."""

import logging.config

from celery.signals import setup_logging

from django.conf import settings


@setup_logging.connect
def set_up_logging(loglevel: int | str | None = None, **_: object) -> None:
    """Celery would set up a handler of its own, without the filters that cut secrets out and shorten outages."""
    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)
