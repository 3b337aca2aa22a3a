from celery import shared_task

from municipalities.domain import programme


@shared_task(name="municipalities.tasks.end_lapsed")
def end_lapsed() -> None:
    """What hung on rights whose last day has passed."""
    programme.end_lapsed()
