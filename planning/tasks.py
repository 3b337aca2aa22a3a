from celery import shared_task

from planning.domain import imports, repeat


@shared_task(name="planning.tasks.repeat_posts")
def repeat_posts() -> None:
    repeat.make_due()


@shared_task(name="planning.tasks.purge_plans")
def purge_plans() -> None:
    imports.purge_expired()
