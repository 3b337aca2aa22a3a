from celery import shared_task

from django.utils import timezone

from posts.domain import amend, ask_report, check_links, clock, consents, emergency, videos


@shared_task(name="posts.tasks.keep_wall_times")
def keep_wall_times() -> None:
    clock.keep_wall_times()


@shared_task(name="posts.tasks.erase_consents")
def erase_consents() -> None:
    consents.erase_due(timezone.localdate())


@shared_task(name="posts.tasks.look_at_links")
def look_at_links() -> None:
    check_links.look()


@shared_task(name="posts.tasks.forget_links")
def forget_links() -> None:
    check_links.forget()


@shared_task(name="posts.tasks.carry_on")
def carry_on() -> None:
    amend.carry_on()


@shared_task(name="posts.tasks.remind_reviews")
def remind_reviews() -> None:
    emergency.remind(timezone.now())


@shared_task(name="posts.tasks.ask_reports")
def ask_reports() -> None:
    ask_report.ask(timezone.now())


@shared_task(name="posts.tasks.probe_videos")
def probe_videos() -> None:
    """Somebody looks at the page and waits for it."""
    videos.probe_due()


@shared_task(name="posts.tasks.forget_uploads")
def forget_uploads() -> None:
    videos.forget_uploads()
