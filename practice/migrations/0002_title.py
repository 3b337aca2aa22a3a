from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="status",
            name="title",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="statusedit",
            name="title",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
    ]
