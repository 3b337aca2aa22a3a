"""Corrections of a published post: begun with a reason, edited like a draft, approved by the municipality's rule, and
carried out in the way chosen for each channel.

Until they are approved the publications stay as they are. Each change is a delivery of its own
(`delivery.domain.edit`). Where a network cannot edit a post, the old one is removed first;
`posts.editing.domain.carry_out_corrections` sends the new one once that is certain, so that one public post remains.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain import withdraw
from delivery.domain.cancel import cancel
from delivery.domain.edit import edit
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from platforms.types import Outgoing
from posts.draft import parse, storable
from posts.editing.correction_plan import (
    PlannedCorrection,
    next_edit_of_thread,
    plan_corrections,
    public_publications,
)
from posts.editing.domain.freeze import freeze
from posts.editing.domain.move_anchors import move_anchors
from posts.editing.domain.ready import freeze_for_submission
from posts.editing.domain.restore import restorable_draft
from posts.editing.domain.save import store_draft
from posts.enums import AmendmentKind, AmendmentState, AmendmentWay, PartState, Stage
from posts.locking import locked
from posts.models import Amendment, AmendmentPart, Post, Publication, Version
from posts.publishing.domain.publications import being_sent_message
from posts.queries import publications

LEAST_REASON, MOST_REASON = 5, 500
COMING = (State.WAITING, State.SCHEDULED)
UNDER_WAY = (State.SENDING, State.PROCESSING)
LEFT = (State.FAILED, State.EXPIRED)


def required_reason(reason: str) -> str:
    """The cleaned reason. Raises `ActionNotAllowed` for an empty one."""
    reason = storable(reason).strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise ActionNotAllowed(_("Give a reason in one sentence: it stays on record, and the approver reads it."))
    return reason


def open_correction(post: Post) -> Amendment | None:
    """The correction that is being written or decided."""
    rows = Amendment.objects.filter(post=post, kind=AmendmentKind.CORRECTION, state=AmendmentState.OPEN)
    return rows.select_related("by").first()


@transaction.atomic
def begin(post: Post, *, reason: str, by: User) -> Post:
    """Begin the correction of a published post. Nothing changes on any network. Raises `ActionNotAllowed`."""
    post = locked(post)
    reason = required_reason(reason)
    _refuse_unfit(post)
    _leave_behind(post, by=by)
    _refuse_two(post)
    before = {"draft": post.draft, "title": post.title, "category": post.category}
    draft = parse(post.draft)
    if draft.is_empty:
        shown = public_publications(post)[0].version
        store_draft(post, restorable_draft(shown)[0])
    Amendment.objects.create(
        municipality_id=post.municipality_id, post=post, kind=AmendmentKind.CORRECTION, reason=reason, by=by,
        before=before,
    )  # fmt: skip
    post.is_correction, post.stage = True, Stage.DRAFT
    post.revision += 1
    post.save()
    record("post.correct", by=by, target=post, reason=reason)
    return post


def _refuse_unfit(post: Post) -> None:
    if post.deleted_at or post.stage != Stage.APPROVED:
        raise ActionNotAllowed(
            _("Only a post that is out can be corrected. This one is being written: change it there.")
        )
    deliveries = [publication.delivery for publication in publications(post)]
    further = Delivery.objects.filter(parent__in=deliveries, kind=THREAD_PART).values_list("state", flat=True)
    states = {delivery.state for delivery in deliveries} | set(further)
    if states & set(UNDER_WAY):
        raise ActionNotAllowed(being_sent_message())
    if states & {State.CHECKING, State.UNCONFIRMED}:
        raise ActionNotAllowed(_("On one network it is not known yet whether the post is there. Answer that first."))
    if states & set(COMING):
        raise ActionNotAllowed(
            _("The post has not been published everywhere yet. Wait for that, or take it off the schedule.")
        )
    if not public_publications(post):
        raise ActionNotAllowed(_("Nothing of this post is public, so there is nothing to correct."))


def _leave_behind(post: Post, *, by: User) -> None:
    """Cancel failed deliveries of the post and its last correction: the old text is not sent any more."""
    for publication in publications(post).filter(delivery__state__in=LEFT):
        cancel(publication.delivery, by=by)
        publication.live = False
        publication.save(update_fields=["live"])
    open_ = AmendmentPart.objects.filter(amendment__post=post, way=AmendmentWay.EDIT, state=PartState.UNDER_WAY)
    for part in open_.select_related("delivery"):
        if part.delivery is None or part.delivery.state not in (*LEFT, State.WAITING):
            continue
        cancel(part.delivery, by=by)
        end(part, PartState.DROPPED)
        finish_if_over(part.amendment)


def _refuse_two(post: Post) -> None:
    running = Amendment.objects.filter(post=post, kind=AmendmentKind.CORRECTION, finished_at=None)
    if running.exists():
        raise ActionNotAllowed(_("An earlier correction of this post is still under way. Wait until it is through."))


# ---------------------------------------------------------------- what happens on each channel


@transaction.atomic
def prepare(post: Post, *, by: User) -> Version:
    """Freeze the draft, so that the page can show what happens on each channel. Raises `ActionNotAllowed`."""
    post = locked(post)
    if not post.is_correction:
        raise ActionNotAllowed(_("This post is not being corrected."))
    return freeze_for_submission(post, by=by)


@transaction.atomic
def choose(post: Post, version: Version, ways: Mapping[str, str], *, by: User) -> Amendment:
    """Store the chosen way for each publication of an open correction. Raises `ActionNotAllowed`."""
    post = locked(post)
    amendment = _open(post)
    if freeze_for_submission(post, by=by).pk != version.pk:
        raise ActionNotAllowed(
            _("The post was changed after you opened this page. Check again what happens on each network.")
        )
    amendment.ways = {
        str(plan.publication.pk): plan.chosen for plan in plan_corrections(post, version, ways) if plan.chosen
    }
    amendment.save(update_fields=["ways"])
    refuse_unready(post, version)
    record("post.choose_ways", by=by, target=post, ways=amendment.ways)
    return amendment


def refuse_unready(post: Post, version: Version) -> None:
    """Raises `ActionNotAllowed` if a network has no chosen way yet, or would refuse the content."""
    plans = plan_corrections(post, version, _open(post).ways)
    if not any(plan.changes for plan in plans):
        raise ActionNotAllowed(_("Nothing differs from what is public. Change the text first, or drop the correction."))
    if not all(plan.is_settled for plan in plans):
        raise ActionNotAllowed(_("Choose what happens on each network: some cannot change a post."))
    reasons = [
        _("%(channel)s: %(problem)s") % {"channel": plan.publication.channel.name, "problem": problem}
        for plan in plans
        if plan.chosen in (AmendmentWay.EDIT, AmendmentWay.RESEND)
        for problem in plan.problems
    ]
    if reasons:
        raise ActionNotAllowed(_("A network would not take this post as it is."), details=list(dict.fromkeys(reasons)))


def _open(post: Post) -> Amendment:
    amendment = open_correction(post)
    if amendment is None:
        raise ActionNotAllowed(_("This post is not being corrected."))
    return amendment


# ---------------------------------------------------------------- the end


@transaction.atomic
def carry_out_now(post: Post, *, by: User) -> Post:
    """Carries out a correction where no approval is required. Raises `ActionNotAllowed`."""
    post = locked(post)
    if post.municipality.needs_approval:
        raise ActionNotAllowed(_("This correction has not been approved. Submit it for approval first."))
    version = freeze_for_submission(post, by=by)
    refuse_unready(post, version)
    carry_out(post, version, by=by)
    return post


def carry_out(post: Post, version: Version, *, by: User, is_emergency: bool = False) -> None:
    """Start an approved correction. Part of verbs: the post is locked. Raises `ActionNotAllowed`."""
    refuse_unready(post, version)
    amendment = _open(post)
    for plan in plan_corrections(post, version, amendment.ways):
        if plan.changes and plan.chosen:
            _start(amendment, plan, urgent=is_emergency, by=by)
    amendment.state, amendment.version, amendment.is_emergency = AmendmentState.AGREED, version, is_emergency
    amendment.decided_by, amendment.decided_at = by, timezone.now()
    amendment.save()
    post.is_correction, post.stage = False, Stage.APPROVED
    post.save()
    finish_if_over(amendment)
    record("post.carry_out", by=by, target=post, version=version.number, ways=amendment.ways)


def _start(amendment: Amendment, plan: PlannedCorrection, *, urgent: bool, by: User) -> None:
    assert plan.chosen is not None
    part = AmendmentPart(
        municipality_id=amendment.municipality_id, amendment=amendment, publication=plan.publication, way=plan.chosen,
        state=PartState.UNDER_WAY,
    )  # fmt: skip
    try:
        if plan.chosen == AmendmentWay.EDIT and plan.then:
            part.delivery = edit(*_first_edit(plan, plan.then), by=by, urgent=urgent)
        elif plan.chosen == AmendmentWay.RESEND:
            withdraw.withdraw(plan.publication.delivery, by=by)
        else:
            part.state, part.ended_at = PartState.BY_HAND, timezone.now()
    except (Moved, NoSuchMove) as moved:
        raise ActionNotAllowed(_("A network has just lost this post. Reload the page to see its status.")) from moved
    part.save()


def _first_edit(plan: PlannedCorrection, then: Outgoing) -> tuple[Delivery, Outgoing]:
    """What is edited first; of a thread the posts follow one by one (`carry_out_corrections`)."""
    root = plan.publication.delivery
    further = next_edit_of_thread(root, then) if plan.changes == {"thread"} else None
    return further or (root, then)


@transaction.atomic
def drop(post: Post, *, by: User) -> Post:
    """Discard the correction and restore the draft. Nothing changes on any network. Raises `ActionNotAllowed`."""
    post = locked(post)
    amendment = _open(post)
    before, now = parse(amendment.before["draft"]), parse(post.draft)
    move_anchors(post, now, before)
    store_draft(post, before)
    post.title, post.category = amendment.before["title"], amendment.before["category"]
    post.is_correction, post.stage = False, Stage.APPROVED
    post.revision += 1
    post.save()
    newest = post.versions.order_by("-number").first()
    shown = {publication.version_id for publication in public_publications(post)}
    if newest is not None and newest.pk not in shown and not before.is_empty:
        freeze(post, by=by)  # the newest version must be what is public, not what was dropped
    amendment.state, amendment.finished_at = AmendmentState.DROPPED, timezone.now()
    amendment.save(update_fields=["state", "finished_at"])
    record("post.drop_correction", by=by, target=post)
    return post


def stop(publication: Publication, *, by: User) -> None:
    """Cancel all pending changes of a publication that is being removed. Raises `ActionNotAllowed`."""
    rows = AmendmentPart.objects.filter(publication=publication, state=PartState.UNDER_WAY)
    for part in rows.exclude(way=AmendmentWay.REMOVE).select_related("delivery", "amendment"):
        if part.delivery and part.delivery.state not in (*COMING, *LEFT, State.CANCELLED):
            raise ActionNotAllowed(being_sent_message())
        if part.delivery and part.delivery.state != State.CANCELLED:
            cancel(part.delivery, by=by)
        end(part, PartState.DROPPED)
        finish_if_over(part.amendment)


def end(part: AmendmentPart, state: PartState, problem: str = "") -> None:
    part.state, part.problem, part.ended_at = state, problem[:500], timezone.now()
    part.save(update_fields=["state", "problem", "ended_at"])


def finish_if_over(amendment: Amendment) -> bool:
    if amendment.state != AmendmentState.AGREED or amendment.parts.filter(ended_at=None).exists():
        return False
    amendment.state, amendment.finished_at = AmendmentState.DONE, timezone.now()
    amendment.save(update_fields=["state", "finished_at"])
    return True
