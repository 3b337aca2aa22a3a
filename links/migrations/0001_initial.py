import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('code', models.CharField(max_length=12, unique=True)),
                ('target', models.TextField()),
                ('subject', models.UUIDField()),
                ('place', models.BigIntegerField()),
                ('network', models.CharField(max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('gone_since', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['municipality', 'subject'], name='link_subject'), models.Index(fields=['checked_at'], name='link_check')],
            },
        ),
        migrations.CreateModel(
            name='ClickCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='links.link')),
                ('counted_on', models.DateField()),
                ('hour', models.PositiveSmallIntegerField()),
                ('people', models.PositiveIntegerField(default=0)),
                ('machines', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['municipality', 'counted_on'], include=('link', 'people'), name='click_period')],
                'constraints': [models.UniqueConstraint(fields=('link', 'counted_on', 'hour'), name='one_count_an_hour'), models.CheckConstraint(condition=models.Q(('hour__lt', 24)), name='hour_of_a_day')],
            },
        ),
    ]
