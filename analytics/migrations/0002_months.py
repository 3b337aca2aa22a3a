from django.db import migrations

from analytics import partitions


def make_months(apps, schema_editor):
    partitions.ensure(*partitions.ahead())


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]

    operations = [migrations.RunPython(make_months, migrations.RunPython.noop)]
