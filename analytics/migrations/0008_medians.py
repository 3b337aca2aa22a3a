"""Medians of months and figures around trainings, for pages over all municipalities (a task makes them); and which
municipalities share their figures."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0007_indicators"),
        ("municipalities", "0006_pauses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthlyMedian",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("counted", models.PositiveIntegerField()),
                ("median", models.FloatField()),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.municipality",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("municipality", "month"), name="one_median")],
            },
        ),
        migrations.CreateModel(
            name="TrainingWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("training_on", models.DateField()),
                ("number", models.PositiveSmallIntegerField()),
                ("posts", models.PositiveIntegerField(default=0)),
                ("interactions", models.IntegerField(null=True)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("services", models.PositiveIntegerField(default=0)),
                ("informing", models.PositiveIntegerField(default=0)),
                ("ceremonies", models.PositiveIntegerField(default=0)),
                ("interactive", models.PositiveIntegerField(default=0)),
                ("boosted", models.PositiveIntegerField(default=0)),
                ("followers", models.PositiveIntegerField(null=True)),
                ("channels", models.PositiveSmallIntegerField(default=0)),
                ("median", models.FloatField(null=True)),
                ("counted", models.PositiveIntegerField(default=0)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.municipality",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "training_on", "number"), name="one_window")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sharing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.municipality",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("municipality",),
                        name="one_running_sharing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("ended_by__isnull", True))
                        | models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                        name="sharing_ended_at_and_by",
                    ),
                ],
            },
        ),
    ]
