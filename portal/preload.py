"""Imports what web, workers and beat have in common, for the process that `make run` forks them from.

Connects to nothing. Settings that are wrong are no matter of this process: each program says so itself.
"""

import gc
import os
from contextlib import suppress
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

MODULES = (
    "portal.beat", "portal.urls", "delivery.dispatch", "gunicorn.workers.gthread", "celery.bin.celery",
    "celery.apps.worker", "celery.worker.consumer",
)  # fmt: skip

with suppress(Exception, SystemExit):
    import django

    django.setup()
    app = import_module("portal.celery").app
    app.loader.import_default_modules()
    for module in MODULES:
        import_module(module)

# No collection goes through it any more, which would write to the memory that the programs share.
gc.collect()
gc.freeze()
