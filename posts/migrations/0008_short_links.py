"""A version freezes the short links that stand in place of its link."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0007_link_checks")]

    operations = [
        migrations.AddField(model_name="version", name="short_links", field=models.JSONField(default=dict)),
    ]
