"""The Celery application and its beat schedule.

Celery and Valkey are the doorbell, not the ledger: each tick looks into the database for what is due, so a lost
message costs one tick and a doubled message costs nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("dobosar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "heartbeat": {"task": "portal.tasks.beat_heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "mail": {"task": "common.tasks.send_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "numbers": {"task": "analytics.tasks.tick", "schedule": 30.0, "options": {"expires": 30}},
    "months": {"task": "analytics.tasks.make_months", "schedule": 6 * 3600.0},
}
