"""Reads of people: administrators, second factors, open invitations."""

from django.db.models import QuerySet

from accounts.models import Invitation, User


def administrators() -> QuerySet[User]:
    return User.objects.filter(is_administrator=True, is_active=True).order_by("pk")


def has_second_factor(user: User) -> bool:
    """Whether an app or a passkey is set up. Recovery codes alone are no second factor."""
    from allauth.mfa.models import Authenticator

    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=types).exists()


def open_invitations() -> QuerySet[Invitation]:
    """Those that wait, and those that stopped because their inviter lost the right."""
    return Invitation.objects.open().select_related("invited_by").order_by("-created_at")
