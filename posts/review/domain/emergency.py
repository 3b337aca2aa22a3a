"""An emergency: somebody on the municipality's list publishes at once, and another approver looks at it afterwards.

It bypasses the approval and a running pause, and its deliveries leave before all others of their channel; in all else
it goes the way of every post: frozen, recorded before the call, asked at the gate again before it leaves. Who is taken
off the list meanwhile, or objected to, sends nothing any more (`posts.publishing.domain.gate`).
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
from posts.approval import seats, standing
from posts.draft import storable
from posts.editing.domain import corrections
from posts.editing.domain.ready import ready
from posts.editing.domain.save import plan
from posts.editing.domain.submit import decide
from posts.enums import Bar, Category, DecisionKind, Stage
from posts.locking import locked
from posts.models import Decision, Post, Version
from posts.notifications.domain import notices
from posts.publishing.domain import publications
from posts.queries import latest_version, writers
from posts.queries import publications as live
from posts.rules import EDITABLE, ApprovalCapacity, present

LEAST_REASON, MOST_REASON = 10, 500
MOST_NOTE = 2000
# Heard of at half of the time, at its end, and then every day.
AGAIN = timedelta(days=1)


@transaction.atomic
def publish(post: Post, *, reason: str, by: User) -> Post:
    """Send the post now, as it stands. Raises `ActionNotAllowed` without a place on the list or without a reason."""
    post = locked(post)
    reason = storable(reason).strip()
    if not emergency_rights(post.municipality).filter(user=by).exists():
        raise ActionNotAllowed(_("You are not on the emergency list of this municipality."))
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise ActionNotAllowed(_("Say in a sentence what the emergency is: it stays on record."))
    version = _frozen(post, by=by)
    _refuse_twice(post, version)
    now = timezone.now()
    post.stage = Stage.APPROVED
    if post.is_correction:
        corrections.carry_out(post, version, by=by, is_emergency=True)
    else:
        plan(post, present(now))
        post.save()
        publications.put_out(post, version, due_at=now, approved=True, urgent=True, by=by)
    within = timedelta(hours=post.municipality.emergency_review_hours)
    decide(
        version, DecisionKind.EMERGENCY, by=by, note=reason, due_at=now,
        review_due_at=now + within, remind_at=now + within / 2,
    )  # fmt: skip
    record("post.emergency", by=by, target=post, version=version.number, reason=reason)
    notices.emergency(post, by=by, reason=reason, review_due_at=now + within)
    return post


def _frozen(post: Post, *, by: User) -> Version:
    """What will be sent: the draft as it is, or the version that was submitted or approved."""
    if post.deleted_at:
        raise ActionNotAllowed(_("This post was deleted. Restore it to go on writing."))
    if post.stage in EDITABLE:
        post.category = post.category if post.is_correction else Category.EMERGENCY
        return ready(post, by=by)
    version = latest_version(post)
    if version is None:
        raise ActionNotAllowed(_("There is nothing to publish yet. Write a text or add a picture."))
    return version


def _refuse_twice(post: Post, version: Version) -> None:
    """A second click sends nothing anew; what failed may be sent again."""
    going = live(post)
    failed = going.filter(delivery__state__in=(State.FAILED, State.EXPIRED))
    if standing(version, post.municipality).emergency and going.exists() and not failed.exists():
        raise ActionNotAllowed(_("This post is going out as an emergency already."))


@transaction.atomic
def review(emergency: Decision, *, in_order: bool, note: str = "", by: User) -> Decision:
    """Another approver looked at an emergency afterwards. What has not gone out stops if it was not in order.

    Raises `ActionNotAllowed` for one's own, for one that was reviewed, and for an objection that says nothing.
    """
    row = Decision.objects.select_for_update(of=("self",)).select_related("version__post").get(pk=emergency.pk)
    post = locked(row.version.post)
    note = storable(note).strip()[:MOST_NOTE]
    seat = _reviewing(row, post, by=by)
    if row.kind != DecisionKind.EMERGENCY or row.remind_at is None:
        raise ActionNotAllowed(_("This emergency was reviewed already. Reload the page to see by whom."))
    if not in_order and not note:
        raise ActionNotAllowed(_("Write a note: what was not in order?"))
    Decision.objects.filter(pk=row.pk).update(remind_at=None)
    kind = DecisionKind.REVIEWED if in_order else DecisionKind.OBJECTED
    made = decide(row.version, kind, by=by, note=note, for_whom_id=seat.for_whom)
    record("post.review_emergency", by=by, target=post, version=row.version.number, in_order=in_order)
    notices.reviewed(post, made, about=row, by=by)
    return made


def _reviewing(emergency: Decision, post: Post, *, by: User) -> ApprovalCapacity:
    """The seat from which `by` may look at it afterwards. Raises `ActionNotAllowed`."""
    held = seats(by, post.municipality)
    if not held:
        raise ActionNotAllowed(str(Bar.NO_RIGHT.label))
    own = {emergency.by_id, *writers(post, emergency.version)}
    for seat in held:
        if not own & {seat.by, seat.for_whom}:
            return seat
    raise ActionNotAllowed(_("You published or wrote this post, so somebody else has to review it."))


def remind(now: datetime) -> int:
    """Tell the approvers of emergencies that wait for their review. Returns how many were told of."""
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
        notices.review_due(row.version.post, row)
        return True
