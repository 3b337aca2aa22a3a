"""The Celery application of the workers. Beat's schedule is in `schedule`; workers of `publishing` publish.

Messages only wake workers up, the database is the source of truth: each task queries what is due, so a lost message
costs one interval and a doubled message costs nothing.
"""

import gc
import os
import warnings

import billiard.pool
from celery import Celery
from celery.signals import worker_init

from portal import celery_logging, request_ids  # noqa: F401 -- connect themselves
from portal.celery_publisher import Publisher

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Root in a container is no surprise to anybody; each worker would fill the screen with it.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("dobosar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(Publisher)

# A pool process that ends asks 300 times, a tenth of a second apart, whether its last results were read, which at a
# shutdown they sometimes never are: half a minute for nothing. A task whose result was lost is delivered again and
# finds its work done.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


@worker_init.connect
def check_settings(**_: object) -> None:
    from portal import checks

    checks.require()
    # All tasks are imported by now. A collection does not go through what is frozen, and so does not write to the
    # memory that pool processes share with this one.
    gc.collect()
    gc.freeze()
