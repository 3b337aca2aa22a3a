"""Secret links to the calendar."""

from django.conf import settings
from django.db import models

from municipalities.models import Municipality


class Feed(models.Model):
    """A person's link to one municipality's calendar. Only the hash of its secret is kept.

    Looked up by that hash before any municipality is known, so it stands outside the wall; what it shows does not.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_feed_each", fields=["user", "municipality"], condition=models.Q(revoked_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"feed of {self.user_id} in {self.municipality_id}"
