from celery import shared_task

from links.domain import check


@shared_task(name="links.tasks.check_links", ignore_result=True)
def check_links() -> None:
    """Check whether the targets of short links still exist."""
    check.check_due()
