"""A month's plan from a file: what was read, and what was made of it."""

from django.conf import settings
from django.db import models

from municipalities.tenancy import TenantModel


class ImportRun(TenantModel):
    """`rows` hold what was read until a person confirms, then those that were left out; `digest` is the file's SHA-256.

    `sheet` is named where the workbook had others, too; `left_out` are headings of columns that are none of ours.
    """

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    sheet = models.CharField(max_length=100, blank=True)
    left_out = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    made = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["municipality", "digest"], name="import_same_file")]

    def __str__(self) -> str:
        return self.name
