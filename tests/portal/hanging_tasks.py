"""The Celery application of a worker with a task that hangs."""

import time

from portal.celery import app

QUEUE = "hanging"


@app.task(name="tests.portal.hang", time_limit=2)
def hang() -> None:
    time.sleep(600)


@app.task(name="tests.portal.finish", time_limit=60)
def finish() -> None:
    time.sleep(8)
