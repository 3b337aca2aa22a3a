from celery import shared_task

from django.utils import timezone

from posts.editing.domain import carry_out_corrections, check_links
from posts.media.domain import consents, videos
from posts.polls.domain import ask_report
from posts.review.domain import emergency
from posts.scheduling.domain import wall_times


@shared_task(name="posts.tasks.update_wall_times")
def update_wall_times() -> None:
    wall_times.update_due_times()


@shared_task(name="posts.tasks.erase_expired_consents")
def erase_expired_consents() -> None:
    consents.erase_due(timezone.localdate())


@shared_task(name="posts.tasks.check_draft_links")
def check_draft_links() -> None:
    check_links.check_due_links()


@shared_task(name="posts.tasks.purge_checked_links")
def purge_checked_links() -> None:
    check_links.purge_expired()


@shared_task(name="posts.tasks.continue_corrections")
def continue_corrections() -> None:
    carry_out_corrections.continue_corrections()


@shared_task(name="posts.tasks.remind_reviews")
def remind_reviews() -> None:
    emergency.remind(timezone.now())


@shared_task(name="posts.tasks.request_closing_reports")
def request_closing_reports() -> None:
    ask_report.request_reports(timezone.now())


@shared_task(name="posts.tasks.probe_videos")
def probe_videos() -> None:
    """Runs often: a user waits for the result on the page."""
    videos.probe_due()


@shared_task(name="posts.tasks.purge_uploads")
def purge_uploads() -> None:
    videos.purge_uploads()
