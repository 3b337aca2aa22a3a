from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0004_eservices")]

    operations = []
