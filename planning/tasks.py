from celery import shared_task

from planning.domain import repeat


@shared_task(name="planning.tasks.repeat_posts")
def repeat_posts() -> None:
    repeat.make_due()
