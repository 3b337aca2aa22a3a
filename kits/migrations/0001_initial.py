import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
        ('planning', '0001_initial'),
        ('posts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Kit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kits', to='municipalities.programme')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('purpose', models.TextField(max_length=600, verbose_name='purpose')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.eservice')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('questions', models.JSONField(default=list)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='kit_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('published_at__isnull', False), _connector='OR'), name='kit_closed_after_it_was_published')],
            },
        ),
        migrations.CreateModel(
            name='KitPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='kits.kit')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='note for the municipality')),
                ('category', models.CharField(choices=[('service', 'Service information'), ('eservice', 'eService'), ('consultation', "Citizens' participation"), ('culture', 'Culture and sport'), ('ceremony', 'Ceremony and visits'), ('emergency', 'Emergency'), ('other', 'Other')], default='eservice', max_length=14, verbose_name='purpose')),
                ('content', models.JSONField(default=dict)),
                ('deadline', models.CharField(blank=True, max_length=60)),
                ('day', models.PositiveSmallIntegerField(default=0, verbose_name='day')),
                ('at', models.TimeField(default=datetime.time(10, 0), verbose_name='time')),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['kit', 'day', 'position'], name='kit_posts')],
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('kit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='kits.kit')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.campaign')),
                ('starts_on', models.DateField()),
                ('values', models.JSONField(default=dict)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('municipality', 'kit'), name='kit_adopted_once')],
            },
        ),
        migrations.CreateModel(
            name='AdoptedPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('adoption', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='kits.adoption')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kits.kitpost')),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('adoption', 'part'), name='kit_post_adopted_once')],
            },
        ),
    ]
