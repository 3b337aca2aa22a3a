"""When a post goes out: schedule it, publish it now, move it, take it off the schedule.

Time is separate from approval: what goes out within the municipality's window around the approved time keeps the
approval and tells the approvers, at once if it is earlier. Everything else asks again: `move` and `ask_to_publish_now`
do, `schedule` and `publish_now` refuse. `posts.publishing.domain.gate` holds whatever would leave too early all the
same.
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
from posts.approval import standing
from posts.editing.domain.ready import ready
from posts.editing.domain.save import plan
from posts.editing.domain.submit import decide
from posts.enums import DecisionKind, Stage
from posts.locking import locked
from posts.models import Post, Version
from posts.notifications.domain import notices
from posts.publishing.domain import publications
from posts.queries import OUT
from posts.queries import publications as live
from posts.rules import EDITABLE, FARTHEST, Resolved, Standing, approved_times, holds_for, present

WAITS = (State.WAITING, State.SCHEDULED, State.EXPIRED)


@transaction.atomic
def schedule(post: Post, time: Resolved, *, by: User) -> Post:
    """Send an approved post, or one that needs no approval, at `time`. Raises `ActionNotAllowed`, also where the
    approval does not hold for this time."""
    post = locked(post)
    _refuse_time(time)
    version = _sendable(post, by=by)
    at = _refuse_other_time(post, version, time)
    plan(post, time)
    post.save()
    publications.put_out(post, version, due_at=time.due_at, approved=True, by=by)
    _tell(post, at, by=by)
    record("post.schedule", by=by, target=post, due_at=time.due_at.isoformat(), version=version.number)
    return post


@transaction.atomic
def publish_now(post: Post, *, by: User) -> Post:
    """Hand an approved post, or one that needs no approval, to the outbox for this minute. Raises `ActionNotAllowed`,
    also where the approval holds for another time: see `ask_to_publish_now`."""
    post = locked(post)
    version = _sendable(post, by=by)
    now = present(timezone.now())
    at = _refuse_other_time(post, version, now)
    plan(post, now)
    post.save()
    publications.put_out(post, version, due_at=now.due_at, approved=True, by=by)
    _tell(post, at, by=by)
    record("post.publish_now", by=by, target=post, version=version.number)
    return post


@transaction.atomic
def ask_to_publish_now(post: Post, *, by: User) -> Post:
    """Ask again for the approval of a post that was approved for another time, so that it can go out at once.

    It leaves the schedule and has no time until somebody approves and publishes it. Raises `ActionNotAllowed`, also
    where the approval holds for this moment already.
    """
    post = locked(post)
    version = _sendable(post, by=by)
    if _keeps_approval(post, version, present(timezone.now())):
        raise ActionNotAllowed(_("The approval holds for this moment already. Publish the post now."))
    approved_for = max(approved_times(standing(version, post.municipality)))
    publications.withdraw(post, by=by)
    plan(post, None)
    post.stage = Stage.SUBMITTED
    post.save()
    decide(version, DecisionKind.SUBMITTED, by=by)
    record("post.ask_to_publish_now", by=by, target=post, version=version.number)
    notices.asked_to_publish_now(post, approved_for, by=by)
    return post


@transaction.atomic
def move(post: Post, time: Resolved, *, by: User) -> Post:
    """Another time, or a first one. An approved post that moves farther than the house's window is approved again."""
    post = locked(post)
    _refuse_time(time)
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise ActionNotAllowed(_("This post is out and is being corrected: its time does not change."))
    waiting = live(post).filter(delivery__state__in=WAITS).exists()
    if post.stage not in EDITABLE and not waiting and live(post).filter(delivery__state__in=OUT).exists():
        raise ActionNotAllowed(_("This post is on its networks already: its time cannot change. Duplicate it instead."))
    before = post.due_at
    plan(post, time)
    post.save()
    if post.stage not in EDITABLE:
        _move_open(post, time, by=by)
    record("post.move", by=by, target=post, came_from=before.isoformat() if before else "", to=time.due_at.isoformat())
    return post


@transaction.atomic
def unschedule(post: Post, *, by: User) -> Post:
    """Take an approved post off the schedule; it stays approved and has no time. Raises `ActionNotAllowed`."""
    post = locked(post)
    if not publications.withdraw(post, by=by):
        raise ActionNotAllowed(_("Nothing of this post waits for its time."))
    plan(post, None)
    post.save()
    record("post.unschedule", by=by, target=post)
    return post


def _move_open(post: Post, time: Resolved, *, by: User) -> None:
    """The deliveries of a submitted or approved post follow its new time."""
    version = post.versions.order_by("-number").first()
    if version is None:
        return
    if post.stage == Stage.SUBMITTED:
        publications.put_out(post, version, due_at=time.due_at, approved=False, by=by)
        _ask_anew_if_far(post, version, time, by=by)
    elif _keeps_approval(post, version, time):
        if live(post).filter(delivery__state__in=WAITS).exists():
            publications.shift(post, due_at=time.due_at, by=by)
        else:
            publications.put_out(post, version, due_at=time.due_at, approved=True, by=by)
        notices.moved(post, standing(version, post.municipality), by=by)
    else:
        publications.put_out(post, version, due_at=time.due_at, approved=False, by=by)
        post.stage = Stage.SUBMITTED
        post.save()
        decide(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        notices.submitted(post, by=by)


def _ask_anew_if_far(post: Post, version: Version, time: Resolved, *, by: User) -> None:
    """The first of two approvals holds for its time, as the whole approval does."""
    at = standing(version, post.municipality)
    if not at.approvals:
        return
    if holds_for(at, time.due_at, _window(post)):
        notices.moved(post, at, by=by)
    else:
        decide(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        notices.submitted(post, by=by)


def _keeps_approval(post: Post, version: Version, time: Resolved) -> bool:
    """An emergency keeps none: it goes out at once, or is approved like everything else."""
    if not post.municipality.needs_approval:
        return True
    at = standing(version, post.municipality)
    return at.met and holds_for(at, time.due_at, _window(post))


def _window(post: Post) -> timedelta:
    """How far from its approved time a post may go out."""
    return timedelta(hours=post.municipality.move_window_hours)


def _refuse_other_time(post: Post, version: Version, time: Resolved) -> Standing | None:
    """The approvals of `version`, if they hold for `time`; None where the house asks for none. Raises
    `ActionNotAllowed`.
    """
    if not post.municipality.needs_approval:
        return None
    at = standing(version, post.municipality)
    if holds_for(at, time.due_at, _window(post)):
        return at
    raise ActionNotAllowed(
        _(
            "This post was approved for %(time)s, and by the house rules an approval holds %(hours)s hours before and "
            "after its time. Change the time within these hours, or ask for approval again."
        )
        % {"time": dates.date_time(max(approved_times(at))), "hours": post.municipality.move_window_hours}
    )


def _tell(post: Post, at: Standing | None, *, by: User) -> None:
    """The approvers, if it goes out at another time than they approved."""
    if at and any(approved_time != post.due_at for approved_time in approved_times(at)):
        notices.moved(post, at, by=by)


def _sendable(post: Post, *, by: User) -> Version:
    """The version that may go out now. Freezes a draft where the municipality asks for no approval."""
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise ActionNotAllowed(_("This post is out and is being corrected. Say first what happens on each network."))
    if post.stage == Stage.APPROVED:
        version = post.versions.order_by("-number").first()
        if version is not None:
            _refuse_lapsed(post, version)
            return version
    if post.municipality.needs_approval:
        raise ActionNotAllowed(_("This post has not been approved. Submit it for approval first."))
    version = ready(post, by=by)
    post.stage = Stage.APPROVED
    return version


def _refuse_lapsed(post: Post, version: Version) -> None:
    """What was approved when the house asked for less, or went out as an emergency, is not approved."""
    if post.municipality.needs_approval and not standing(version, post.municipality).met:
        raise ActionNotAllowed(
            _("This version lacks an approval that the house rules ask for. Take it back, or ask for it.")
        )


def _refuse_time(time: Resolved) -> None:
    now = timezone.now()
    if time.due_at <= now:
        raise ActionNotAllowed(_("The chosen time has passed. Choose a later time."))
    if time.due_at > now + FARTHEST:
        raise ActionNotAllowed(_("The chosen time is more than a year away. Choose an earlier time."))
