"""Looks at the links of posts, and what was measured in a picture when it came in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_interactive"), ("municipalities", "0001_initial")]

    operations = [
        migrations.AddField(model_name="media", name="analysis", field=models.JSONField(default=dict)),
        migrations.CreateModel(
            name="LinkCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=2000)),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(choices=[("waiting", "Being checked"), ("works", "Works"), ("gone", "Answers with an error"), ("silent", "Does not answer"), ("plain", "Is not https"), ("closed", "Is not a public address")], default="waiting", max_length=8)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("municipality", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="municipalities.municipality")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="link_due"),
                    models.Index(fields=["asked_at"], name="link_asked"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "digest"), name="one_check_each"),
                ],
            },
        ),
    ]
