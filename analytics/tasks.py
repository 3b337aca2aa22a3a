"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from analytics import partitions
from analytics.domain import collect as looks
from analytics.domain import fetch, past, retain, rollup, waking


@shared_task(name="analytics.tasks.tick")
def tick() -> None:
    """Find new subjects and hand out what is due, a task per channel."""
    looks.enrol()
    waking.wake()
    for channel_id, subject_ids in looks.claim().items():
        collect.delay(channel_id, subject_ids)


@shared_task(name="analytics.tasks.collect")
def collect(channel_id: int, subject_ids: list[int]) -> None:
    looks.collect(channel_id, subject_ids)


@shared_task(name="analytics.tasks.fold")
def fold() -> None:
    """Make facts of what was told since the last time; one that is still at it goes on alone."""
    rollup.fold(wait=False)


@shared_task(name="analytics.tasks.forget_readings")
def forget_readings() -> None:
    retain.forget_readings()


@shared_task(name="analytics.tasks.make_months")
def make_months() -> None:
    partitions.ensure(*partitions.ahead())


@shared_task(name="analytics.tasks.bring_past")
def bring_past() -> None:
    fetch.work()


@shared_task(name="analytics.tasks.forget_past")
def forget_past() -> None:
    past.forget()
