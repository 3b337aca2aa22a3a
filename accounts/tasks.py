from celery import shared_task

from accounts.domain import sessions


@shared_task(name="accounts.tasks.forget_ended_sessions")
def forget_ended_sessions() -> None:
    sessions.forget_ended()
