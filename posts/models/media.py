"""Pictures of the municipality's library."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class Media(TenantModel):
    """A picture, re-encoded by us: no EXIF, upright, in a format every network takes.

    `sha256` is that of the file as it was uploaded, so that the same file is kept once per municipality. `crops` are
    the cuts already made: {"0,0.1,1,0.8": {"file": "…", "width": 1, "height": 1, "bytes": 1}}, the key being the box in
    fractions of the picture. `alt` is what its description was last, offered when it is used again.
    """

    file = models.FileField(upload_to="pictures/", max_length=200)
    thumbnail = models.FileField(upload_to="pictures/", max_length=200)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    alt = models.CharField(_("description for those who cannot see it"), max_length=1500, blank=True)
    crops = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "-id"], name="media_library")]
        constraints = [models.UniqueConstraint(name="one_picture_each", fields=["municipality", "sha256"])]

    def __str__(self) -> str:
        return self.name
