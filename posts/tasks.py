from celery import shared_task

from posts.domain import clock


@shared_task(name="posts.tasks.keep_wall_times")
def keep_wall_times() -> None:
    clock.keep_wall_times()
