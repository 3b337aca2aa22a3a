"""A page that starts a task, which starts another; and the Celery application of a worker that runs both."""

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import path

from common.access import public
from portal.celery import app

log = logging.getLogger(__name__)
QUEUE = "request-ids"


@app.task(name="tests.portal.outer")
def outer() -> None:
    log.warning("The outer task runs")
    inner.apply_async(queue=QUEUE)


@app.task(name="tests.portal.inner")
def inner() -> None:
    log.warning("The inner task runs")


@app.task(name="tests.portal.failing")
def failing() -> None:
    raise RuntimeError("It fails on purpose")


@public
def start(request: HttpRequest, number: int) -> HttpResponse:
    outer.apply_async(queue=QUEUE)
    return HttpResponse("Started.")


urlpatterns = [path("start/<int:number>/", start, name="start")]
