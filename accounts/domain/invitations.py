"""Invitations, by which people get accounts. The link has a secret, the row its hash; it works once and expires."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import grants as rights
from accounts.enums import InvitationState
from accounts.grants import Grant
from accounts.models import Invitation, User
from common import audit, mail


class Unusable(Exception):
    """The invitation was used or revoked or has expired, its account is inactive, or the inviter lost the right."""


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    email: str,
    grants: list[Grant],
    *,
    by: User | None,
    name: str = "",
    language: str = "",
    municipality_id: int | None = None,
) -> str:
    """Invite `email` and queue the mail, in `language`; returns the link. A waiting invitation of the same person to
    the same thing stops working, so that only the newest mail counts."""
    email = email.strip().lower()
    for older in Invitation.objects.open().filter(email=email, grants=grants):
        older.revoked_at = timezone.now()
        older.save(update_fields=["revoked_at"])
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        language=language or settings.LANGUAGE_CODE,
        token_hash=hashed(token),
        grants=grants,
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    audit.record("invitation.invite", by=by, target=invitation, municipality_id=municipality_id)
    link = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("invitation", args=[token])
    _send(invitation, link)
    return link


def _send(invitation: Invitation, link: str) -> None:
    with translation.override(invitation.language):
        gives = "\n".join(f"– {phrase}" for phrase in rights.describe(invitation.grants))
        values = {
            "host": invitation.invited_by or _("The administrator of the portal"),
            "gives": gives,
            "link": link,
            "days": settings.INVITATION_DAYS,
        }
        body = _(
            "Good day,\n\n"
            "%(host)s invites you to Dobošar, the portal through which municipalities manage their social networks. "
            "You are invited as:\n"
            "%(gives)s\n\n"
            "Open this link to accept. It works once, for %(days)s days:\n"
            "%(link)s\n\n"
            "If you did not expect this invitation, ignore this e-mail."
        )
        mail.queue(to=invitation.email, subject=_("You are invited to Dobošar"), body=body % values, essential=True)


@transaction.atomic
def revoke(invitation: Invitation, *, by: User, municipality_id: int | None = None) -> None:
    """The link stops working. An invitation that was used stays as it is."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.state() not in (InvitationState.WAITING, InvitationState.STOPPED):
        return
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation.revoke", by=by, target=invitation, municipality_id=municipality_id)


@transaction.atomic
def stop_unauthorised(invitation: Invitation, *, by: User | None = None) -> bool:
    """Stop a waiting invitation whose inviter may not give these rights any more; returns whether it is stopped.

    `by` took the right away; None: it was noticed when somebody opened the link.
    """
    row = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by").get(pk=invitation.pk)
    if row.state() is not InvitationState.WAITING:
        return row.state() is InvitationState.STOPPED
    if rights.may_give_all(row.grants, row.invited_by):
        return False
    row.stopped_at = timezone.now()
    row.save(update_fields=["stopped_at"])
    audit.record(
        "invitation.stop",
        by=by,
        target=row,
        municipality_id=rights.municipality_of(row.grants),
        person=str(row.invited_by or ""),
    )
    return True


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: stop what this person invited to and may not give any more."""
    for row in Invitation.objects.waiting().filter(invited_by=person).order_by("pk"):
        stop_unauthorised(row, by=by)


def accept(invitation: Invitation, *, name: str, password: str, language: str) -> User:
    """Make the account, with a verified address since the link came by mail, and give what was promised.

    Raises `Unusable`, also when an account of that address exists by now.
    """
    from allauth.account.models import EmailAddress

    _refuse_unauthorised(invitation)
    with transaction.atomic():
        locked = _usable(invitation)
        if User.objects.filter(email=locked.email).exists():
            raise Unusable
        user = User.objects.create_user(locked.email, password, name=name, language=language)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        _close(locked, user)
    return user


def accept_as(invitation: Invitation, user: User) -> None:
    """`user`, whose address was invited, gets what was promised. Raises `Unusable`."""
    _refuse_unauthorised(invitation)
    with transaction.atomic():
        locked = _usable(invitation)
        if user.email != locked.email or not user.is_active:
            raise Unusable
        _close(locked, user)


def _refuse_unauthorised(invitation: Invitation) -> None:
    """In a transaction of its own: that the invitation was stopped stays written although nothing was accepted."""
    if stop_unauthorised(invitation):
        raise Unusable


def _usable(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by").get(pk=invitation.pk)
    if locked.state() is not InvitationState.WAITING:
        raise Unusable
    return locked


def _close(invitation: Invitation, user: User) -> None:
    try:
        rights.apply_all(invitation.grants, user, invitation.invited_by)
    except rights.NotGranted:
        raise Unusable from None  # lost between the two transactions; the whole attempt is undone
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record("invitation.accept", by=user, target=invitation)


def first_administrator(email: str, language: str) -> str:
    """A link by which `email` becomes administrator; for an installation that has none yet, and for a lost one.

    Nobody invites but the command line, so that the link does not hang on an administrator who knows nothing of it.
    """
    return invite(email, [{"kind": rights.ADMINISTRATOR}], by=None, language=language)
