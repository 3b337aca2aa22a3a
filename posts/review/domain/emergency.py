"""Emergency posts: somebody on the municipality's list publishes at once, and another approver reviews it afterwards.

It bypasses approval and a running pause, and its deliveries are sent before all others of their channel; otherwise it
is treated like every post: frozen, recorded before the call, checked by the policy again before it is sent. If its
author is removed from the list meanwhile, or an approver objects, nothing more is sent
(`posts.publishing.domain.policy`).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.enums import State
from municipalities.queries import emergency_rights
from municipalities.tenancy import everywhere, scope
from posts.approval import approval_capacities, approval_progress
from posts.draft import storable
from posts.editing.domain import corrections
from posts.editing.domain.ready import freeze_for_submission
from posts.editing.domain.save import set_time
from posts.editing.domain.submit import record_decision
from posts.enums import Category, DecisionKind, DenialReason, Stage
from posts.locking import lock_right_to_decide, locked
from posts.models import Decision, Post, Version
from posts.notifications.domain import review_notifications
from posts.publishing.domain import publications
from posts.queries import latest_version, writers
from posts.queries import publications as live
from posts.rules import EDITABLE, ApprovalCapacity, resolve_moment

LEAST_REASON, MOST_REASON = 10, 500
MOST_NOTE = 2000
# Reminders at half of the time, at its end, and then daily.
AGAIN = timedelta(days=1)


@transaction.atomic
def publish(post: Post, *, reason: str, by: User) -> Post:
    """Publish the post now, as it is. Raises `ActionNotAllowed` if `by` is not on the list, or without a reason."""
    post = locked(post)
    reason = storable(reason).strip()
    if not emergency_rights(post.municipality).filter(user=by).exists():
        raise ActionNotAllowed(_("You are not on the emergency list of this municipality."))
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise ActionNotAllowed(_("Describe the emergency in one sentence: it stays on record."))
    version = _frozen(post, by=by)
    _refuse_twice(post, version)
    now = timezone.now()
    post.stage = Stage.APPROVED
    if post.is_correction:
        corrections.carry_out(post, version, by=by, is_emergency=True)
    else:
        set_time(post, resolve_moment(now))
        post.save()
        publications.create_publications(post, version, due_at=now, approved=True, urgent=True, by=by)
    within = timedelta(hours=post.municipality.emergency_review_hours)
    record_decision(
        version, DecisionKind.EMERGENCY, by=by, note=reason, due_at=now,
        review_due_at=now + within, remind_at=now + within / 2,
    )  # fmt: skip
    record("post.emergency", by=by, target=post, version=version.number, reason=reason)
    review_notifications.emergency(post, by=by, reason=reason, review_due_at=now + within)
    return post


def _frozen(post: Post, *, by: User) -> Version:
    """The version to send: of the current draft, or the one that was submitted or approved."""
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.stage in EDITABLE:
        post.category = post.category if post.is_correction else Category.EMERGENCY
        return freeze_for_submission(post, by=by)
    version = latest_version(post)
    if version is None:
        raise ActionNotAllowed(_("There is nothing to publish yet. Write a text or add a picture."))
    return version


def _refuse_twice(post: Post, version: Version) -> None:
    """A second click sends nothing again; what failed may be sent again."""
    going = live(post)
    failed = going.filter(delivery__state__in=(State.FAILED, State.EXPIRED))
    if approval_progress(version, post.municipality).emergency and going.exists() and not failed.exists():
        raise ActionNotAllowed(_("This post is already being published as an emergency."))


@transaction.atomic
def review(emergency: Decision, *, in_order: bool, note: str = "", by: User) -> Decision:
    """Another approver reviews an emergency. If it was not in order, pending deliveries stop.

    Raises `ActionNotAllowed` for one's own, for one that was reviewed, and for an objection without a note.
    """
    row = Decision.objects.select_for_update(of=("self",)).select_related("version__post").get(pk=emergency.pk)
    post = locked(row.version.post)
    lock_right_to_decide(post, by)
    note = storable(note).strip()[:MOST_NOTE]
    capacity = _reviewing(row, post, by=by)
    if row.kind != DecisionKind.EMERGENCY or row.remind_at is None:
        raise ActionNotAllowed(_("This emergency was reviewed already. Reload the page to see by whom."))
    if not in_order and not note:
        raise ActionNotAllowed(_("Write a note: what was not in order?"))
    Decision.objects.filter(pk=row.pk).update(remind_at=None)
    kind = DecisionKind.REVIEWED if in_order else DecisionKind.OBJECTED
    decision = record_decision(row.version, kind, by=by, note=note, for_whom_id=capacity.for_whom)
    record("post.review_emergency", by=by, target=post, version=row.version.number, in_order=in_order)
    review_notifications.reviewed(post, decision, about=row, by=by)
    return decision


def _reviewing(emergency: Decision, post: Post, *, by: User) -> ApprovalCapacity:
    """The capacity in which `by` may review it. Raises `ActionNotAllowed`."""
    held = approval_capacities(by, post.municipality)
    if not held:
        raise ActionNotAllowed(str(DenialReason.NO_RIGHT.label))
    own = {emergency.by_id, *writers(post, emergency.version)}
    for seat in held:
        if not own & {seat.by, seat.for_whom}:
            return seat
    raise ActionNotAllowed(_("You published or wrote this post, so another person has to review it."))


def remind(now: datetime) -> int:
    """Remind the approvers of emergencies without a review. Returns how many."""
    with everywhere("remind of emergencies that wait for a review"):
        rows = list(Decision.objects.filter(remind_at__lte=now).values_list("pk", "municipality_id"))
    return sum(_remind(pk, municipality, now) for pk, municipality in rows)


def _remind(pk: int, municipality: int, now: datetime) -> bool:
    with scope(municipality), transaction.atomic():
        rows = Decision.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, remind_at__lte=now)
        row = rows.select_related("version__post__municipality", "version__post__author", "by").first()
        if row is None or row.review_due_at is None:
            return False
        row.remind_at = row.review_due_at if now < row.review_due_at else now + AGAIN
        row.save(update_fields=["remind_at"])
        record("post.remind_review", by=None, target=row.version.post, version=row.version.number)
        review_notifications.review_due(row.version.post, row)
        return True
