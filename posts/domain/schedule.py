"""When a post goes out: schedule it, publish it now, move it, take it off the schedule.

Time is separate from approval: a move within the municipality's window keeps the approval and tells the approver,
a larger one asks again.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.audit import record
from delivery.enums import State
from posts.deciding import standing
from posts.domain import notices, publications
from posts.domain.ready import ready
from posts.domain.refused import Refused, locked
from posts.domain.save import plan
from posts.domain.submit import decide
from posts.enums import DecisionKind, Stage
from posts.models import Post, Version
from posts.queries import OUT, last_approval
from posts.queries import publications as live
from posts.rules import EDITABLE, FARTHEST, Resolved, present

WAITS = (State.WAITING, State.SCHEDULED, State.EXPIRED)


@transaction.atomic
def schedule(post: Post, time: Resolved, *, by: Any) -> Post:
    """Send an approved post, or one that needs no approval, at `time`. Raises `Refused`."""
    post = locked(post)
    _refuse_time(time)
    version = _sendable(post, by=by)
    plan(post, time)
    post.save()
    publications.put_out(post, version, due_at=time.due_at, approved=True, by=by)
    record("post.schedule", by=by, target=post, due_at=time.due_at.isoformat(), version=version.number)
    return post


@transaction.atomic
def publish_now(post: Post, *, by: Any) -> Post:
    """Hand an approved post, or one that needs no approval, to the outbox for this minute. Raises `Refused`."""
    post = locked(post)
    version = _sendable(post, by=by)
    now = present(timezone.now())
    plan(post, now)
    post.save()
    publications.put_out(post, version, due_at=now.due_at, approved=True, by=by)
    record("post.publish_now", by=by, target=post, version=version.number)
    return post


@transaction.atomic
def move(post: Post, time: Resolved, *, by: Any) -> Post:
    """Another time, or a first one. An approved post that moves farther than the house's window is approved again."""
    post = locked(post)
    _refuse_time(time)
    if post.deleted_at:
        raise Refused(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise Refused(_("This post is out and is being corrected: its time does not change."))
    waiting = live(post).filter(delivery__state__in=WAITS).exists()
    if post.stage not in EDITABLE and not waiting and live(post).filter(delivery__state__in=OUT).exists():
        raise Refused(_("This post is on its networks already: its time cannot change. Duplicate it instead."))
    before = post.due_at
    plan(post, time)
    post.save()
    if post.stage not in EDITABLE:
        _move_open(post, time, by=by)
    record("post.move", by=by, target=post, came_from=before.isoformat() if before else "", to=time.due_at.isoformat())
    return post


@transaction.atomic
def unschedule(post: Post, *, by: Any) -> Post:
    """Take an approved post off the schedule; it stays approved and has no time. Raises `Refused`."""
    post = locked(post)
    if not publications.withdraw(post, by=by):
        raise Refused(_("Nothing of this post waits for its time."))
    plan(post, None)
    post.save()
    record("post.unschedule", by=by, target=post)
    return post


def _move_open(post: Post, time: Resolved, *, by: Any) -> None:
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
        notices.moved(post, by=by)
    else:
        publications.put_out(post, version, due_at=time.due_at, approved=False, by=by)
        post.stage = Stage.SUBMITTED
        post.save()
        decide(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        notices.submitted(post, by=by)


def _ask_anew_if_far(post: Post, version: Version, time: Resolved, *, by: Any) -> None:
    """The first of two approvals holds for its time, as the whole approval does."""
    if standing(version, post.municipality).approvals and not _is_near(post, time):
        decide(version, DecisionKind.SUBMITTED, by=by, due_at=time.due_at)
        notices.submitted(post, by=by)


def _keeps_approval(post: Post, version: Version, time: Resolved) -> bool:
    """An emergency keeps none: it goes out at once, or is approved like everything else."""
    if not post.municipality.needs_approval:
        return True
    return standing(version, post.municipality).met and _is_near(post, time)


def _is_near(post: Post, time: Resolved) -> bool:
    """Measured from the time that was approved, so that many small moves do not add up to a large one."""
    approval = last_approval(post)
    if approval is None or approval.due_at is None:
        return True  # approved without a time: whoever schedules chooses one
    return abs(time.due_at - approval.due_at) <= timedelta(hours=post.municipality.move_window_hours)


def _sendable(post: Post, *, by: Any) -> Version:
    """The version that may go out now. Freezes a draft where the municipality asks for no approval."""
    if post.deleted_at:
        raise Refused(_("This post was deleted. Restore it to go on writing."))
    if post.is_correction:
        raise Refused(_("This post is out and is being corrected. Say first what happens on each network."))
    if post.stage == Stage.APPROVED:
        version = post.versions.order_by("-number").first()
        if version is not None:
            _refuse_lapsed(post, version)
            return version
    if post.municipality.needs_approval:
        raise Refused(_("This post has not been approved. Submit it for approval first."))
    version = ready(post, by=by)
    post.stage = Stage.APPROVED
    return version


def _refuse_lapsed(post: Post, version: Version) -> None:
    """What was approved when the house asked for less, or went out as an emergency, is not approved."""
    if post.municipality.needs_approval and not standing(version, post.municipality).met:
        raise Refused(_("This version lacks an approval that the house rules ask for. Take it back, or ask for it."))


def _refuse_time(time: Resolved) -> None:
    now = timezone.now()
    if time.due_at <= now:
        raise Refused(_("The chosen time has passed. Choose a later time."))
    if time.due_at > now + FARTHEST:
        raise Refused(_("The chosen time is more than a year away. Choose an earlier time."))
