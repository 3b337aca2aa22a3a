"""Thin doors for beat. What is due stands in the database."""

from celery import shared_task

from needs.domain import erase, notify


@shared_task(name="needs.tasks.tell")
def tell_everybody() -> None:
    """Answer those who are still to be told what became of what they asked for."""
    notify.work()


@shared_task(name="needs.tasks.forget_notes")
def forget_notes() -> None:
    erase.forget_notes()
