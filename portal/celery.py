"""The Celery application and its beat schedule.

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


app.conf.beat_schedule = {
    "heartbeat": {"task": "portal.tasks.beat_heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "mail": {"task": "common.tasks.send_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "due": {"task": "delivery.tasks.tick", "schedule": 1.0, "options": {"expires": 2}},
    "sweep": {"task": "delivery.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "reconcile": {"task": "delivery.tasks.reconcile", "schedule": 15.0, "options": {"expires": 15}},
    "notices": {"task": "portal.tasks.send_notices", "schedule": 30.0, "options": {"expires": 30}},
    "numbers": {"task": "analytics.tasks.tick", "schedule": 30.0, "options": {"expires": 30}},
    "channels-connect": {"task": "channels.tasks.connect", "schedule": 3.0, "options": {"expires": 3}},
    "channels-upkeep": {"task": "channels.tasks.upkeep", "schedule": 60.0, "options": {"expires": 60}},
    "months": {"task": "analytics.tasks.make_months", "schedule": 6 * 3600.0},
}
