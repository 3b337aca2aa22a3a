"""The Celery application of the workers. What rings when is in `schedule`.

Celery and Valkey are the doorbell, not the ledger: each tick looks into the database for what is due, so a lost
message costs one tick and a doubled message costs nothing.
"""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("dobosar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_settings(**_: object) -> None:
    from portal import checks

    checks.require()
