"""Deciding by the link of a mail: made for one approver and one version, used once, within a day (docs/adr/0036).

The link alone decides nothing: who uses it shows who they are (`accounts.confirming`, or a session of the same person).
Everything that `approve` and `send_back` ask is asked again at that moment, and what the link is bound to as well.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common import audit
from municipalities.tenancy import everywhere, scope
from posts.approval import approval_capacities, approval_progress
from posts.enums import DecisionKind, DenialReason, Stage
from posts.models import Decision, DecisionLink, Post, Version
from posts.queries import latest_version, writers
from posts.review.domain.approve import approve, send_back
from posts.rules import ApprovalCapacity, Timing, capacity_or_denial

WORKS_FOR = timedelta(hours=24)
# Until then an old link still says what became of it.
KEPT_FOR = timedelta(days=30)
APPROVE, RETURN = "approve", "return"


class LinkState(StrEnum):
    """Why a link decides nothing any more; the first that holds. OPEN: it does."""

    OPEN = "open"
    USED = "used"
    SWITCHED_OFF = "switched_off"
    NO_RIGHT = "no_right"
    DELETED = "deleted"
    DECIDED = "decided"
    CHANGED = "changed"
    TAKEN_BACK = "taken_back"
    DENIED = "denied"
    EXPIRED = "expired"


@dataclass(frozen=True)
class LinkStatus:
    """`decision`: that of somebody else, where the state is DECIDED. `denial`: why they cannot approve, if DENIED."""

    state: LinkState
    decision: Decision | None = None
    denial: DenialReason | None = None


class LinkClosed(Exception):
    """The link decides nothing any more; `status` says why."""

    def __init__(self, status: LinkStatus) -> None:
        super().__init__(status.state)
        self.status = status


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_link(version: Version, person: User) -> tuple[str, DecisionLink]:
    """A new link and its token, which is nowhere but in what is returned. Deletes those nobody will open any more."""
    now, token = timezone.now(), secrets.token_urlsafe(32)
    DecisionLink.objects.filter(municipality_id=version.municipality_id, expires_at__lt=now - KEPT_FOR).delete()
    link = DecisionLink.objects.create(
        municipality_id=version.municipality_id, version=version, user=person, token_hash=hash_token(token),
        digest=version.digest, created_at=now, expires_at=now + WORKS_FOR,
    )  # fmt: skip
    return token, link


def find_by_token(token: str) -> DecisionLink | None:
    """The link with its version, post, municipality and person; None for an unknown token."""
    digest = hash_token(token)
    with everywhere("a link names its version"):
        rows = DecisionLink.objects.select_related("municipality", "user", "version__post__author")
        link = rows.filter(token_hash=digest).first()
    if link is None or not hmac.compare_digest(link.token_hash, digest):
        return None
    link.version.municipality = link.version.post.municipality = link.municipality
    return link


def status_of(link: DecisionLink, now: datetime | None = None) -> LinkStatus:
    """What the link can do now, from fresh rows. In the scope of its municipality."""
    if link.used_at:
        return LinkStatus(LinkState.USED)
    if not link.municipality.decides_by_mail:
        return LinkStatus(LinkState.SWITCHED_OFF)
    held = approval_capacities(link.user, link.municipality) if link.user.is_active else []
    if not held:
        return LinkStatus(LinkState.NO_RIGHT)
    status = _status_of_version(link, held)
    if status.state == LinkState.OPEN and link.expires_at <= (now or timezone.now()):
        return LinkStatus(LinkState.EXPIRED)
    return status


def _status_of_version(link: DecisionLink, held: Sequence[ApprovalCapacity]) -> LinkStatus:
    """Whether exactly its version still waits for this person, who decides in one of the capacities `held`."""
    post, version, municipality = link.version.post, link.version, link.municipality
    if post.deleted_at:
        return LinkStatus(LinkState.DELETED)
    newest = latest_version(post)
    if newest is None or newest.pk != version.pk or newest.digest != link.digest:
        return LinkStatus(LinkState.CHANGED)
    if post.stage != Stage.SUBMITTED or post.is_correction:
        return _settled(link)
    capacity = capacity_or_denial(
        held,
        approval_progress(version, municipality),
        writers=writers(post, version),
        own_allowed=municipality.may_approve_own,
    )
    if isinstance(capacity, DenialReason):
        return LinkStatus(LinkState.DENIED, denial=capacity)
    return LinkStatus(LinkState.OPEN)


def _settled(link: DecisionLink) -> LinkStatus:
    """Its version waits no more: somebody decided, or the writer took it back."""
    kinds = (DecisionKind.APPROVED, DecisionKind.RETURNED, DecisionKind.TAKEN_BACK, DecisionKind.EMERGENCY)
    rows = Decision.objects.filter(version=link.version_id, kind__in=kinds)
    last = rows.select_related("by").order_by("-pk").first()
    if last is None or last.kind == DecisionKind.TAKEN_BACK:
        return LinkStatus(LinkState.TAKEN_BACK)
    return LinkStatus(LinkState.DECIDED, last)


def decide(
    link: DecisionLink, *, decision: str, note: str, threads: str = "", seen: Collection[int] | None = None,
    time: str | None = None, timing: Timing | None = None,
) -> Post:  # fmt: skip
    """Use the link up for `decision`, in the name of its person, who has shown to be that. The arguments are those of
    `approve`.

    Raises `LinkClosed`, and `ActionNotAllowed` as `approve` and `send_back` do; the link is not used up then.
    """
    with scope(link.municipality_id), transaction.atomic():
        rows = DecisionLink.objects.select_for_update(of=("self",))
        row = rows.select_related("municipality", "user", "version__post__municipality").get(pk=link.pk)
        status = status_of(row)
        if status.state != LinkState.OPEN:
            raise LinkClosed(status)
        post, version = row.version.post, row.version
        if decision == RETURN:
            decided = send_back(post, version, by=row.user, note=note, by_mail=True)
            row.outcome = DecisionKind.RETURNED
        else:
            decided = approve(
                post,
                version,
                by=row.user,
                note=note,
                threads=threads,
                seen=seen,
                time=time,
                timing=timing,
                by_mail=True,
            )
            row.outcome = DecisionKind.APPROVED
        row.used_at = timezone.now()
        row.save(update_fields=["used_at", "outcome"])
        audit.record("post.use_link", by=row.user, target=post, version=version.number)
    return decided


def record_refusal(link: DecisionLink, reason: str, *, by: Any = None) -> None:
    """One audit event for an attempt to decide that was refused. `reason`: a code, no words of anybody; `by`: who
    tried, where the session says it.
    """
    with scope(link.municipality_id):
        audit.record("post.refuse_by_mail", by=by, target=link.version.post, reason=reason, person=link.user_id)
