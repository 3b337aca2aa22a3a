"""The Celery application. Workers of the queue `publishing` publish, those of `portal` send the periodic tasks.

Messages only wake workers up, the database is the source of truth: each task queries what is due, so a lost message
costs one interval and a doubled message costs nothing.
"""

import gc
import os
import sys
import warnings
from typing import Any

import billiard.pool
from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init

from django.db import close_old_connections

from portal import celery_logging, request_ids  # noqa: F401 -- connect themselves
from portal.celery_publisher import Publisher
from portal.celery_time_limit import TimeLimit
from portal.scheduler import PeriodicTasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Django's checks of models and URLs are of the code, and `make check` runs them. They would touch most objects there
# are, so that no page of memory with code could be shared. Those of the settings run below.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

# Root in a container is no surprise to anybody; each worker would fill the screen with it.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("dobosar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].update((Publisher, PeriodicTasks, TimeLimit))

# A pool process that ends asks 300 times, a tenth of a second apart, whether its last results were read, which at a
# shutdown they sometimes never are: half a minute for nothing. A task whose result was lost is delivered again and
# finds its work done.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


# Celery would close the connection to the database before and after each task, and opening one costs more than most
# tasks do. Instead as around a request: closed when it is broken or older than CONN_MAX_AGE.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
@task_postrun.connect
def check_connections(sender: Any = None, **_: object) -> None:
    if not sender.request.is_eager:
        close_old_connections()


@worker_init.connect
def check_settings(**_: object) -> None:
    from portal import checks

    checks.await_database()
    checks.require()
    # All tasks are imported by now. A collection does not go through what is frozen, and so does not write to the
    # memory that pool processes share with this one.
    gc.collect()
    gc.freeze()
