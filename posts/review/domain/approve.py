"""Four eyes: approve a version, return it with a note, or (a mentor) endorse it.

How many approvals a post needs, and in which order, is the municipality's rule (`posts.rules.approval_progress`). A
post is approved as soon as the rule is met for exactly the version that was reviewed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common import dates
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain.move import Moved
from delivery.domain.release import release
from delivery.enums import ReasonCode, State
from municipalities.enums import Approval
from posts.approval import approval_capacities, approval_progress, mentors_of, requires_mentor
from posts.editing.domain import corrections
from posts.editing.domain.save import set_approve_until, set_time
from posts.editing.domain.submit import record_decision
from posts.enums import DecisionKind, DenialReason, Stage
from posts.locking import lock_right_to_decide, locked
from posts.models import Post, Thread, Version
from posts.notifications.domain import review_notifications
from posts.publishing.domain import publications
from posts.queries import latest_version, writers
from posts.queries import publications as live
from posts.rules import (
    ApprovalCapacity,
    ApprovalProgress,
    ResolvedTime,
    Timing,
    approved_times,
    asks_when,
    capacity_or_denial,
    is_within_approval_window,
    resolve_moment,
)
from posts.scheduling.domain.schedule import refuse_time

RESOLVE, LEAVE = "resolve", "leave"
ON_APPROVAL = "on-approval"


@transaction.atomic
def approve(
    post: Post, version: Version, *, by: User, note: str = "", threads: str = "", seen: Collection[int] | None = None,
    time: str | None = None, timing: Timing | None = None, by_mail: bool = False,
) -> Post:  # fmt: skip
    """Approve exactly `version`. Once it has all required approvals, its deliveries are released for their time, or
    made for this moment where it goes out on approval.

    `threads` is what happens to open threads, "resolve" or "leave"; `seen` are those that were on the page (None: all),
    and `time` is the value of `time_shown` on the page (None: the current one), since an approval is valid for the time
    that was shown. `timing`: when it goes out instead, chosen by the approver; None: as it was. `by_mail`: by the link
    of a mail (`decision_links`). Raises `ActionNotAllowed` if the post or its time has changed since, if it is not this
    person's turn, if nothing was chosen for open threads, or if the approvals before are not valid for `timing`.
    """
    post = locked(post)
    lock_right_to_decide(post, by)
    before = _waiting(post, version)
    if time is not None and time != time_shown(post):
        raise ActionNotAllowed(_("The time of this post was changed after you opened it. Check the new time first."))
    capacity = _capacity(post, version, before, by=by)
    if not post.is_correction:
        # A network's rules or the channels may have changed since it was submitted.
        publications.refuse_unpublishable(version)
    settled = _settle_threads(post, threads, seen, by=by)
    municipality = post.municipality
    if not post.is_correction:
        _set_timing(post, version, timing, before, by=by)
    without_mentor = (
        municipality.approval == Approval.MENTOR and before.endorsed is None and not requires_mentor(municipality)
    )
    # The last approval is valid for this moment and the hours around it, those before leave the time open.
    now = resolve_moment(timezone.now()) if post.on_approval and len(before.missing) <= 1 else None
    record_decision(
        version, DecisionKind.APPROVED, by=by, note=note.strip(), due_at=now.due_at if now else post.due_at,
        for_whom_id=capacity.for_whom, threads=settled, without_mentor=without_mentor,
    )  # fmt: skip
    after = approval_progress(version, municipality)
    if after.met and post.stage != Stage.APPROVED:
        post.stage = Stage.APPROVED
        post.save()
    if after.met and post.is_correction:
        corrections.carry_out(post, version, by=by)
    elif after.met and now:
        _publish(post, version, now, by=by)
    elif after.met:
        _release(post, by=by)
    record(
        "post.approve", by=by, target=post, version=version.number, for_whom=capacity.for_whom, threads=settled,
        **_way(by_mail=by_mail, goes_out_now=after.met and now is not None),
    )  # fmt: skip
    if after.met:
        review_notifications.approved(post, by=by, note=note)
    else:
        review_notifications.next_step(post, after, by=by)
    return post


@transaction.atomic
def endorse(post: Post, version: Version, *, by: User, note: str = "") -> Post:
    """A mentor has read `version` and endorses it. This is no approval. Raises `ActionNotAllowed`."""
    post = locked(post)
    before = _waiting(post, version)
    if by.pk not in {mentor.pk for mentor in mentors_of(post.municipality)}:
        raise ActionNotAllowed(_("Only a mentor who accompanies this municipality today can confirm this."))
    if before.endorsed:
        raise ActionNotAllowed(_("A mentor has read this version already."))
    record_decision(version, DecisionKind.ENDORSED, by=by, note=note.strip(), due_at=post.due_at)
    record("post.endorse", by=by, target=post, version=version.number)
    review_notifications.endorsed(post, approval_progress(version, post.municipality), by=by, note=note.strip())
    return post


@transaction.atomic
def send_back(post: Post, version: Version, *, by: User, note: str, by_mail: bool = False) -> Post:
    """Return `version` to its writer with a note. Pending deliveries are withdrawn."""
    post = locked(post)
    lock_right_to_decide(post, by)
    _waiting(post, version)
    held = approval_capacities(by, post.municipality)
    if not held:
        raise ActionNotAllowed(str(DenialReason.NO_RIGHT.label))
    if not note.strip():
        raise ActionNotAllowed(_("Write a note: what should be different before you approve it?"), "note")
    if not post.is_correction:
        publications.withdraw(post, by=by)
    post.stage = Stage.RETURNED
    post.save()
    record_decision(version, DecisionKind.RETURNED, by=by, note=note.strip(), for_whom_id=held[0].for_whom)
    record("post.return", by=by, target=post, version=version.number, **_way(by_mail=by_mail))
    review_notifications.returned(post, by=by, note=note.strip())
    return post


def _way(*, by_mail: bool, goes_out_now: bool = False) -> dict[str, Any]:
    """In the audit event: that it was not decided in the portal, and that the approval published it."""
    return {**({"by_mail": True} if by_mail else {}), **({"goes_out_now": True} if goes_out_now else {})}


def time_shown(post: Post) -> str:
    """The time of a post as the approval form submits it; "" if there is none."""
    if post.on_approval:
        return ON_APPROVAL
    return post.due_at.isoformat() if post.due_at else ""


def not_waiting() -> str:
    return _("This post does not wait for approval any more. Reload the page to see what happened.")


def _refuse_other(post: Post, version: Version) -> None:
    """A decision is about the version on the page, not about a newer one."""
    if post.stage not in (Stage.SUBMITTED, Stage.APPROVED) or post.deleted_at:
        raise ActionNotAllowed(not_waiting())
    newest = latest_version(post)
    if newest is None or newest.pk != version.pk:
        raise ActionNotAllowed(_("The post was changed after you opened it. Read the new version before you decide."))


def _waiting(post: Post, version: Version) -> ApprovalProgress:
    """The progress of `version`; an approved one waits again if the municipality requires more by now. Raises
    `ActionNotAllowed`.
    """
    _refuse_other(post, version)
    progress = approval_progress(version, post.municipality)
    if post.stage == Stage.APPROVED and progress.met:
        raise ActionNotAllowed(not_waiting())
    return progress


def _capacity(post: Post, version: Version, before: ApprovalProgress, *, by: User) -> ApprovalCapacity:
    municipality = post.municipality
    capacity = capacity_or_denial(
        approval_capacities(by, municipality),
        before,
        writers=writers(post, version),
        own_allowed=municipality.may_approve_own,
    )
    if isinstance(capacity, DenialReason):
        raise ActionNotAllowed(str(capacity.label))
    return capacity


def _settle_threads(post: Post, choice: str, seen: Collection[int] | None, *, by: User) -> dict[str, list[int]]:
    """Apply the choice for open threads and return their ids. Raises `ActionNotAllowed` if nothing was chosen."""
    rows = Thread.objects.select_for_update().filter(post=post, resolved_at__isnull=True)
    open_now = sorted(row.pk for row in rows)
    if not open_now:
        return {}
    if choice not in (RESOLVE, LEAVE):
        raise ActionNotAllowed(_open_words(len(open_now)))
    if seen is not None and not set(open_now) <= set(seen):
        raise ActionNotAllowed(_("A conversation was opened while you were reading. Read it before you decide."))
    if choice == LEAVE:
        return {"left": open_now}
    Thread.objects.filter(pk__in=open_now).update(resolved_at=timezone.now(), resolved_by=by)
    return {"resolved": open_now}


def _open_words(count: int) -> str:
    return ngettext(
        "One conversation is open. Mark it as resolved or as knowingly left open.",
        "%(count)s conversations are open. Mark them as resolved or as knowingly left open.",
        count,
    ) % {"count": count}


def _set_timing(post: Post, version: Version, timing: Timing | None, before: ApprovalProgress, *, by: User) -> None:
    """Change when the post goes out, to what the approver chose. Raises `ActionNotAllowed`."""
    now = timezone.now()
    if timing is None:
        if asks_when(post, now):
            raise ActionNotAllowed(too_late_message(post), "when")
        return
    due_at = timing.time.due_at if timing.time else None
    is_renewed = timing.on_approval and asks_when(post, now)
    if (due_at, timing.on_approval) == (post.due_at, post.on_approval) and not is_renewed:
        return
    if timing.time:
        refuse_time(timing.time)
    _refuse_outside_window(post, before, due_at or (now if timing.on_approval else None))
    came_from = time_shown(post)
    publications.withdraw(post, by=by)
    set_time(post, timing.time, on_approval=timing.on_approval)
    set_approve_until(post)
    post.save()
    if due_at:
        publications.create_publications(post, version, due_at=due_at, approved=False, by=by)
    record("post.move", by=by, target=post, came_from=came_from, to=time_shown(post))


def too_late_message(post: Post) -> str:
    assert post.approve_until is not None
    return _(
        "It was to go out as soon as it was approved, and that was to be before %(time)s. Choose when it goes out now."
    ) % {"time": dates.date_time(post.approve_until)}


def _refuse_outside_window(post: Post, before: ApprovalProgress, moment: datetime | None) -> None:
    """Who approved before agreed to a time, and by the rule of the municipality to the hours around it."""
    hours = post.municipality.move_window_hours
    times = approved_times(before)
    is_inside = moment is not None and is_within_approval_window(before, moment, timedelta(hours=hours))
    if times and not is_inside:
        raise ActionNotAllowed(
            _(
                "The first approval is for %(time)s and holds %(hours)s hours before and after it. Choose a time "
                "within these hours, or return the post."
            )
            % {"time": dates.date_time(max(times)), "hours": hours},
            "when",
        )


def _publish(post: Post, version: Version, now: ResolvedTime, *, by: User) -> None:
    """It goes out on this approval."""
    until = post.approve_until
    set_time(post, now)
    post.save()
    publications.create_publications(post, version, due_at=now.due_at, not_after=until, approved=True, by=by)


def _release(post: Post, *, by: User) -> None:
    """Release waiting deliveries for their time; `release` expires those that are too late."""
    for publication in live(post).filter(delivery__state=State.WAITING, delivery__reason=ReasonCode.NOT_APPROVED):
        try:
            release(publication.delivery, by=by)
        except Moved:
            continue  # it has just expired; a person chooses a new time
