"""Reminds somebody once to write the closing report when the answers are in."""

from datetime import datetime, timedelta

from django.db import transaction

from common.audit import record
from municipalities.tenancy import everywhere, scope
from posts.locking import locked
from posts.models import Closing, PollResult, Post
from posts.notifications.domain import review_notifications
from posts.queries import answered_at, asked_without_report

# Older ones are only shown on Home: a mail would be too late.
STILL_NEWS = timedelta(days=7)
# How long to wait for the final counts of a poll that has ended.
COUNTS_WITHIN = timedelta(hours=3)


def request_reports(now: datetime) -> int:
    """Notify about every post whose answers are complete. Returns how many."""
    with everywhere("find posts whose closing report waits"):
        rows = asked_without_report(now).filter(report_asked_at__isnull=True).defer("search_key")
        ends = [(post, answered_at(post)) for post in rows]
    due = [(post, end) for post, end in ends if now - STILL_NEWS < end <= now]
    return sum(_ask(post, end, now) for post, end in due)


def _ask(post: Post, end: datetime, now: datetime) -> bool:
    with scope(post.municipality_id), transaction.atomic():
        row = locked(post)
        if row.report_asked_at or row.deleted_at or Closing.objects.filter(post=row).exists():
            return False
        if now < end + COUNTS_WITHIN and _is_open(row):
            return False
        Post.objects.filter(pk=row.pk).update(report_asked_at=now)
        record("post.ask_report", by=None, target=row)
        review_notifications.report_waits(row)
        return True


def _is_open(post: Post) -> bool:
    """Whether the final result of a poll is still missing."""
    running = PollResult.objects.filter(publication__post=post, publication__live=True, is_over=False)
    return running.exists()
