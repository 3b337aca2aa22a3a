"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from analytics import partitions
from analytics.domain import collect as looks
from analytics.domain import indicators_measure


@shared_task(name="analytics.tasks.tick")
def tick() -> None:
    """Find new subjects and hand out what is due, a task per channel."""
    looks.enrol()
    for channel_id, subject_ids in looks.claim().items():
        collect.delay(channel_id, subject_ids)


@shared_task(name="analytics.tasks.collect")
def collect(channel_id: int, subject_ids: list[int]) -> None:
    looks.collect(channel_id, subject_ids)


@shared_task(name="analytics.tasks.make_months")
def make_months() -> None:
    partitions.ensure(*partitions.ahead())


@shared_task(name="analytics.tasks.measure_indicators")
def measure_indicators() -> None:
    """Values of the indicators: of the last 28 days, and of the months that are due."""
    indicators_measure.renew()
