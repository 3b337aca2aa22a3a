import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name of the portal')),
                ('operator', models.CharField(blank=True, max_length=160, verbose_name='who is responsible')),
                ('address', models.TextField(blank=True, max_length=400, verbose_name='postal address')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='public e-mail address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('privacy_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address for personal data')),
                ('code_hash', models.CharField(blank=True, max_length=64)),
                ('code_expires_at', models.DateTimeField(null=True)),
                ('done', models.JSONField(default=list)),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('test_mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='common.mailmessage')),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_installation')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a worker'), ('building', 'Being created'), ('ready', 'Ready'), ('failed', 'Could not be created'), ('gone', 'Deleted')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('bytes', models.BigIntegerField(null=True)),
                ('contents', models.JSONField(default=dict)),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'building', 'ready'])), fields=['state'], name='export_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'building'])), fields=('municipality',), name='one_export_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('name', ''), _negated=True), ('bytes__isnull', False), ('expires_at__isnull', False)), _connector='OR'), name='export_ready_has_a_file')],
            },
        ),
        migrations.CreateModel(
            name='PutAway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('step', models.CharField(max_length=12)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('municipality', 'step'), name='put_away_once')],
            },
        ),
        migrations.CreateModel(
            name='TourProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tours', to=settings.AUTH_USER_MODEL)),
                ('tour', models.CharField(choices=[('officer', 'Tour for officers'), ('approver', 'Tour for approvers'), ('mentor', 'Tour for mentors'), ('staff', 'Tour for the staff of a programme')], max_length=8)),
                ('municipality', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='municipalities.municipality')),
                ('marks', models.JSONField(default=dict)),
                ('after_event', models.BigIntegerField(default=0)),
                ('begun_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'tour'), name='tour_once'), models.UniqueConstraint(condition=models.Q(('begun_at__isnull', False), ('finished_at__isnull', True), ('left_at__isnull', True)), fields=('user',), name='one_running_tour'), models.CheckConstraint(condition=models.Q(('begun_at__isnull', False), ('left_at__isnull', False), _connector='OR'), name='tour_was_begun_or_left')],
            },
        ),
        migrations.CreateModel(
            name='DemoReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a worker'), ('running', 'Being reset'), ('done', 'Reset done'), ('failed', 'Not reset')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('began_at', models.DateTimeField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('reset_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, choices=[('busy', 'People kept writing in the demo for a minute. It is as it was; try again when it is quieter.'), ('error', 'An error stopped it; it is in the log of the worker. The demo is as it was.'), ('stopped', 'Its worker was stopped three times. The demo is as it was.'), ('year', 'The sixty days are back, but the year before them could not be filled in. Reset the demo again.')], max_length=8)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ended_at',), name='one_demo_reset_at_a_time', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['waiting', 'running'])), models.Q(('ended_at__isnull', False), ('state__in', ['done', 'failed'])), _connector='OR'), name='demo_reset_ends_once')],
            },
        ),
        migrations.CreateModel(
            name='InstallationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='name_operator_address_email_phone_privacy_email_events', to='administration.installation')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name of the portal')),
                ('operator', models.CharField(blank=True, max_length=160, verbose_name='who is responsible')),
                ('address', models.TextField(blank=True, max_length=400, verbose_name='postal address')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='public e-mail address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('privacy_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address for personal data')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "administration_installationevent" ("address", "email", "name", "operator", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "privacy_email") VALUES (NEW."address", NEW."email", NEW."name", NEW."operator", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."privacy_email"); RETURN NULL;', hash='dc3d027ac4d0e9006dc8fb7f27a0e5f6ee73a8b1', operation='INSERT', pgid='pgtrigger_insert_insert_0e8f1', table='administration_installation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."operator" IS DISTINCT FROM (NEW."operator") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."privacy_email" IS DISTINCT FROM (NEW."privacy_email"))', func='INSERT INTO "administration_installationevent" ("address", "email", "name", "operator", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "privacy_email") VALUES (NEW."address", NEW."email", NEW."name", NEW."operator", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."privacy_email"); RETURN NULL;', hash='163de31acb4348d5933ecc4a53727b8943adc63d', operation='UPDATE', pgid='pgtrigger_update_update_dc9e7', table='administration_installation', when='AFTER')),
        ),
    ]
