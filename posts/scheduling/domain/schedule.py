"""The time of a post: schedule it, publish it now, move it, take it off the schedule.

Time is separate from approval: a time within the municipality's window around the approved one keeps the approval and
notifies the approvers, at once if it is earlier. Any other time needs a new approval: `move` and `ask_to_publish_now`
request it, `schedule` and `publish_now` refuse. `posts.publishing.domain.policy` defers whatever would be sent too
early in any case.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import dates
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.enums import State
from posts.approval import approval_progress
from posts.editing.domain.ready import freeze_for_submission
from posts.editing.domain.save import not_editable_message, set_approve_until, set_time
from posts.editing.domain.submit import record_decision
from posts.enums import DecisionKind, Stage
from posts.locking import locked
from posts.models import Post, Version
from posts.notifications.domain import review_notifications
from posts.publishing.domain import publications
from posts.publishing.domain.recheck import update_stage
from posts.queries import OUT
from posts.queries import publications as live
from posts.rules import (
    EDITABLE,
    FARTHEST,
    ApprovalProgress,
    ResolvedTime,
    approved_times,
    is_within_approval_window,
    resolve_moment,
)

WAITS = (State.WAITING, State.SCHEDULED, State.EXPIRED)


@transaction.atomic
def schedule(post: Post, time: ResolvedTime, *, by: User) -> Post:
    """Schedule an approved post, or one that needs no approval, for `time`. Raises `ActionNotAllowed`, also if the
    approval is not valid for this time.
    """
    post = locked(post)
    refuse_time(time)
    version = _sendable(post, by=by)
    at = _refuse_other_time(post, version, time)
    set_time(post, time)
    post.save()
    publications.create_publications(post, version, due_at=time.due_at, approved=True, by=by)
    _notify_approvers(post, at, by=by)
    record("post.schedule", by=by, target=post, due_at=time.due_at.isoformat(), version=version.number)
    return post


@transaction.atomic
def publish_now(post: Post, *, by: User) -> Post:
    """Publish an approved post, or one that needs no approval. Raises `ActionNotAllowed`, also if the approval is for
    another time: see `ask_to_publish_now`.
    """
    post = locked(post)
    version = _sendable(post, by=by)
    now = resolve_moment(timezone.now())
    at = _refuse_other_time(post, version, now)
    set_time(post, now)
    post.save()
    publications.create_publications(post, version, due_at=now.due_at, approved=True, by=by)
    _notify_approvers(post, at, by=by)
    record("post.publish_now", by=by, target=post, version=version.number)
    return post


@transaction.atomic
def ask_to_publish_now(post: Post, *, by: User) -> Post:
    """Request approval again for a post that was approved for another time: it goes out as soon as it is approved.

    Until then it is off the schedule. Raises `ActionNotAllowed`, also if the approval is valid now already.
    """
    post = locked(post)
    version = _sendable(post, by=by)
    if _keeps_approval(post, version, resolve_moment(timezone.now())):
        raise ActionNotAllowed(_("The approval holds for this moment already. Publish the post now."))
    approved_for = max(approved_times(approval_progress(version, post.municipality)))
    publications.withdraw(post, by=by)
    set_time(post, None, on_approval=True)
    set_approve_until(post)
    post.stage = Stage.SUBMITTED
    post.save()
    record_decision(version, DecisionKind.SUBMITTED, by=by)
    record("post.ask_to_publish_now", by=by, target=post, version=version.number)
    review_notifications.asked_to_publish_now(post, approved_for, by=by)
    return post


@transaction.atomic
def move(post: Post, time: ResolvedTime, *, by: User) -> Post:
    """Set or change the time. An approved post that moves beyond the municipality's window needs a new approval."""
    post = locked(post)
    refuse_time(time)
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise ActionNotAllowed(_("This post is out and is being corrected: its time does not change."))
    waiting = live(post).filter(delivery__state__in=WAITS).exists()
    if post.stage not in EDITABLE and not waiting and live(post).filter(delivery__state__in=OUT).exists():
        raise ActionNotAllowed(_("This post is on its networks already: its time cannot change. Duplicate it instead."))
    before = post.due_at
    set_time(post, time)
    post.save()
    if post.stage not in EDITABLE:
        _move_open(post, time, by=by)
    record("post.move", by=by, target=post, came_from=before.isoformat() if before else "", to=time.due_at.isoformat())
    return post


@transaction.atomic
def clear_time(post: Post, *, by: User) -> Post:
    """Take its time from a post that is being written. Raises `ActionNotAllowed`."""
    post = locked(post)
    if post.stage not in EDITABLE or post.deleted_at or post.is_correction:
        raise ActionNotAllowed(not_editable_message(post))
    before = post.due_at
    set_time(post, None)
    post.save()
    record("post.move", by=by, target=post, came_from=before.isoformat() if before else "", to="")
    return post


@transaction.atomic
def unschedule(post: Post, *, by: User) -> Post:
    """Take an approved post off the schedule; it stays approved, where the rule asks for no more approvals by now, and
    has no time. Raises `ActionNotAllowed`.
    """
    post = locked(post)
    if not publications.withdraw(post, by=by):
        raise ActionNotAllowed(_("Nothing of this post waits for its time."))
    set_time(post, None)
    post.save()
    update_stage(post, post.municipality)
    record("post.unschedule", by=by, target=post)
    return post


def _move_open(post: Post, time: ResolvedTime, *, by: User) -> None:
    """Move the deliveries of a submitted or approved post to its new time."""
    version = post.versions.order_by("-number").first()
    if version is None:
        return
    if post.stage == Stage.SUBMITTED:
        publications.create_publications(post, version, due_at=time.due_at, approved=False, by=by)
        _ask_anew_if_far(post, version, time, by=by)
    elif _keeps_approval(post, version, time):
        if live(post).filter(delivery__state__in=WAITS).exists():
            # A publisher may have taken them since: then the post is not moved, it is being sent.
            if not publications.move_deliveries(post, due_at=time.due_at, by=by):
                raise ActionNotAllowed(publications.being_sent_message())
        else:
            publications.create_publications(post, version, due_at=time.due_at, approved=True, by=by)
        review_notifications.moved(post, approval_progress(version, post.municipality), by=by)
    else:
        publications.create_publications(post, version, due_at=time.due_at, approved=False, by=by)
        post.stage = Stage.SUBMITTED
        post.save()
        record_decision(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        review_notifications.submitted(post, by=by)


def _ask_anew_if_far(post: Post, version: Version, time: ResolvedTime, *, by: User) -> None:
    """The first of two approvals is valid for its time, as the whole approval is."""
    progress = approval_progress(version, post.municipality)
    if not progress.approvals:
        return
    if is_within_approval_window(progress, time.due_at, _window(post)):
        review_notifications.moved(post, progress, by=by)
    else:
        record_decision(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        review_notifications.submitted(post, by=by)


def _keeps_approval(post: Post, version: Version, time: ResolvedTime) -> bool:
    """An emergency has none: it is published at once, or approved like everything else."""
    if not post.municipality.needs_approval:
        return True
    progress = approval_progress(version, post.municipality)
    return progress.met and is_within_approval_window(progress, time.due_at, _window(post))


def _window(post: Post) -> timedelta:
    """How far from its approved time a post may be published."""
    return timedelta(hours=post.municipality.move_window_hours)


def _refuse_other_time(post: Post, version: Version, time: ResolvedTime) -> ApprovalProgress | None:
    """The approvals of `version`, if they are valid for `time`; None where none are required. Raises
    `ActionNotAllowed`.
    """
    if not post.municipality.needs_approval:
        return None
    progress = approval_progress(version, post.municipality)
    if is_within_approval_window(progress, time.due_at, _window(post)):
        return progress
    raise ActionNotAllowed(
        _(
            "This post was approved for %(time)s, and by the house rules an approval holds %(hours)s hours before and "
            "after its time. Change the time within these hours, or ask for approval again."
        )
        % {"time": dates.date_time(max(approved_times(progress))), "hours": post.municipality.move_window_hours}
    )


def _notify_approvers(post: Post, progress: ApprovalProgress | None, *, by: User) -> None:
    """Notify the approvers if the time differs from the approved one."""
    if progress and any(approved_time != post.due_at for approved_time in approved_times(progress)):
        review_notifications.moved(post, progress, by=by)


def _sendable(post: Post, *, by: User) -> Version:
    """The version that may be published now. Freezes a draft where no approval is required."""
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise ActionNotAllowed(
            _("This post is published and is being corrected. First choose what happens on each network.")
        )
    if post.stage == Stage.APPROVED:
        version = post.versions.order_by("-number").first()
        if version is not None:
            _refuse_lapsed(post, version)
            return version
    if post.municipality.needs_approval:
        raise ActionNotAllowed(_("This post has not been approved. Submit it for approval first."))
    version = freeze_for_submission(post, by=by)
    post.stage = Stage.APPROVED
    return version


def _refuse_lapsed(post: Post, version: Version) -> None:
    """A post approved under a laxer rule, or published as an emergency, does not count as approved."""
    if post.municipality.needs_approval and not approval_progress(version, post.municipality).met:
        raise ActionNotAllowed(
            _("This version lacks an approval that the house rules require. Take it back, or request it.")
        )


def refuse_time(time: ResolvedTime) -> None:
    """Raises `ActionNotAllowed` for a time that has passed, or is more than a year away."""
    now = timezone.now()
    if time.due_at <= now:
        raise ActionNotAllowed(_("The chosen time has passed. Choose a later time."))
    if time.due_at > now + FARTHEST:
        raise ActionNotAllowed(_("The chosen time is more than a year away. Choose an earlier time."))
