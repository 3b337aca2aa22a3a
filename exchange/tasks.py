"""Celery tasks of the gallery."""

from celery import shared_task

from exchange.domain import share


@shared_task(name="exchange.tasks.settle_gallery")
def settle_gallery() -> int:
    """Take down what stands on no network any more, and pictures whose people no longer agree."""
    return share.settle()
