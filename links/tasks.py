from celery import shared_task

from links.domain import check


@shared_task(ignore_result=True)
def look() -> None:
    """Whether the pages behind short links are still there."""
    check.look()
