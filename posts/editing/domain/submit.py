"""Submits a post for approval, and withdraws the submission."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.editing.domain import corrections
from posts.editing.domain.ready import freeze_for_submission
from posts.editing.domain.save import set_approve_until, set_time
from posts.enums import DecisionKind, Stage
from posts.locking import locked
from posts.models import Decision, Post, Version
from posts.notifications.domain import review_notifications
from posts.publishing.domain import publications
from posts.queries import OUT
from posts.queries import publications as live
from posts.rules import EDITABLE


def refuse_past(post: Post) -> None:
    if post.due_at and post.due_at <= timezone.now():
        raise ActionNotAllowed(past_time_message(), "date")


def past_time_message() -> str:
    return _("The chosen time has passed. Choose a later time, or leave the time empty.")


@transaction.atomic
def submit(post: Post, *, by: User, now: bool = False) -> Post:
    """Freeze the draft and request approval. If it has a time, its deliveries are created and wait for the approval.

    `now`: ignore the chosen time, since the post is published as soon as it is approved.
    """
    post = locked(post)
    if now and not post.is_correction:
        set_time(post, None)
    version = freeze_for_submission(post, by=by)
    if post.is_correction:
        corrections.refuse_unready(post, version)
    else:
        refuse_past(post)
        set_approve_until(post)
    if post.due_at and not post.is_correction:
        publications.create_publications(post, version, due_at=post.due_at, approved=False, by=by)
    elif not post.is_correction:
        # Nobody should read and approve what cannot be published.
        publications.refuse_unpublishable(version)
    post.stage = Stage.SUBMITTED
    post.save()
    record_decision(version, DecisionKind.SUBMITTED, by=by, due_at=post.due_at)
    record("post.submit", by=by, target=post, version=version.number)
    review_notifications.submitted(post, by=by)
    return post


@transaction.atomic
def take_back(post: Post, *, by: User) -> Post:
    """Make a submitted or approved post a draft again. Pending deliveries are withdrawn; an approval lapses. One whose
    time has passed goes out as soon as it is approved, unless another time is chosen."""
    post = locked(post)
    if post.stage in EDITABLE or post.deleted_at:
        raise ActionNotAllowed(_("This post is a draft already. Open it to change it."))
    version = post.versions.order_by("-number").first()
    if not post.is_correction:
        publications.withdraw(post, by=by)
        is_out = live(post).filter(delivery__state__in=OUT).exists()
        if is_out and not _has_more(post, version):
            raise ActionNotAllowed(
                _("This post is on its networks already. Choose “Correct it” to change what is out.")
            )
        if not is_out and post.due_at and post.due_at <= timezone.now():
            set_time(post, None, on_approval=True)
    post.stage = Stage.DRAFT
    post.save()
    if version:
        record_decision(version, DecisionKind.TAKEN_BACK, by=by)
    record("post.take_back", by=by, target=post)
    return post


def _has_more(post: Post, version: Version | None) -> bool:
    """Whether a channel of the version is still without the post."""
    out = set(live(post).filter(delivery__state__in=OUT).values_list("channel_id", flat=True))
    return version is not None and not set(version.channels) <= out


def record_decision(version: Version, kind: DecisionKind, *, by: User, **facts: Any) -> Decision:
    """`facts` are further fields of the decision: its note, the approved time, `for_whom_id` …"""
    return Decision.objects.create(municipality_id=version.municipality_id, version=version, kind=kind, by=by, **facts)
