"""Continues agreed corrections: a worker checks the state of each part, and sends the replacement of a post once its
removal is certain.

All state is in the database, so a worker that dies costs one tick. The new post is created under the lock of its
amendment, in the transaction that retires the old publication: there is never a second one.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common import restores
from common.audit import record
from delivery.domain import restored
from delivery.domain.edit import edit
from delivery.domain.enqueue import enqueue
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from municipalities.tenancy import everywhere, scope
from posts.editing.correction_plan import next_edit_of_thread, payload
from posts.editing.domain.corrections import end, finish_if_over
from posts.enums import AmendmentState, AmendmentWay, PartState
from posts.locking import locked
from posts.models import Amendment, AmendmentPart, Post, Publication
from posts.publishing.domain.publications import KIND

log = logging.getLogger(__name__)

DOWN = (State.WITHDRAWN, State.MISSING)
UNDER_WAY = (State.SENDING, State.PROCESSING, State.CHECKING)


def continue_corrections() -> int:
    """Continue all agreed amendments. Returns their number."""
    with everywhere("carry on with what is corrected or taken down"):
        rows = list(_agreed().values_list("pk", "municipality_id", "post"))
    for pk, municipality, post in rows:
        try:
            _carry_on(pk, municipality, post)
        except Exception:
            log.exception("Amendment %s could not be carried on", pk)  # continue with the others
    return len(rows)


def is_due() -> bool:
    """Whether `continue_corrections` has anything to do."""
    with everywhere("carry on with what is corrected or taken down"):
        return _agreed().exists()


def _agreed() -> QuerySet[Amendment]:
    return Amendment.objects.filter(state=AmendmentState.AGREED)


def _carry_on(pk: int, municipality: int, post_id: int) -> None:
    with scope(municipality), transaction.atomic():
        post = locked(Post(pk=post_id))
        rows = Amendment.objects.select_for_update(of=("self",), skip_locked=True)
        amendment = rows.filter(pk=pk, state=AmendmentState.AGREED).select_related("version", "by").first()
        if amendment is None:
            return
        amendment.post = post
        related = ("publication__delivery", "publication__channel__municipality", "delivery")
        for part in amendment.parts.filter(state=PartState.UNDER_WAY).select_related(*related).order_by("pk"):
            SETTLE[AmendmentWay(part.way)](amendment, part)
        if finish_if_over(amendment):
            record("post.carried_out", by=None, target=post)


def _removed(amendment: Amendment, part: AmendmentPart) -> None:
    delivery = part.publication.delivery
    if delivery.state in DOWN or delivery.is_over:
        if _is_thread_down(delivery, part):
            end(part, PartState.DONE)
    elif delivery.withdrawal_asked_at is None:
        end(part, PartState.REFUSED, delivery.problem)


def _is_thread_down(delivery: Delivery, part: AmendmentPart) -> bool:
    """Whether no further post of its thread is public. Where one cannot be taken down, this ends `part`."""
    further = list(Delivery.objects.filter(parent=delivery, kind=THREAD_PART).order_by("pk"))
    if any(row.state in UNDER_WAY or (row.state == State.PUBLISHED and row.withdrawal_asked_at) for row in further):
        return False
    stays = next((row for row in further if row.state == State.PUBLISHED), None)
    if stays:
        end(part, PartState.REFUSED, stays.problem)
    return stays is None


def _edited(amendment: Amendment, part: AmendmentPart) -> None:
    assert part.delivery is not None
    if part.delivery.state == State.PUBLISHED:
        if _edits_next(amendment, part):
            return
        Publication.objects.filter(pk=part.publication_id).update(version=amendment.version)
        end(part, PartState.DONE)
    elif part.delivery.state == State.CANCELLED:
        end(part, PartState.REFUSED)


def _edits_next(amendment: Amendment, part: AmendmentPart) -> bool:
    """Whether another post of a thread has to be edited, and that was begun."""
    root = part.publication.delivery
    if not root.payload.get("thread") or amendment.version is None:
        return False
    then = payload(amendment.version, part.publication)
    following = next_edit_of_thread(root, then) if then else None
    if following is None:
        return False
    try:
        part.delivery = edit(*following, by=amendment.by, urgent=amendment.is_emergency)
    except (Moved, NoSuchMove):
        end(part, PartState.REFUSED)
        return True
    part.save(update_fields=["delivery"])
    return True


def _sent_again(amendment: Amendment, part: AmendmentPart) -> None:
    old = part.publication.delivery
    if part.delivery is not None:
        if part.delivery.state == State.PUBLISHED:
            end(part, PartState.DONE)
        elif part.delivery.state == State.CANCELLED:
            end(part, PartState.REFUSED)
    elif old.state in DOWN or old.is_over:
        if _is_thread_down(old, part):
            _send(amendment, part)
    elif old.withdrawal_asked_at is None:
        # It could not be removed, so its replacement is not sent.
        end(part, PartState.REFUSED, old.problem)


def _send(amendment: Amendment, part: AmendmentPart) -> None:
    """Send the replacement of the old post. The policy is asked before, as for every post."""
    assert amendment.version is not None
    old, version, now = part.publication, amendment.version, timezone.now()
    outgoing = payload(version, old)
    if outgoing is None:
        end(part, PartState.REFUSED)
        return
    Publication.objects.filter(pk=old.pk).update(live=False)
    part.delivery = enqueue(
        old.channel, kind=KIND, outgoing=outgoing, due_at=now, by=amendment.by, urgent=amendment.is_emergency,
        not_after=now + timedelta(minutes=amendment.post.municipality.not_after_minutes),
    )  # fmt: skip
    if restore := restores.latest_after(amendment.at):
        # What was agreed before a restore may have been carried out after its backup was made.
        restored.verify_first(part.delivery, restore.restored_at, since=restore.made_at)
    Publication.objects.create(
        municipality_id=old.municipality_id, post=amendment.post, version=version, channel=old.channel, slot=old.slot,
        delivery=part.delivery,
    )  # fmt: skip
    part.save(update_fields=["delivery"])


SETTLE = {AmendmentWay.EDIT: _edited, AmendmentWay.RESEND: _sent_again, AmendmentWay.REMOVE: _removed}
