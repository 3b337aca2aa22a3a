"""The index of corrected posts that are checked, built beside a running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0002_verified_and_repeated")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["edit_check_at"],
                name="delivery_edit_check",
                condition=models.Q(edit_check_at__isnull=False),
            ),
        ),
    ]
