"""Looks found by their day, for facts that are made of many posts at once."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_traits")]

    operations = [
        migrations.AddIndex(
            model_name="pull",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["at"], name="pull_day", pages_per_range=16
            ),
        ),
    ]
