"""Posts that belong together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.models import Post


class Campaign(TenantModel):
    """A subject over some weeks, with the posts that carry it."""

    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("what it is for"), blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="campaign_name", fields=["municipality", "name"]),
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignPost(TenantModel):
    """A post belongs to one campaign at most."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="members")
    post = models.OneToOneField(Post, models.PROTECT, related_name="campaign_post")

    def __str__(self) -> str:
        return f"{self.post_id} in {self.campaign_id}"
