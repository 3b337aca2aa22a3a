"""What colleagues say about a draft."""

from django.conf import settings
from django.db import models

from municipalities.tenancy import TenantModel
from posts.models.post import Post
from posts.models.version import Version

User = settings.AUTH_USER_MODEL


class Remark(TenantModel):
    """A comment on the whole draft, between officers and a mentor."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="remarks")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "post"], name="remark_post")]

    def __str__(self) -> str:
        return self.text[:60]
