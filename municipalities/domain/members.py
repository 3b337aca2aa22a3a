"""Memberships of a municipality and their roles. Memberships end, they are never deleted."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.invitations import invite as send_invitation
from accounts.endings import end_unauthorised
from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities.domain import notifications, waiting
from municipalities.enums import Role
from municipalities.models import Membership, Municipality


@transaction.atomic
def invite(municipality: Municipality, *, email: str, role: str, by: User, name: str = "", language: str = "") -> str:
    """Invite a person as a member; returns the link. Raises `ActionNotAllowed` when they have that role already."""
    if Membership.objects.running().filter(municipality=municipality, user__email=email, role=role).exists():
        raise ActionNotAllowed(_("This person holds that role here already."), "email")
    grant = {"kind": "membership", "municipality": municipality.slug, "role": role}
    return send_invitation(
        email,
        [grant],  # type: ignore[list-item]
        by=by,
        name=name,
        language=language,
        municipality_id=municipality.pk,
    )


@transaction.atomic
def join(user: Any, municipality: Municipality, role: str, *, by: User | None) -> Membership:
    """`user` becomes a member; nothing changes when they hold the role already. A new approver waits."""
    waits = waiting.until(municipality, without=user) if role == Role.APPROVER else None
    membership, created = Membership.objects.get_or_create(
        user=user, municipality=municipality, role=role, ended_at=None, defaults={"by": by, "waits_until": waits}
    )
    if created:
        audit.record("member.join", by=by, target=membership, person=str(user), role=role)
        if role == Role.APPROVER:
            notifications.right_given(membership, by=by)
    return membership


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User) -> None:
    """What the new role does not cover ends (`accounts.endings`). A new approver waits.

    Raises `ActionNotAllowed` when the person holds the new role here already.
    """
    if membership.role == role:
        return
    before, waited = membership.role, membership.waits_until
    membership.role, membership.by, membership.confirmed_by, membership.former_role = role, by, None, ""
    membership.waits_until = (
        waiting.until(membership.municipality, without=membership.user) if role == Role.APPROVER else None
    )
    if membership.waits_until:
        membership.former_role = before
    try:
        with transaction.atomic():
            membership.save(update_fields=["role", "by", "waits_until", "confirmed_by", "former_role"])
    except IntegrityError:
        raise ActionNotAllowed(_("This person holds that role here already."), "role") from None
    audit.record("member.change_role", by=by, target=membership, person=str(membership.user), role=role)
    end_unauthorised(membership.user, by=by)
    if role == Role.APPROVER:
        notifications.right_given(membership, by=by)
    elif before == Role.APPROVER and waited is None:
        notifications.approver_ended(membership, by=by)


@transaction.atomic
def end(membership: Membership, *, by: User | None) -> None:
    """End a running membership and what hung on it (`accounts.endings`); nothing changes when it has ended."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    if membership.ended_at:
        return
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    audit.record("member.end", by=by, target=membership, person=str(membership.user), role=membership.role)
    end_unauthorised(membership.user, by=by)
    if membership.role == Role.APPROVER:
        (notifications.right_stopped if membership.waits_until else notifications.approver_ended)(membership, by=by)


def restore(person: Any, by: User) -> None:
    """For `accounts.reactivation`: an approver whose account is switched on again is a new one to the others."""
    rows = Membership.objects.deciding().filter(user=person)
    for membership in rows.select_related("user", "municipality").order_by("pk"):
        membership.by, membership.confirmed_by = by, None
        membership.waits_until = waiting.until(membership.municipality, without=person)
        membership.save(update_fields=["by", "confirmed_by", "waits_until"])
        notifications.right_given(membership, by=by)
