"""Results of the link checks of posts."""

import hashlib

from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel
from posts.enums import LinkState


def digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


class LinkCheck(TenantModel):
    """One address that a post of the municipality links to, and the result of its last check.

    `digest` is the SHA-256 of `url`, which is too long for an index. A worker checks it when `due_at` has come; it is
    empty while no check is requested. `status` is the HTTP status of the response, 0 if there was none.
    """

    url = models.CharField(max_length=2000)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=LinkState, default=LinkState.WAITING)
    status = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_check_each", fields=["municipality", "digest"])]
        indexes = [
            # what is due
            models.Index(fields=["due_at"], name="link_due", condition=Q(due_at__isnull=False)),
            # what is to be purged
            models.Index(fields=["asked_at"], name="link_asked"),
        ]

    def __str__(self) -> str:
        return self.url
