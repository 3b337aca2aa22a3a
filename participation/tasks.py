"""Celery tasks. Due work is found in the database."""

from celery import shared_task

from participation.domain import overdue


@shared_task(name="participation.tasks.remind_overdue")
def remind_overdue() -> None:
    """Tell officers and approvers about steps that are overdue."""
    overdue.remind()
