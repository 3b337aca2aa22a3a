"""Celery tasks. Arguments are ids; due work is found in the database."""

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
    ingest.schedule()
    for channel_id in ingest.claim():
        fetch_messages.delay(channel_id)
    for moderation_id in hide.claim():
        moderate.delay(moderation_id)
    answer.settle_delivered()
    staff_notifications.send_due()
    handover.remind()


@shared_task(name="inbox.tasks.read_events")
def read_events() -> None:
    """Hand out what networks told by themselves, a task per account."""
    for platform, account in unread_events.accounts():
        read_account.delay(platform, account)


@shared_task(name="inbox.tasks.read_account")
def read_account(platform: str, account: str) -> None:
    webhook_events.ingest_events(platform, account)


@shared_task(name="inbox.tasks.fetch_messages")
def fetch_messages(channel_id: int) -> None:
    ingest.fetch_messages(channel_id)


@shared_task(name="inbox.tasks.moderate")
def moderate(moderation_id: int) -> None:
    """Hide, or show again, what a person decided about."""
    hide.execute(moderation_id)


@shared_task(name="inbox.tasks.schedule_reply_fetches")
def schedule_reply_fetches() -> None:
    """Find posts below which nobody tells us what is written, and hand them out, a task per channel."""
    fetch_replies.schedule()
    for channel_id in fetch_replies.due_channels():
        fetch_channel_replies.delay(channel_id)


@shared_task(name="inbox.tasks.fetch_channel_replies")
def fetch_channel_replies(channel_id: int) -> None:
    fetch_replies.fetch_replies(channel_id)


@shared_task(name="inbox.tasks.purge_expired")
def purge_expired() -> None:
    words.purge_expired()
    evidence.purge_expired()
    drafts.purge_expired()
    staff_notifications.purge_expired()
