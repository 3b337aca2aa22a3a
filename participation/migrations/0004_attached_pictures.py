from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("participation", "0003_contribution_question"),
    ]

    operations = [
        migrations.AddField(
            model_name="contributionfile",
            name="is_pictures",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
