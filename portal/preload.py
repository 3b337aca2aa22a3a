"""Imports what web and workers have in common, for the process that `make run` forks them from.

Connects to nothing. Settings that are wrong are no matter of this process: each program says so itself.
"""

import gc
import os
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

MODULES = (
    "portal.conditions", "portal.urls", "delivery.dispatch", "gunicorn.workers.gthread", "celery.bin.celery",
    "celery.apps.worker", "celery.worker.autoscale", "celery.worker.components", "celery.worker.consumer",
    "celery.worker.consumer.delayed_delivery", "celery.worker.control", "celery.worker.strategy",
    "celery.concurrency.thread", "celery.app.control", "celery.app.routes", "celery.events.dispatcher",
    "celery.events.receiver", "kombu.transport.redis", "django.core.cache.backends.redis",
)  # fmt: skip


def fill_caches() -> None:
    """What Django collects when it is first needed. Here it is collected once, and not in each process."""
    for model in apps.get_models():
        meta: Any = model._meta
        meta.get_fields()
        _ = meta.fields_map, meta._forward_fields_map, meta._property_names
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("Yes")
            get_resolver()._populate()


with suppress(Exception, SystemExit):
    import django

    django.setup()
    app = import_module("portal.celery").app
    app.loader.import_default_modules()
    for module in MODULES:
        import_module(module)
    app.finalize()
    fill_caches()

# No collection goes through it any more, which would write to the memory that the programs share.
gc.collect()
gc.freeze()
