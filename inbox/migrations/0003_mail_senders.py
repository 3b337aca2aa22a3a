from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0002_attachment_problems"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="automatic",
            field=models.CharField(
                blank=True,
                choices=[
                    ("program", "Automatic e-mail"),
                    ("report", "Delivery report"),
                    ("list", "Mailing list"),
                    ("unanswered", "Asks for no automatic answer"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sender_verified",
            field=models.BooleanField(null=True),
        ),
    ]
