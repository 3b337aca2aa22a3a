import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("posts", "0003_threads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("submitted", "Submitted for approval"),
                    ("endorsed", "Read by the mentor: it is ready"),
                    ("approved", "Approved"),
                    ("returned", "Returned"),
                    ("taken_back", "Taken back"),
                    ("emergency", "Published in an emergency"),
                    ("reviewed", "Reviewed afterwards: in order"),
                    ("objected", "Reviewed afterwards: not in order"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="for_whom",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="threads",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="decision",
            name="without_mentor",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="decision",
            name="review_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="remind_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("kind", "emergency")),
                fields=["municipality", "review_due_at"],
                name="decision_review",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)), fields=["remind_at"], name="decision_remind"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "emergency"), _negated=True),
                    models.Q(("review_due_at__isnull", False), models.Q(("note", ""), _negated=True)),
                    _connector="OR",
                ),
                name="emergency_has_reason_and_review",
            ),
        ),
    ]
