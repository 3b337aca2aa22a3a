"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from channels.domain import unread_events
from inbox.domain import (
    answer,
    drafts,
    evidence,
    fetch_replies,
    handover,
    hide,
    ingest,
    staff_notifications,
    webhook_events,
)
from inbox.domain import retention as words


@shared_task(name="inbox.tasks.tick")
def tick() -> None:
    """Find channels to be heard and hand them out, a task per channel; note which answers have
    arrived; remind departments."""
    ingest.listen()
    for channel_id in ingest.claim():
        listen.delay(channel_id)
    for moderation_id in hide.claim():
        moderate.delay(moderation_id)
    answer.settle()
    staff_notifications.tell()
    handover.remind()


@shared_task(name="inbox.tasks.read_told")
def read_told() -> None:
    """Hand out what networks told by themselves, a task per account."""
    for platform, account in unread_events.accounts():
        read_account.delay(platform, account)


@shared_task(name="inbox.tasks.read_account")
def read_account(platform: str, account: str) -> None:
    webhook_events.read(platform, account)


@shared_task(name="inbox.tasks.listen")
def listen(channel_id: int) -> None:
    ingest.hear(channel_id)


@shared_task(name="inbox.tasks.moderate")
def moderate(moderation_id: int) -> None:
    """Hide, or show again, what a person decided about."""
    hide.carry_out(moderation_id)


@shared_task(name="inbox.tasks.look_below")
def look_below() -> None:
    """Find posts below which nobody tells us what is written, and hand them out, a task per channel."""
    fetch_replies.begin()
    for channel_id in fetch_replies.due():
        listen_below.delay(channel_id)


@shared_task(name="inbox.tasks.listen_below")
def listen_below(channel_id: int) -> None:
    fetch_replies.fetch_replies(channel_id)


@shared_task(name="inbox.tasks.forget")
def forget() -> None:
    words.purge_expired()
    evidence.erase()
    drafts.forget()
    staff_notifications.purge_expired()
