"""Celery tasks. Arguments are ids; due work is found in the database."""

from celery import shared_task

from channels.domain import unread_events
from inbox.domain import (
    answer,
    attachments,
    automatic,
    conversation_stores,
    conversations,
    deleted_messages,
    deletion_requests,
    drafts,
    evidence,
    external_replies,
    fetch_replies,
    handover,
    hide,
    ingest,
    office_hours,
    satisfaction,
    staff_notifications,
    undo,
    webhook_events,
)
from inbox.domain import retention as words


@shared_task(name="inbox.tasks.tick")
def tick() -> None:
    """Schedule due channels, a task for each; settle delivered answers; send notifications; remind departments."""
    ingest.schedule()
    for channel_id in ingest.claim():
        fetch_messages.delay(channel_id)
    for moderation_id in hide.claim():
        moderate.delay(moderation_id)
    for attachment_id in attachments.claim():
        fetch_attachment.delay(attachment_id)
    answer.settle_delivered()
    staff_notifications.send_due()
    handover.remind()
    deletion_requests.carry_out_due()


@shared_task(name="inbox.tasks.follow_conversations")
def follow_conversations() -> None:
    """Settle what was answered outside of the portal; list follow-ups without a head; ask whether answers helped;
    say that offices are closed."""
    external_replies.handle_due()
    conversations.promote()
    satisfaction.ask_due()
    office_hours.send_due()
    automatic.withdraw_stale()


@shared_task(name="inbox.tasks.read_events")
def read_events() -> None:
    """Schedule accounts with unread events, a task for each."""
    for platform, account in unread_events.accounts():
        read_account.delay(platform, account)


@shared_task(name="inbox.tasks.read_account")
def read_account(platform: str, account: str) -> None:
    webhook_events.ingest_events(platform, account)


@shared_task(name="inbox.tasks.fetch_messages")
def fetch_messages(channel_id: int) -> None:
    ingest.fetch_messages(channel_id)


@shared_task(name="inbox.tasks.fetch_attachment")
def fetch_attachment(attachment_id: int) -> None:
    attachments.fetch(attachment_id)


@shared_task(name="inbox.tasks.moderate")
def moderate(moderation_id: int) -> None:
    """Hide a message or show it again, as decided."""
    hide.execute(moderation_id)


@shared_task(name="inbox.tasks.schedule_reply_fetches")
def schedule_reply_fetches() -> None:
    """Schedule channels with posts whose replies are due, a task for each."""
    fetch_replies.schedule()
    for channel_id in fetch_replies.due_channels():
        fetch_channel_replies.delay(channel_id)


@shared_task(name="inbox.tasks.fetch_channel_replies")
def fetch_channel_replies(channel_id: int) -> None:
    fetch_replies.fetch_replies(channel_id)


@shared_task(name="inbox.tasks.purge_expired")
def purge_expired() -> None:
    words.purge_expired()
    conversation_stores.purge_expired()
    evidence.purge_expired()
    drafts.purge_expired()
    deleted_messages.purge_expired()
    staff_notifications.purge_expired()
    undo.purge_expired()
