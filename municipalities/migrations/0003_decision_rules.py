from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0002_arms_storage")]

    operations = []
