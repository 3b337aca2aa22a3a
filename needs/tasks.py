"""Celery tasks. Due work is found in the database."""

from celery import shared_task

from needs.domain import notify, personal_data_stores


@shared_task(name="needs.tasks.send_pending_answers")
def send_pending_answers() -> None:
    """Send pending answers to supporters."""
    notify.send_pending()


@shared_task(name="needs.tasks.purge_expired_notes")
def purge_expired_notes() -> None:
    personal_data_stores.purge_expired_notes()
