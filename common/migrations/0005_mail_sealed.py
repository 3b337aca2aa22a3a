from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0004_mail_files")]

    operations = [
        migrations.AddField(
            model_name="mailmessage",
            name="sealed",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
