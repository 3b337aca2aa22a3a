import channels.models
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
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('platform', models.CharField(max_length=20)),
                ('server', models.CharField(max_length=200)),
                ('remote_id', models.CharField(max_length=200)),
                ('handle', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('url', models.URLField(blank=True, max_length=500)),
                ('avatar_url', models.URLField(blank=True, max_length=500)),
                ('is_practice', models.BooleanField(default=False)),
                ('imitates', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('connected', 'Connected'), ('needs_consent', 'Needs reconnecting'), ('disconnected', 'Disconnected')], default='connected', max_length=14)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('checked_at', models.DateTimeField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('facts_at', models.DateTimeField(null=True)),
                ('layout', models.CharField(choices=[('one', 'One language and script'), ('combined', 'Several in one post, in this order'), ('separate', 'A post for each')], default='one', max_length=10, verbose_name='layout')),
                ('languages', models.JSONField(default=channels.models.default_languages, verbose_name='languages and scripts')),
                ('connected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('connected_at', models.DateTimeField()),
                ('disconnected_at', models.DateTimeField(null=True)),
                ('granted', models.JSONField(default=list)),
                ('subscribe_at', models.DateTimeField(null=True)),
                ('is_subscribed', models.BooleanField(default=False)),
                ('subscription_url', models.CharField(blank=True, max_length=500)),
                ('leaver_notified_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state', 'connected')), fields=['checked_at'], name='channel_upkeep')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'disconnected'), _negated=True), fields=('platform', 'server', 'remote_id'), name='account_connected_once'), models.CheckConstraint(condition=models.Q(('imitates', ''), ('is_practice', True), _connector='OR'), name='only_practice_imitates')],
            },
        ),
        migrations.CreateModel(
            name='AppRegistration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=20)),
                ('server', models.CharField(max_length=200)),
                ('redirect_uri', models.CharField(max_length=300)),
                ('ciphertext', models.TextField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('platform', 'server', 'redirect_uri'), name='one_registration_per_server')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=100)),
                ('account_id', models.CharField(blank=True, max_length=200)),
                ('kind', models.CharField(max_length=20)),
                ('payload', models.JSONField()),
                ('at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['platform', 'account_id', 'received_at'], name='event_of_account'), models.Index(fields=['received_at'], name='event_age'), models.Index(condition=models.Q(('kind__in', ['comment', 'mention', 'private', 'review']), ('read_at__isnull', True)), fields=['platform', 'account_id', 'id'], name='event_unread')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'key'), name='event_once')],
            },
        ),
        migrations.CreateModel(
            name='Deletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('person', models.CharField(blank=True, max_length=300)),
                ('channels', models.PositiveSmallIntegerField()),
                ('messages', models.PositiveIntegerField(default=0)),
                ('held', models.PositiveIntegerField(default=0)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['id'], name='deletion_to_do')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'digest'), name='deletion_once'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), models.Q(('person', ''), _negated=True)), models.Q(('done_at__isnull', False), ('person', '')), _connector='OR'), name='deletion_forgets_who_asked')],
            },
        ),
        migrations.CreateModel(
            name='ChannelNameHandleStateLayoutLanguagesConnectedByMunicipalityEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='name_handle_state_layout_languages_connected_by_municipality_events', to='channels.channel')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('name', models.CharField(max_length=200)),
                ('handle', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('connected', 'Connected'), ('needs_consent', 'Needs reconnecting'), ('disconnected', 'Disconnected')], default='connected', max_length=14)),
                ('layout', models.CharField(choices=[('one', 'One language and script'), ('combined', 'Several in one post, in this order'), ('separate', 'A post for each')], default='one', max_length=10, verbose_name='layout')),
                ('languages', models.JSONField(default=channels.models.default_languages, verbose_name='languages and scripts')),
                ('connected_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='municipalities.municipality')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChannelPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('reason', models.CharField(max_length=300)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='channels.channel')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), models.Q(('ended_at__isnull', False), ('ends_at__isnull', False)), _connector='OR'), name='channelpause_ended_at_and_by'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('channel',), name='one_running_channel_pause')],
            },
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('channel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='credential', to='channels.channel')),
                ('ciphertext', models.TextField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('renew_at', models.DateTimeField(null=True)),
                ('consent_until', models.DateTimeField(null=True)),
                ('warned_days', models.PositiveSmallIntegerField(null=True)),
                ('grantor', models.CharField(blank=True, max_length=100)),
                ('refreshed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ConnectAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('platform', models.CharField(max_length=20)),
                ('server', models.CharField(max_length=200)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.CharField(choices=[('registering', 'Introducing the portal to the server'), ('authorising', 'Waiting for your consent on the network'), ('signing_in', 'Signing in'), ('reading', 'Fetching the account'), ('choosing', 'Choosing the page'), ('done', 'Connected'), ('failed', 'Not connected')], max_length=12)),
                ('state_hash', models.CharField(max_length=64, unique=True)),
                ('ciphertext', models.TextField(blank=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('missing', models.JSONField(default=list)),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='channels.channel')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('step__in', ['done', 'failed']), _negated=True), fields=['step'], name='attempt_running')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "channels_channelnamehandlestatelayoutlanguagesconnectedbymufe50" ("connected_by_id", "handle", "languages", "layout", "municipality_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."connected_by_id", NEW."handle", NEW."languages", NEW."layout", NEW."municipality_id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state"); RETURN NULL;', hash='1a33807873d420eb560a67360f0ab63f3e611167', operation='INSERT', pgid='pgtrigger_insert_insert_b7417', table='channels_channel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='channel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."connected_by_id" IS DISTINCT FROM (NEW."connected_by_id") OR OLD."handle" IS DISTINCT FROM (NEW."handle") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."layout" IS DISTINCT FROM (NEW."layout") OR OLD."municipality_id" IS DISTINCT FROM (NEW."municipality_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "channels_channelnamehandlestatelayoutlanguagesconnectedbymufe50" ("connected_by_id", "handle", "languages", "layout", "municipality_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."connected_by_id", NEW."handle", NEW."languages", NEW."layout", NEW."municipality_id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state"); RETURN NULL;', hash='2c40cd311a168a1f4aea8a5ae04078e461f7f666', operation='UPDATE', pgid='pgtrigger_update_update_54642', table='channels_channel', when='AFTER')),
        ),
    ]
