"""Reviews at half-time and at the end: started from the plan, written and confirmed by both sides, then frozen."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain import review_notifications as notifications
from mentoring.enums import ReviewKind, Side
from mentoring.models import Plan, Review
from mentoring.queries.reviews import content, possible
from posts.draft import storable

MOST = 6000
# Which side writes which of the texts; what comes next is written by both.
COMMENT_FIELDS: dict[str, str] = {Side.MENTOR: "mentor_comment", Side.MUNICIPALITY: "municipality_comment"}


@transaction.atomic
def begin(plan: Plan, kind: ReviewKind, *, by: User) -> Review:
    """A draft with what plan and numbers say today; the one there, if somebody was quicker. Raises
    `ActionNotAllowed`.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("municipality", "enrolment__cohort").get(
        pk=plan.pk
    )  # fmt: skip
    there = Review.objects.filter(plan=plan, kind=kind).first()
    if there is not None:
        return there
    if kind not in {option.kind for option in possible([plan], [])}:
        raise ActionNotAllowed(
            _("There is nothing to review yet: the plan is not agreed, or has not begun, or is over.")
        )
    row = Review.objects.create(
        municipality_id=plan.municipality_id, plan=plan, kind=kind, begun_by=by, content=content(plan)
    )
    audit.record("review.begin", by=by, target=row, kind=row.kind)
    notifications.begun(row, by=by)
    return row


@transaction.atomic
def write(review: Review, comment: str, next_steps: str, *, side: Side, revision: int, by: User) -> Review:
    """What this side says, and what comes next. Takes confirmations back when a word changed. Raises
    `ActionNotAllowed`.
    """
    row = _drafted(review, revision)
    new_comment, steps = _text(comment, "words"), _text(next_steps, "next_steps")
    if (getattr(row, COMMENT_FIELDS[side]), row.next_steps) == (new_comment, steps):
        return row
    setattr(row, COMMENT_FIELDS[side], new_comment)
    row.next_steps = steps
    _changed(row)
    audit.record("review.write", by=by, target=row, kind=row.kind)
    return row


@transaction.atomic
def refresh(review: Review, *, revision: int, by: User) -> Review:
    """Read plan and numbers anew. Takes confirmations back. Raises `ActionNotAllowed`."""
    row = _drafted(review, revision)
    row.content = content(row.plan)
    _changed(row)
    audit.record("review.look_again", by=by, target=row, kind=row.kind)
    return row


@transaction.atomic
def confirm(review: Review, *, side: Side, revision: int, by: User) -> Review:
    """One side confirms what stood on the page (`revision`); with the second one it is frozen. Raises
    `ActionNotAllowed`.
    """
    row = _drafted(review, revision)
    if row.confirmed(side):
        return row
    if not getattr(row, COMMENT_FIELDS[side]):
        raise ActionNotAllowed(_("First enter your side's view, even if it is one sentence."))
    other = row.municipality_confirmed_by_id if side == Side.MENTOR else row.mentor_confirmed_by_id
    if other == by.pk:
        raise ActionNotAllowed(_("You have confirmed for the other side. Another person has to confirm for this one."))
    now = timezone.now()
    if side == Side.MENTOR:
        row.mentor_confirmed_by, row.mentor_confirmed_at = by, now
    else:
        row.municipality_confirmed_by, row.municipality_confirmed_at = by, now
    if row.mentor_confirmed_at and row.municipality_confirmed_at:
        row.frozen_at = now
        row.content = {**row.content, "said": _comments(row), "confirmed": _confirmed(row)}
    row.save()
    audit.record("review.confirm", by=by, target=row, kind=row.kind, side=side)
    notifications.confirmed(row, side, by=by)
    return row


def note_download(review: Review, language: str, *, by: User) -> None:
    audit.record("review.download", by=by, target=review, kind=review.kind, language=language)


def _comments(row: Review) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("mentor_comment", "municipality_comment", "next_steps")}


def _confirmed(row: Review) -> dict[str, Any]:
    assert row.mentor_confirmed_at is not None  # asked before
    assert row.municipality_confirmed_at is not None
    return {
        "mentor": [str(row.mentor_confirmed_by), row.mentor_confirmed_at.isoformat()],
        "municipality": [str(row.municipality_confirmed_by), row.municipality_confirmed_at.isoformat()],
    }


def _drafted(review: Review, revision: int) -> Review:
    """The row, locked, if it may still change and is what stood on the page."""
    rows = Review.objects.select_for_update(of=("self",)).select_related(
        "plan__municipality", "plan__enrolment__cohort", "municipality", "mentor_confirmed_by",
        "municipality_confirmed_by",
    )  # fmt: skip
    row: Review = rows.get(pk=review.pk)
    if row.is_frozen:
        raise ActionNotAllowed(_("Both sides have confirmed this review; it stays as it is."))
    if row.revision != revision:
        raise ActionNotAllowed(
            _("The review was changed while you had it open. Read it again, then repeat your action.")
        )
    return row


def _changed(row: Review) -> None:
    """What was confirmed is not what stands there now."""
    row.revision += 1
    row.mentor_confirmed_by = row.mentor_confirmed_at = None
    row.municipality_confirmed_by = row.municipality_confirmed_at = None
    row.save()


def _text(sent: str, name: str) -> str:
    text = storable(sent).strip()
    if len(text) > MOST:
        facts = {"count": len(text), "most": MOST}
        raise ActionNotAllowed(
            _("This is too long: it has %(count)s characters, and %(most)s are allowed.") % facts, name
        )  # fmt: skip
    return text
