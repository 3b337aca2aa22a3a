"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from inbox.domain import answer, handover, hear
from inbox.domain import forget as words


@shared_task(name="inbox.tasks.tick")
def tick() -> None:
    """Find channels to be heard and hand them out, a task per channel; note which answers have
    arrived; remind departments."""
    hear.listen()
    for channel_id in hear.claim():
        listen.delay(channel_id)
    answer.settle()
    handover.remind()


@shared_task(name="inbox.tasks.listen")
def listen(channel_id: int) -> None:
    hear.hear(channel_id)


@shared_task(name="inbox.tasks.forget")
def forget() -> None:
    words.forget()
