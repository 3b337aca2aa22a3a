"""Medians of months, for pages over all municipalities. Those of the past are made at the first turn of the task."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_traits"),
        ("municipalities", "0006_pauses"),
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
    ]
