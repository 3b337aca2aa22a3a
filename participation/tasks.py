"""Celery tasks. Due work is found in the database."""

from celery import shared_task

from participation.domain import answer, overdue, personal_data_stores


@shared_task(name="participation.tasks.remind_overdue")
def remind_overdue() -> None:
    """Tell officers and approvers about steps that are overdue."""
    overdue.remind()


@shared_task(name="participation.tasks.send_answers")
def send_answers() -> None:
    """Answer authors of decided contributions, and note which answers arrived."""
    answer.send_pending()
    answer.follow()


@shared_task(name="participation.tasks.note_deleted")
def note_deleted() -> None:
    """Comments that were deleted on their networks, and authors whom nobody can reach."""
    answer.note_deleted()
    answer.follow()


@shared_task(name="participation.tasks.purge_expired_words")
def purge_expired_words() -> None:
    personal_data_stores.purge_expired()
