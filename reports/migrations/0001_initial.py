import common.languages
import django.db.models.deletion
import django.utils.timezone
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
            name='MonthlyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('language', models.CharField(choices=common.languages.choices, max_length=10)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a worker'), ('making', 'Being created'), ('ready', 'Ready'), ('failed', 'Could not be created'), ('gone', 'Deleted')], default='waiting', max_length=8)),
                ('trouble', models.CharField(blank=True, choices=[('broken', 'The document could not be written. This is an error of the portal: contact the administrator.'), ('given_up', 'It was tried three times and the worker stopped each time. Request it again.')], max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('files', models.JSONField(default=dict)),
                ('summary', models.TextField(blank=True)),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['municipality', '-id'], name='monthly_report_page'), models.Index(condition=models.Q(('state__in', ['waiting', 'making', 'ready'])), fields=['state'], name='monthly_report_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('files', {}), _negated=True), ('expires_at__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='monthlyreport_ready_has_files'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('trouble', ''), _negated=True), _connector='OR'), name='monthlyreport_failed_says_why'), models.CheckConstraint(condition=models.Q(('first__lte', models.F('last'))), name='monthlyreport_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'making'])), fields=('municipality', 'first', 'language'), name='monthly_report_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('language', models.CharField(choices=common.languages.choices, max_length=10)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a worker'), ('making', 'Being created'), ('ready', 'Ready'), ('failed', 'Could not be created'), ('gone', 'Deleted')], default='waiting', max_length=8)),
                ('trouble', models.CharField(blank=True, choices=[('broken', 'The document could not be written. This is an error of the portal: contact the administrator.'), ('given_up', 'It was tried three times and the worker stopped each time. Request it again.')], max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('files', models.JSONField(default=dict)),
                ('summary', models.TextField(blank=True)),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.programme')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recount_because', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['programme', '-id'], name='programme_report_page'), models.Index(condition=models.Q(('state__in', ['waiting', 'making', 'ready'])), fields=['state'], name='programme_report_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(models.Q(('files', {}), _negated=True), ('expires_at__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='programmereport_ready_has_files'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('trouble', ''), _negated=True), _connector='OR'), name='programmereport_failed_says_why'), models.CheckConstraint(condition=models.Q(('first__lte', models.F('last'))), name='programmereport_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'making'])), fields=('programme', 'first', 'last', 'language'), name='programme_report_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='KeptContent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.programme')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('content', models.JSONField()),
                ('as_of', models.DateTimeField()),
                ('counted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme', 'first', 'last', 'edition'), name='one_edition'), models.CheckConstraint(condition=models.Q(('edition', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='later_edition_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('day', models.PositiveSmallIntegerField(verbose_name='day of the month')),
                ('next_run_at', models.DateTimeField(null=True)),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('people', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('next_run_at__isnull', False)), fields=['next_run_at'], name='report_schedule_due')],
                'constraints': [models.UniqueConstraint(fields=('municipality',), name='one_report_schedule'), models.CheckConstraint(condition=models.Q(('day__gte', 1), ('day__lte', 31)), name='report_day_is_a_day')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.PositiveSmallIntegerField(verbose_name='day of the month')),
                ('next_run_at', models.DateTimeField(null=True)),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.programme')),
                ('every', models.PositiveSmallIntegerField(choices=[(1, 'Each month, about the month before'), (3, 'After each quarter, about its three months')], default=1, verbose_name='How often')),
                ('people', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme',), name='one_programme_schedule'), models.CheckConstraint(condition=models.Q(('day__gte', 1), ('day__lte', 31)), name='programme_schedule_day_is_a_day'), models.CheckConstraint(condition=models.Q(('every__in', [1, 3])), name='programme_schedule_every')],
            },
        ),
        migrations.CreateModel(
            name='PublicPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('is_on', models.BooleanField(default=False, verbose_name='Page is public')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='Whom one may ask')),
                ('on_since', models.DateField(null=True)),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('municipality',), name='one_public_page')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('month', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('notified_at', models.DateTimeField(null=True)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='reports.schedule')),
                ('reports', models.ManyToManyField(related_name='+', to='reports.monthlyreport')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('notified_at__isnull', True)), fields=['began_at'], name='report_run_open')],
                'constraints': [models.UniqueConstraint(fields=('schedule', 'month'), name='one_run_a_month')],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('notified_at', models.DateTimeField(null=True)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='reports.programmeschedule')),
                ('reports', models.ManyToManyField(related_name='+', to='reports.programmereport')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('schedule', 'month'), name='one_programme_run')],
            },
        ),
        migrations.CreateModel(
            name='PublicPageEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='is_on_contact_events', to='reports.publicpage')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('is_on', models.BooleanField(default=False, verbose_name='Page is public')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='Whom one may ask')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='keptcontent',
            trigger=pgtrigger.compiler.Trigger(name='kept_content_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bf01598d719731a58cb7ff9a452b9352b36c8c4e', operation='UPDATE OR DELETE', pgid='pgtrigger_kept_content_stays_edc56', table='reports_keptcontent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publicpage',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reports_publicpageevent" ("contact", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."contact", NEW."is_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='ac05f4c1cf49ebf9f5fccd1de6c436fcbea70d5b', operation='INSERT', pgid='pgtrigger_insert_insert_5deb4', table='reports_publicpage', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publicpage',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."contact" IS DISTINCT FROM (NEW."contact") OR OLD."is_on" IS DISTINCT FROM (NEW."is_on"))', func='INSERT INTO "reports_publicpageevent" ("contact", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."contact", NEW."is_on", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='f6134558844d198b2e71363fd371d094fe331a2c', operation='UPDATE', pgid='pgtrigger_update_update_4cc6d', table='reports_publicpage', when='AFTER')),
        ),
    ]
