from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("participation", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="consultationtranslation",
            name="source_digest",
            field=models.CharField(blank=True, db_default="", max_length=16),
        ),
    ]
