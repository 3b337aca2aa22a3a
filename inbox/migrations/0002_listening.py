import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0005_hears_at"), ("inbox", "0001_messages")]

    operations = [
        migrations.RenameModel("Ear", "Listening"),
        migrations.RenameIndex("Listening", new_name="listening_due", old_name="ear_due"),
        migrations.AlterField(
            "Listening",
            "channel",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="listening", to="channels.channel"
            ),
        ),
    ]
