"""Videos in the library: what a worker found out about them, their poster and their captions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("posts", "0008_short_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="media",
            name="captions",
            field=models.FileField(blank=True, max_length=200, upload_to="videos/"),
        ),
        migrations.AddField(
            model_name="media",
            name="captions_tag",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name="media",
            name="codec",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="media",
            name="frames",
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name="media",
            name="poster",
            field=models.FileField(blank=True, max_length=200, upload_to="videos/"),
        ),
        migrations.AddField(
            model_name="media",
            name="probe",
            field=models.CharField(
                choices=[("ready", "Ready"), ("waiting", "Being looked at"), ("bad", "Cannot be used")],
                default="ready",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="media",
            name="probe_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="probe_problem",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="media",
            name="probes",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="media",
            name="seconds",
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name="media",
            name="sound",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="media",
            name="bytes",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name="media",
            name="thumbnail",
            field=models.FileField(blank=True, max_length=200, upload_to="pictures/"),
        ),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(
                condition=models.Q(("probe_due_at__isnull", False)), fields=["probe_due_at"], name="media_probe"
            ),
        ),
    ]
