"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from inbox.domain import answer, drafts, evidence, hear, hide, tell
from inbox.domain import forget as words


@shared_task(name="inbox.tasks.tick")
def tick() -> None:
    """Find channels to be heard and hand them out, a task per channel; note which answers have arrived."""
    hear.listen()
    for channel_id in hear.claim():
        listen.delay(channel_id)
    for moderation_id in hide.claim():
        moderate.delay(moderation_id)
    answer.settle()
    tell.tell()


@shared_task(name="inbox.tasks.listen")
def listen(channel_id: int) -> None:
    hear.hear(channel_id)


@shared_task(name="inbox.tasks.moderate")
def moderate(moderation_id: int) -> None:
    """Hide, or show again, what a person decided about."""
    hide.carry_out(moderation_id)


@shared_task(name="inbox.tasks.forget")
def forget() -> None:
    words.forget()
    evidence.erase()
    drafts.forget()
    tell.forget()
