"""Links in mails by which an approver decides about one version."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel
from posts.enums import DecisionKind
from posts.models.version import Version


class DecisionLink(TenantModel):
    """A link in one mail: for one person, about one version with one digest, good for one decision.

    Only the SHA-256 of its token is stored. It is no right of its own: what the person may decide is asked when it is
    used. Opening is not recorded: mail scanners follow every link, so it would mean nothing. `outcome` is the decision
    that was made with it, at `used_at`.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=DecisionKind, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="decision_link_used_has_outcome",
                condition=Q(used_at__isnull=True, outcome="") | (Q(used_at__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            # what is old enough to be deleted
            models.Index(fields=["municipality", "expires_at"], name="decision_link_expired"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} for {self.user_id}"
