from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "sr_key.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION sr_key(text)")]
