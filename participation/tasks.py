"""Celery tasks. Due work is found in the database."""

import logging

from celery import shared_task

from participation.domain import answer, departments, editions, overdue, personal_data_stores

log = logging.getLogger(__name__)


@shared_task(name="participation.tasks.remind_overdue")
def remind_overdue() -> None:
    """Tell officers and approvers about steps that are overdue, and about words that will be erased."""
    overdue.announce_erasure()
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


@shared_task(name="participation.tasks.remind_departments")
def remind_departments() -> None:
    departments.remind()


@shared_task(name="participation.tasks.purge_expired_words")
def purge_expired_words() -> None:
    personal_data_stores.purge_expired()


@shared_task(name="participation.tasks.make_editions")
def make_editions() -> None:
    """Queue what withdrawals made necessary, and make what is queued, one after the other."""
    editions.replace_outdated()
    for pk in editions.due():
        try:
            editions.make(pk)
        except Exception:
            # A broken one is given up; another failure is tried again when the lease is over. The others go on.
            log.exception("The report of a consultation could not be made")


@shared_task(name="participation.tasks.purge_editions")
def purge_editions() -> None:
    editions.purge_strays()
