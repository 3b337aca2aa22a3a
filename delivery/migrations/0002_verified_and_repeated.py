"""Columns for searches after a restore, and for the newest text of a correction that is sent once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.AddField("delivery", "verified_at", models.DateTimeField(null=True)),
        migrations.AddField("delivery", "edit_check_at", models.DateTimeField(null=True)),
        migrations.AddField("delivery", "is_repeat", models.BooleanField(default=False, db_default=False)),
    ]
