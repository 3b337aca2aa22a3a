"""The clicks of a municipality over a period are found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("links", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="clickcount",
            index=models.Index(
                fields=["municipality", "counted_on"], include=("link", "people"), name="click_period"
            ),
        ),
    ]
