import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('municipalities', '0004_eservices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GlossaryWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('latin', models.CharField(max_length=60, verbose_name='in Latin text')),
                ('cyrillic', models.CharField(max_length=60, verbose_name='in Cyrillic text')),
                ('folded', models.CharField(editable=False, max_length=260)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(models.F('municipality'), django.db.models.functions.text.Lower('latin'), name='one_spelling_from_latin'), models.UniqueConstraint(models.F('municipality'), django.db.models.functions.text.Lower('cyrillic'), name='one_spelling_from_cyrillic')],
            },
        ),
    ]
