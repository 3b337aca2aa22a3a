"""Four eyes: approve a version, return it with a note, or (a mentor) endorse it.

How many approvals a post needs, and in which order, is the municipality's rule (`posts.rules.approval_progress`). A
post is approved as soon as the rule is met for exactly the version that was reviewed.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain.move import Moved
from delivery.domain.release import release
from delivery.enums import ReasonCode, State
from municipalities.enums import Approval
from posts.approval import approval_capacities, approval_progress, mentors_of, requires_mentor
from posts.editing.domain import corrections
from posts.editing.domain.submit import record_decision
from posts.enums import DecisionKind, DenialReason, Stage
from posts.locking import lock_right_to_decide, locked
from posts.models import Post, Thread, Version
from posts.notifications.domain import review_notifications
from posts.publishing.domain import publications
from posts.queries import latest_version, writers
from posts.queries import publications as live
from posts.rules import ApprovalCapacity, ApprovalProgress, capacity_or_denial

RESOLVE, LEAVE = "resolve", "leave"


@transaction.atomic
def approve(
    post: Post, version: Version, *, by: User, note: str = "", threads: str = "", seen: Collection[int] | None = None,
    time: str | None = None, by_mail: bool = False,
) -> Post:  # fmt: skip
    """Approve exactly `version`. Once it has all required approvals, its deliveries are released for their time.

    `threads` is what happens to open threads, "resolve" or "leave"; `seen` are those that were on the page (None: all),
    and `time` is the value of `time_shown` on the page (None: the current one), since an approval is valid for the time
    that was shown. `by_mail`: by the link of a mail (`decision_links`). Raises `ActionNotAllowed` if the post or its
    time has changed since, if it is not this person's turn, or if nothing was chosen for open threads.
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
    without_mentor = (
        municipality.approval == Approval.MENTOR and before.endorsed is None and not requires_mentor(municipality)
    )
    record_decision(
        version, DecisionKind.APPROVED, by=by, note=note.strip(), due_at=post.due_at, for_whom_id=capacity.for_whom,
        threads=settled, without_mentor=without_mentor,
    )  # fmt: skip
    after = approval_progress(version, municipality)
    if after.met and post.stage != Stage.APPROVED:
        post.stage = Stage.APPROVED
        post.save()
    if after.met and post.is_correction:
        corrections.carry_out(post, version, by=by)
    elif after.met:
        _release(post, by=by)
    record(
        "post.approve", by=by, target=post, version=version.number, for_whom=capacity.for_whom, threads=settled,
        **_way(by_mail=by_mail),
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


def _way(*, by_mail: bool) -> dict[str, Any]:
    """In the audit event: that it was not decided in the portal."""
    return {"by_mail": True} if by_mail else {}


def time_shown(post: Post) -> str:
    """The time of a post as the approval form submits it; "" if there is none."""
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


def _release(post: Post, *, by: User) -> None:
    """Release waiting deliveries for their time; `release` expires those that are too late."""
    for publication in live(post).filter(delivery__state=State.WAITING, delivery__reason=ReasonCode.NOT_APPROVED):
        try:
            release(publication.delivery, by=by)
        except Moved:
            continue  # it has just expired; a person chooses a new time
