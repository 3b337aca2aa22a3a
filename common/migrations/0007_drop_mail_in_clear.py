from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("common", "0006_seal_waiting_mail")]

    operations = [
        migrations.RemoveField(model_name="mailmessage", name="body"),
        migrations.RemoveField(model_name="mailmessage", name="headers"),
    ]
