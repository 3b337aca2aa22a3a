"""An import names the sheet it was read from, and the columns that it left out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="importrun", name="sheet", field=models.CharField(blank=True, max_length=100)
        ),
        migrations.AddField(model_name="importrun", name="left_out", field=models.JSONField(default=list)),
    ]
