"""When we look again what stands below a post of ours, where its network does not tell all of that by itself."""

from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel
from posts.models import Publication


class Below(TenantModel):
    """Looks below one publication. `next_at` is empty once it is too old. `answers`: how many answers the network
    counted at the last look, if it told that."""

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="below")
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answers = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["next_at"], name="below_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.publication)
