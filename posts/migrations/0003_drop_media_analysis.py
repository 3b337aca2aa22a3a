from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('posts', '0002_on_approval'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='media',
            name='analysis',
        ),
    ]
