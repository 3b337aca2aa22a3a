from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0003_decision_rules")]

    operations = []
