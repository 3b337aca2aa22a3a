"""Facts by traits: all that a post is in one shared row, in place of its category and call to action.

What was published before gets its traits from its version. Facts by day of publication are made at once; the days on
which pulls were made are entered as stale, and the roll-up makes them again.
"""

import django.db.models.deletion
from django.db import migrations, models

TRAITS = """
CREATE TEMPORARY TABLE kinds ON COMMIT DROP AS
SELECT s.id AS subject_id, v.category,
       coalesce(v.structure #>> '{call,kind}', '') AS call_kind,
       coalesce(v.structure ->> 'service', '') AS service,
       CASE WHEN v.media @? '$[*] ? (@.mime starts with "video/")' THEN 'video'
            WHEN jsonb_array_length(v.media) > 1 THEN 'pictures'
            WHEN jsonb_array_length(v.media) = 1 THEN 'picture'
            WHEN v.link <> '' THEN 'link' ELSE 'text' END AS material,
       left(CASE WHEN p.slot <> 'all' THEN p.slot
            WHEN v.layout #>> ARRAY[p.channel_id::text, 'layout'] = 'combined'
            THEN coalesce((SELECT string_agg(tag, '+' ORDER BY place) FROM jsonb_array_elements_text(
                     v.layout #> ARRAY[p.channel_id::text, 'languages']) WITH ORDINALITY AS told (tag, place)), '')
            ELSE coalesce(v.layout #>> ARRAY[p.channel_id::text, 'languages', '0'], '') END, 60) AS languages,
       coalesce(v.structure #>> '{interactive,kind}', '') AS interactive
FROM analytics_subject s
JOIN posts_publication p ON p.id = s.publication_id JOIN posts_version v ON v.id = p.version_id;
INSERT INTO analytics_traits (category, call_kind, service, material, languages, interactive, boosted)
SELECT DISTINCT category, call_kind, service, material, languages, interactive, false FROM kinds;
UPDATE analytics_subject s SET traits_id = t.id
FROM kinds k JOIN analytics_traits t USING (category, call_kind, service, material, languages, interactive)
WHERE s.id = k.subject_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
SUMS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "interactions")
FACTS = f"""
INSERT INTO analytics_dailyfact (municipality_id, channel_id, day, traits_id, basis, posts, {", ".join(SUMS)})
SELECT municipality_id, channel_id, published_on, traits_id, 'publication', count(*),
       {", ".join(f"sum({each})" for each in SUMS)}
FROM analytics_subject WHERE kind = 'publication'
GROUP BY municipality_id, channel_id, published_on, traits_id;
INSERT INTO analytics_staleday (municipality_id, channel_id, day, basis, since)
SELECT DISTINCT s.municipality_id, s.channel_id, (p.at AT TIME ZONE 'Europe/Belgrade')::date, 'activity', now()
FROM analytics_pull p JOIN analytics_subject s ON s.id = p.subject_id
WHERE s.kind = 'publication' AND p.outcome = 'read';
INSERT INTO analytics_staleday (municipality_id, channel_id, day, basis, since)
SELECT DISTINCT municipality_id, channel_id, published_on, 'publication', now()
FROM analytics_subject WHERE kind = 'publication';
SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608 -- names from above


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0003_call_kind'),
        ('channels', '0005_hears_at'),
        ('municipalities', '0006_pauses'),
        ('posts', '0010_amendments'),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM analytics_dailyfact", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='MonthlyFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posts', models.PositiveIntegerField(default=0)),
                ('likes', models.IntegerField(null=True)),
                ('reposts', models.IntegerField(null=True)),
                ('replies', models.IntegerField(null=True)),
                ('quotes', models.IntegerField(null=True)),
                ('clicks', models.IntegerField(null=True)),
                ('views', models.IntegerField(null=True)),
                ('paid_views', models.IntegerField(null=True)),
                ('interactions', models.IntegerField(null=True)),
                ('month', models.DateField()),
                ('basis', models.CharField(choices=[('publication', 'by day of publication'), ('activity', 'by day of activity')], max_length=12)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('services', models.PositiveIntegerField(default=0)),
                ('informing', models.PositiveIntegerField(default=0)),
                ('ceremonies', models.PositiveIntegerField(default=0)),
                ('interactive', models.PositiveIntegerField(default=0)),
                ('boosted', models.PositiveIntegerField(default=0)),
                ('followers', models.PositiveIntegerField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='StaleDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('basis', models.CharField(choices=[('publication', 'by day of publication'), ('activity', 'by day of activity')], max_length=12)),
                ('since', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Traits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('service', 'Service information'), ('eservice', 'eService'), ('consultation', "Citizens' say"), ('culture', 'Culture and sport'), ('ceremony', 'Ceremony and visits'), ('emergency', 'Emergency'), ('other', 'Other')], max_length=14)),
                ('call_kind', models.CharField(blank=True, choices=[('apply', 'Apply'), ('pay', 'Pay'), ('book', 'Book an appointment'), ('report', 'Report a problem'), ('vote', 'Vote'), ('comment', 'Write a comment'), ('attend', 'Come'), ('call', 'Call'), ('download', 'Download'), ('share', 'Share'), ('subscribe', 'Subscribe')], max_length=10)),
                ('service', models.CharField(blank=True, max_length=40)),
                ('material', models.CharField(choices=[('text', 'Text'), ('link', 'Text with a link'), ('picture', 'Picture'), ('pictures', 'Several pictures'), ('video', 'Video')], max_length=10)),
                ('languages', models.CharField(blank=True, max_length=60)),
                ('interactive', models.CharField(blank=True, choices=[('poll', 'Poll'), ('question', 'Question'), ('quiz', 'Quiz'), ('this_or_that', 'This or that'), ('live', 'Live questions and answers'), ('contest', 'Contest')], max_length=14)),
                ('boosted', models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='dailyfact',
            name='one_fact',
        ),
        migrations.RemoveConstraint(
            model_name='subject',
            name='one_subject_per_channel',
        ),
        migrations.RemoveConstraint(
            model_name='subject',
            name='subject_is_one_kind',
        ),
        migrations.RemoveField(
            model_name='dailyfact',
            name='call_kind',
        ),
        migrations.RemoveField(
            model_name='dailyfact',
            name='category',
        ),
        migrations.RemoveField(
            model_name='subject',
            name='call_kind',
        ),
        migrations.RemoveField(
            model_name='subject',
            name='category',
        ),
        migrations.AddField(
            model_name='channelday',
            name='imported',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='dailyfact',
            name='paid_views',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='pull',
            name='paid_views',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='subject',
            name='paid_views',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='subject',
            name='permalink',
            field=models.URLField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='subject',
            name='title',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='channelday',
            name='gap',
            field=models.CharField(blank=True, choices=[('read', 'Read'), ('unchanged', 'Read, nothing new'), ('missed', 'Not looked at in time'), ('refused', 'The network refused'), ('needs_consent', 'The channel must be reconnected'), ('not_reached', 'The network could not be reached'), ('gone', 'No longer on the network')], max_length=14),
        ),
        migrations.AlterField(
            model_name='pull',
            name='outcome',
            field=models.CharField(choices=[('read', 'Read'), ('unchanged', 'Read, nothing new'), ('missed', 'Not looked at in time'), ('refused', 'The network refused'), ('needs_consent', 'The channel must be reconnected'), ('not_reached', 'The network could not be reached'), ('gone', 'No longer on the network')], max_length=14),
        ),
        migrations.AlterField(
            model_name='subject',
            name='kind',
            field=models.CharField(choices=[('publication', 'Publication'), ('imported', 'Post from before the portal'), ('channel', 'Channel')], max_length=12),
        ),
        migrations.AlterField(
            model_name='subject',
            name='last_outcome',
            field=models.CharField(blank=True, choices=[('read', 'Read'), ('unchanged', 'Read, nothing new'), ('missed', 'Not looked at in time'), ('refused', 'The network refused'), ('needs_consent', 'The channel must be reconnected'), ('not_reached', 'The network could not be reached'), ('gone', 'No longer on the network')], max_length=14),
        ),
        migrations.AddField(
            model_name='monthlyfact',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.channel'),
        ),
        migrations.AddField(
            model_name='monthlyfact',
            name='municipality',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality'),
        ),
        migrations.AddField(
            model_name='staleday',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channels.channel'),
        ),
        migrations.AddField(
            model_name='staleday',
            name='municipality',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality'),
        ),
        migrations.AddConstraint(
            model_name='traits',
            constraint=models.UniqueConstraint(fields=('category', 'call_kind', 'service', 'material', 'languages', 'interactive', 'boosted'), name='one_of_each_traits'),
        ),
        migrations.AddField(
            model_name='dailyfact',
            name='traits',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analytics.traits'),
        ),
        migrations.AddField(
            model_name='subject',
            name='traits',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analytics.traits'),
        ),
        migrations.RunSQL(TRAITS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='dailyfact',
            constraint=models.UniqueConstraint(fields=('channel', 'day', 'basis', 'traits'), name='one_fact'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'channel')), fields=('channel',), name='one_subject_per_channel'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'imported')), fields=('channel', 'remote_id'), name='imported_once'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'channel'), ('publication__isnull', True), ('traits__isnull', True)), models.Q(('kind', 'publication'), ('publication__isnull', False), ('published_on__isnull', False), ('traits__isnull', False)), models.Q(('kind', 'imported'), ('publication__isnull', True), ('published_on__isnull', False), ('traits__isnull', False)), _connector='OR'), name='subject_is_one_kind'),
        ),
        migrations.AddIndex(
            model_name='monthlyfact',
            index=models.Index(fields=['municipality', 'basis', 'month'], name='month_period'),
        ),
        migrations.AddConstraint(
            model_name='monthlyfact',
            constraint=models.UniqueConstraint(fields=('channel', 'month', 'basis'), name='one_month'),
        ),
        migrations.AddIndex(
            model_name='staleday',
            index=models.Index(fields=['since'], name='stale_oldest'),
        ),
        migrations.AddConstraint(
            model_name='staleday',
            constraint=models.UniqueConstraint(fields=('channel', 'day', 'basis'), name='one_stale_day'),
        ),
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
    ]
