import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('channels', '0001_initial'),
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='channels.channel')),
                ('kind', models.CharField(max_length=20)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='delivery.delivery')),
                ('payload', models.JSONField()),
                ('key', models.UUIDField(unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('scheduled', 'Scheduled'), ('sending', 'Sending'), ('processing', 'Being processed by the network'), ('published', 'Published'), ('failed', 'Not published'), ('checking', 'Being checked on the network'), ('unconfirmed', 'Not known whether it was published'), ('expired', 'Missed its time'), ('cancelled', 'Cancelled'), ('withdrawn', 'Taken down'), ('missing', 'No longer on the network')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('urgent', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField()),
                ('not_after', models.DateTimeField()),
                ('next_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempt_count', models.PositiveSmallIntegerField(default=0)),
                ('unknown_since', models.DateTimeField(null=True)),
                ('token', models.CharField(blank=True, max_length=2000)),
                ('remote_id', models.CharField(blank=True, max_length=300)),
                ('permalink', models.URLField(blank=True, max_length=600)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('notified_at', models.DateTimeField(null=True)),
                ('withdrawal_asked_at', models.DateTimeField(null=True)),
                ('shown', models.TextField(null=True)),
                ('watched_from', models.DateTimeField(null=True)),
                ('shown_now', models.TextField(blank=True)),
                ('changed_at', models.DateTimeField(null=True)),
                ('noted_at', models.DateTimeField(null=True)),
                ('duplicate_check_at', models.DateTimeField(null=True)),
                ('duplicate_at', models.DateTimeField(null=True)),
                ('restored_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state__in', ['scheduled', 'waiting'])), fields=['next_at'], name='delivery_due'), models.Index(condition=models.Q(('state__in', ['sending', 'processing', 'checking', 'unconfirmed'])), fields=['state', 'next_at'], name='delivery_open'), models.Index(fields=['municipality', 'due_at'], name='delivery_calendar'), models.Index(condition=models.Q(('state__in', ['scheduled', 'waiting', 'sending', 'processing', 'checking'])), fields=['municipality', 'due_at'], name='delivery_coming'), models.Index(condition=models.Q(('state__in', ['failed', 'expired', 'unconfirmed']), models.Q(('noted_at__isnull', True), ('state', 'missing')), models.Q(('changed_at__isnull', False), ('noted_at__isnull', True), ('state', 'published')), ('duplicate_at__isnull', False), _connector='OR'), fields=['municipality', 'due_at'], name='delivery_attention'), models.Index(condition=models.Q(('state__in', ['scheduled', 'sending'])), fields=['channel', '-urgent', 'due_at', 'id'], name='delivery_line'), models.Index(fields=['channel', 'due_at'], name='delivery_channel'), models.Index(condition=models.Q(('state', 'published'), ('withdrawal_asked_at__isnull', False)), fields=['next_at'], name='delivery_withdrawal'), models.Index(condition=models.Q(('kind', 'edit'), ('state__in', ['failed', 'expired'])), fields=['parent'], name='delivery_edit'), models.Index(condition=models.Q(('restored_at__isnull', False)), fields=['restored_at'], name='delivery_restored'), models.Index(condition=models.Q(('notified_at__isnull', True), models.Q(('state__in', ['failed', 'expired', 'unconfirmed', 'waiting', 'missing']), ('changed_at__isnull', False), ('duplicate_at__isnull', False), _connector='OR')), fields=['state_at'], name='delivery_notice'), models.Index(condition=models.Q(('duplicate_check_at__isnull', False)), fields=['duplicate_check_at'], name='delivery_duplicate_check')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['published', 'withdrawn', 'missing']), _negated=True), models.Q(('remote_id', ''), _negated=True), _connector='OR'), name='published_has_remote_id'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['published', 'withdrawn', 'missing']), _negated=True), ('published_at__isnull', False), _connector='OR'), name='published_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='sending_has_lease'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['checking', 'unconfirmed']), _negated=True), ('unknown_since__isnull', False), _connector='OR'), name='unconfirmed_is_unknown'), models.CheckConstraint(condition=models.Q(('unknown_since__isnull', True), ('state__in', ['sending', 'checking', 'unconfirmed', 'cancelled']), _connector='OR'), name='unknown_is_not_sent_again'), models.UniqueConstraint(condition=models.Q(models.Q(('remote_id', ''), _negated=True), models.Q(('kind', 'edit'), _negated=True)), fields=('channel', 'remote_id'), name='one_delivery_per_remote_post'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'edit'), _negated=True), ('parent__isnull', False), _connector='OR'), name='edit_has_parent'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'edit'), _negated=True), ('unknown_since__isnull', True), _connector='OR'), name='edit_is_never_unknown'), models.CheckConstraint(condition=models.Q(('changed_at__isnull', True), ('shown__isnull', False), _connector='OR'), name='changed_shows_what'), models.CheckConstraint(condition=models.Q(('not_after__gte', models.F('due_at'))), name='not_after_follows_due'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'scheduled', 'sending', 'processing', 'published', 'failed', 'checking', 'unconfirmed', 'expired', 'cancelled', 'withdrawn', 'missing'])), name='state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='delivery.delivery')),
                ('number', models.PositiveSmallIntegerField()),
                ('step', models.CharField(choices=[('create', 'Create'), ('finish', 'Finish'), ('poll', 'Ask for the verdict'), ('find', 'Check whether it is there'), ('withdraw', 'Take down'), ('edit', 'Change')], max_length=8)),
                ('opened_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('ok', 'Done'), ('pending', 'Accepted, not finished'), ('rejected', 'Refused by the network'), ('needs_consent', 'The channel must be reconnected'), ('rate_limited', 'Too many calls'), ('not_reached', 'The network could not be reached'), ('never_sent', 'The call never left'), ('unknown', 'No usable answer'), ('found', 'Found'), ('absent', 'Not there'), ('cannot_tell', 'Cannot be determined'), ('held', 'Held back before the call')], max_length=14)),
                ('detail', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['opened_at'], name='attempt_opened')],
                'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='attempt_number'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('delivery',), name='one_open_attempt'), models.UniqueConstraint(condition=models.Q(('outcome', 'ok'), ('step__in', ['create', 'finish', 'edit'])), fields=('delivery', 'step'), name='one_success_per_step'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('taken_at__isnull', False), _connector='OR'), name='sent_was_taken'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='closed_has_outcome')],
            },
        ),
        migrations.CreateModel(
            name='DuplicatePost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='delivery.delivery')),
                ('remote_id', models.CharField(max_length=300)),
                ('permalink', models.URLField(blank=True, max_length=600)),
                ('detected_at', models.DateTimeField()),
                ('withdrawal_asked_at', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('delivery', 'remote_id'), name='one_duplicate_per_remote_post')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='wake_up', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'scheduled\')', func="\n                    IF NEW.next_at <= clock_timestamp() + interval '1 second' THEN\n                        PERFORM pg_notify('delivery_due', '');\n                    END IF;\n                    RETURN NULL;\n                ", hash='be08ab30a49b780b5237ea164be945df7b4cd1ea', operation='INSERT OR UPDATE', pgid='pgtrigger_wake_up_e6fb4', table='delivery_delivery', when='AFTER')),
        ),
    ]
