from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0002_sr_key")]

    operations = [migrations.AddField("mailmessage", "headers", models.JSONField(default=dict))]
