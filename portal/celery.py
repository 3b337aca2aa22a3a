"""The Celery application of the workers. The beat schedule is in `schedule`.

The database is the source of truth, Celery and Valkey only wake workers: each periodic task queries what is due, so a
lost message delays work by one tick and a duplicate changes nothing.
"""

import os

import billiard.pool
from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("dobosar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A pool process that ends asks 300 times, a tenth of a second apart, whether its last results were read, which at a
# shutdown they sometimes never are: half a minute for nothing. A task whose result was lost is delivered again and
# finds its work done.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


@worker_init.connect
def check_settings(**_: object) -> None:
    from portal import checks

    checks.require()
