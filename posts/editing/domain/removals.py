"""Removal of published posts. An approver, or somebody on the emergency list, may do it alone; where the municipality
requires approval, everybody else asks an approver. A worker calls the networks (`delivery.domain.take_down`).
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels import validation
from channels.enums import ChannelState
from common.audit import record
from common.errors import ActionNotAllowed
from delivery.domain import withdraw
from delivery.domain.move import Moved, NoSuchMove
from municipalities.queries import emergency_rights
from posts.approval import approval_capacities
from posts.draft import storable
from posts.editing.correction_plan import public_publications
from posts.editing.domain import corrections
from posts.enums import AmendmentKind, AmendmentState, AmendmentWay, DenialReason, PartState
from posts.locking import lock_right_to_decide, locked
from posts.models import Amendment, AmendmentPart, Post, Publication
from posts.notifications.domain import review_notifications

MOST_NOTE = 2000


def may_remove_directly(post: Post, *, by: User) -> tuple[bool, bool]:
    """(whether this person may remove it without asking, whether only by the emergency list)."""
    municipality = post.municipality
    if not municipality.needs_approval or approval_capacities(by, municipality):
        return True, False
    listed = emergency_rights(municipality).filter(user=by).exists()
    return listed, listed


def can_be_taken_down(publication: Publication) -> bool:
    """Whether the portal can remove it: some networks have no API for it, and the ids of some posts are unknown."""
    channel = publication.channel
    known = channel.state == ChannelState.CONNECTED and not publication.delivery.only_seen
    return known and validation.limits(channel).withdraws


@transaction.atomic
def take_down(post: Post, chosen: Collection[int], *, reason: str, by: User) -> Amendment:
    """Remove the `chosen` publications (ids), at once or after approval. Raises `ActionNotAllowed`."""
    post = locked(post)
    reason = corrections.required_reason(reason)
    rows = _chosen(post, chosen)
    if Amendment.objects.filter(post=post, kind=AmendmentKind.REMOVAL, finished_at=None).exists():
        raise ActionNotAllowed(_("This post is already being removed, or its removal has been requested."))
    lock_right_to_decide(post, by)
    at_once, listed_only = may_remove_directly(post, by=by)
    removal = Amendment.objects.create(
        municipality_id=post.municipality_id, post=post, kind=AmendmentKind.REMOVAL, reason=reason, by=by,
        is_emergency=listed_only,
    )  # fmt: skip
    AmendmentPart.objects.bulk_create(
        AmendmentPart(municipality_id=post.municipality_id, amendment=removal, publication=row, way=AmendmentWay.REMOVE)
        for row in rows
    )
    if at_once:
        held = approval_capacities(by, post.municipality)
        _carry_out(removal, for_whom=held[0].for_whom if held else None, by=by)
        if listed_only:
            review_notifications.removed(removal, by=by)
    else:
        record("post.ask_removal", by=by, target=post, reason=reason, channels=[row.channel_id for row in rows])
        review_notifications.removal_asked(removal, by=by)
    return removal


def _chosen(post: Post, chosen: Collection[int]) -> list[Publication]:
    rows = [publication for publication in public_publications(post) if publication.pk in chosen]
    if not rows or len(rows) < len(set(chosen)):
        raise ActionNotAllowed(_("Choose at least one network on which the post is public now."))
    if stays := [publication.channel.name for publication in rows if not can_be_taken_down(publication)]:
        message = _("The portal cannot take it down here. Open it on the network and delete it there: %(channels)s.")
        raise ActionNotAllowed(message % {"channels": ", ".join(stays)})
    return rows


@transaction.atomic
def agree(amendment: Amendment, *, by: User, note: str = "") -> Amendment:
    """Approve the removal: it starts now. Raises `ActionNotAllowed`."""
    amendment, for_whom = _deciding(amendment, by=by)
    amendment.note = storable(note).strip()[:MOST_NOTE]
    _carry_out(amendment, for_whom=for_whom, by=by)
    review_notifications.removed(amendment, by=by)
    return amendment


@transaction.atomic
def decline(amendment: Amendment, *, by: User, note: str) -> Amendment:
    """Decline the removal: the post stays. Raises `ActionNotAllowed`."""
    amendment, for_whom = _deciding(amendment, by=by)
    amendment.note = storable(note).strip()[:MOST_NOTE]
    if not amendment.note:
        raise ActionNotAllowed(_("Write a note: why does the post stay?"))
    amendment.decided_by, amendment.for_whom_id, amendment.decided_at = by, for_whom, timezone.now()
    _over(amendment, AmendmentState.DECLINED)
    record("post.decline_removal", by=by, target=amendment.post)
    review_notifications.removal_declined(amendment, by=by)
    return amendment


@transaction.atomic
def drop(amendment: Amendment, *, by: User) -> Amendment:
    """Withdraw the request. Raises `ActionNotAllowed`."""
    amendment = _waiting(amendment)
    if amendment.by_id != by.pk:
        raise ActionNotAllowed(_("Only the person who made the request can withdraw it."))
    _over(amendment, AmendmentState.DROPPED)
    record("post.drop_removal", by=by, target=amendment.post)
    return amendment


def _waiting(amendment: Amendment) -> Amendment:
    """The amendment as it is now, locked behind its post."""
    post = locked(amendment.post)
    row = Amendment.objects.select_for_update(of=("self",)).select_related("by").get(pk=amendment.pk)
    row.post = post
    if row.kind != AmendmentKind.REMOVAL or row.state != AmendmentState.OPEN:
        raise ActionNotAllowed(_("This decision is no longer pending. Reload the page to see what happened."))
    return row


def _deciding(amendment: Amendment, *, by: User) -> tuple[Amendment, int | None]:
    row = _waiting(amendment)
    lock_right_to_decide(row.post, by)
    held = approval_capacities(by, row.post.municipality)
    if not held:
        raise ActionNotAllowed(str(DenialReason.NO_RIGHT.label))
    return row, held[0].for_whom


def _over(amendment: Amendment, state: AmendmentState) -> None:
    amendment.state, amendment.finished_at = state, timezone.now()
    amendment.save()
    amendment.parts.update(state=PartState.DROPPED, ended_at=timezone.now())


def _carry_out(amendment: Amendment, *, for_whom: int | None, by: User) -> None:
    amendment.state, amendment.decided_at = AmendmentState.AGREED, timezone.now()
    amendment.decided_by, amendment.for_whom_id = by, for_whom
    amendment.save()
    for part in amendment.parts.select_related("publication__delivery"):
        corrections.stop(part.publication, by=by)
        try:
            withdraw.withdraw(part.publication.delivery, by=by)
        except (Moved, NoSuchMove):
            corrections.end(part, PartState.DONE)  # it is gone already
            continue
        part.state = PartState.UNDER_WAY
        part.save(update_fields=["state"])
    corrections.finish_if_over(amendment)
    record("post.remove", by=by, target=amendment.post, reason=amendment.reason, for_whom=for_whom)
