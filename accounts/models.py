"""Users and the invitations by which they get accounts."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from accounts.enums import InvitationState
from common import languages


class People(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_administrator=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail. What they may do comes from memberships, pairings and programmes, not from here.

    `is_administrator` runs the installation: invites people and connects channels; it gives no right to publish.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, choices=languages.choices, default=languages.default_code)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Those whose link still works."""
        return self.open().filter(stopped_at__isnull=True)

    def open(self) -> "InvitationQuerySet":
        """Those that wait, and those that would if the one who invited had not lost the right: for lists."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An invitation to sign up. The link carries the token, the row only its hash.

    `grants` says what the person gets on acceptance, as plain data: `[{"kind": "membership", "municipality": "cuprija",
    "role": "officer"}]`; the app that owns a kind registers how it is applied (`accounts.grants`).
    """

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, choices=languages.choices, default=languages.default_code)
    token_hash = models.CharField(max_length=64, unique=True)
    grants = models.JSONField(default=list)
    # none: the first administrator is invited by a command
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    # the inviter lost the right: the link is invalid, although it was not revoked
    stopped_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_at_and_by",
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_stopped_is_not_accepted",
                condition=models.Q(stopped_at__isnull=True) | models.Q(accepted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        if self.stopped_at:
            return InvitationState.STOPPED
        return InvitationState.EXPIRED if self.expires_at <= timezone.now() else InvitationState.WAITING
