from celery import shared_task

from accounts.domain import guessing, sessions
from accounts.models import User


@shared_task(name="accounts.tasks.purge_ended_sessions")
def purge_ended_sessions() -> None:
    sessions.purge_ended()


@shared_task(name="accounts.tasks.warn_of_guessing")
def warn_of_guessing(user_id: int | None) -> None:
    """None, when there is no such account: it is queued all the same, so that the answer takes as long."""
    user = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if user is not None:
        guessing.warn(user)
