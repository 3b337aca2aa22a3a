"""The national catalogue of eServices with texts to start from, and where each can be used."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('municipalities', '0003_decision_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EService',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name_cyrl', models.CharField(max_length=120, verbose_name='name, Cyrillic')),
                ('name_latn', models.CharField(max_length=120, verbose_name='name, Latin')),
                ('name_en', models.CharField(max_length=120, verbose_name='name, English')),
                ('category', models.CharField(choices=[('family', 'Family and children'), ('documents', 'Documents'), ('money', 'Taxes and fees'), ('building', 'Land and building'), ('order', 'Order in the municipality'), ('say', "Citizens' say"), ('access', 'Access to services')], max_length=10, verbose_name='category')),
                ('url', models.URLField(max_length=500, verbose_name='address')),
                ('months', models.JSONField(default=list)),
                ('season', models.CharField(blank=True, max_length=300)),
                ('season_en', models.CharField(blank=True, max_length=300)),
                ('description', models.TextField(blank=True)),
                ('description_en', models.TextField(blank=True)),
                ('angle', models.CharField(blank=True, max_length=300)),
                ('angle_en', models.CharField(blank=True, max_length=300)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='ServiceTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.TextField(verbose_name='text, Cyrillic')),
                ('call_kind', models.CharField(blank=True, choices=[('apply', 'Apply'), ('pay', 'Pay'), ('book', 'Book an appointment'), ('report', 'Report a problem'), ('vote', 'Vote'), ('comment', 'Write a comment'), ('download', 'Download')], max_length=10, verbose_name='call to action')),
                ('call_words', models.CharField(blank=True, max_length=120, verbose_name='call in words')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to='municipalities.eservice')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ServiceAvailability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_offered', models.BooleanField(default=True, verbose_name='available here')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.eservice')),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('municipality', 'service'), name='one_availability_each'), models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('starts_on__lte', models.F('ends_on')), _connector='OR'), name='service_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('verified_by__isnull', True), ('verified_on__isnull', True)), models.Q(('verified_by__isnull', False), ('verified_on__isnull', False)), _connector='OR'), name='verified_on_and_by')],
            },
        ),
    ]
