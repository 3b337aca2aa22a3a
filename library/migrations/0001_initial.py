import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('starter', models.SlugField(blank=True, editable=False, max_length=60)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='when to use it')),
                ('category', models.CharField(choices=[('service', 'Service information'), ('eservice', 'eService'), ('consultation', "Citizens' participation"), ('culture', 'Culture and sport'), ('ceremony', 'Ceremony and visits'), ('emergency', 'Emergency'), ('other', 'Other')], default='service', max_length=14, verbose_name='purpose')),
                ('content', models.JSONField(default=dict)),
                ('gaps', models.JSONField(default=list)),
                ('deadline', models.CharField(blank=True, max_length=60)),
                ('service', models.SlugField(blank=True, editable=False, max_length=40)),
                ('search_key', models.TextField(blank=True, editable=False)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['municipality', 'name'], name='template_list'), django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='template_search', opclasses=['gin_trgm_ops'])],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True), models.Q(('starter', ''), _negated=True)), fields=('municipality', 'starter'), name='one_own_starter')],
            },
        ),
        migrations.CreateModel(
            name='Snippet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('kind', models.CharField(choices=[('text', 'Text'), ('hashtags', 'Hashtags')], default='text', max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('texts', models.JSONField(default=dict)),
                ('search_key', models.TextField(blank=True, editable=False)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['municipality', 'kind', 'name'], name='snippet_list'), django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='snippet_search', opclasses=['gin_trgm_ops'])],
            },
        ),
    ]
