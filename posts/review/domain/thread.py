"""Resolves a thread, and reopens it."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from posts.models import Thread


@transaction.atomic
def resolve(thread: Thread, *, by: User) -> Thread:
    """Resolve it. No effect if it is resolved already."""
    row = _locked(thread)
    if row.resolved_at is None:
        row.resolved_at, row.resolved_by = timezone.now(), by
        row.save()
        record("post.resolve", by=by, target=row.post, thread=row.pk)
    return row


@transaction.atomic
def reopen(thread: Thread, *, by: User) -> Thread:
    """Reopen it. No effect if it is open already."""
    row = _locked(thread)
    if row.resolved_at is not None:
        row.resolved_at, row.resolved_by = None, None
        row.save()
        record("post.reopen", by=by, target=row.post, thread=row.pk)
    return row


def _locked(thread: Thread) -> Thread:
    rows = Thread.objects.select_for_update(of=("self",)).select_related("post")
    row: Thread = rows.get(pk=thread.pk)
    return row
