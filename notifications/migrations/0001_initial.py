import datetime
import django.db.models.deletion
import django.utils.timezone
import notifications.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('municipalities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('has_quiet_hours', models.BooleanField(default=True)),
                ('quiet_from', models.TimeField(default=datetime.time(20, 0))),
                ('quiet_until', models.TimeField(default=datetime.time(7, 0))),
                ('quiet_weekends', models.BooleanField(default=False)),
                ('urgent_always', models.BooleanField(default=True)),
                ('digest_at', models.TimeField(default=datetime.time(8, 0))),
                ('key', models.CharField(default=notifications.models.new_key, max_length=20)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('submitted', 'A post waits for a decision'), ('decided', 'A decision about a post'), ('moved', 'An approved post has another time'), ('comment', 'Comments and replies'), ('mention', 'Somebody mentions you'), ('suggestion', 'Suggestions of words, and what became of yours'), ('emergency', 'Emergency posts'), ('review_due', 'An emergency post waits for its later review'), ('performance', 'How a post did that you commented on'), ('handover', 'Handover between mentors, and absences'), ('feedback', 'Feedback by the mentor'), ('delivery', 'A post needs your answer before it can go out'), ('channel', 'A channel asks to be connected again'), ('kit', 'Campaign kits of the programme'), ('plan', "The month's plan and recurring posts")], max_length=12)),
                ('url', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=300)),
                ('body', models.TextField()),
                ('language', models.CharField(choices=[('sr', 'Serbian, Cyrillic'), ('sr-latn', 'Serbian, Latin'), ('en', 'English')], max_length=10)),
                ('about', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('how', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily summary'), ('never', 'No mail')], max_length=8)),
                ('mail_due_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='municipalities.municipality')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='notification_page'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notification_unread'), models.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='notification_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('mail_due_at__isnull', True), ('mailed_at__isnull', True), _connector='OR'), name='notification_is_mailed_once'), models.CheckConstraint(condition=models.Q(('url__startswith', '/'), models.Q(('url__startswith', '//'), _negated=True)), name='notification_leads_into_the_portal')],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('submitted', 'A post waits for a decision'), ('decided', 'A decision about a post'), ('moved', 'An approved post has another time'), ('comment', 'Comments and replies'), ('mention', 'Somebody mentions you'), ('suggestion', 'Suggestions of words, and what became of yours'), ('emergency', 'Emergency posts'), ('review_due', 'An emergency post waits for its later review'), ('performance', 'How a post did that you commented on'), ('handover', 'Handover between mentors, and absences'), ('feedback', 'Feedback by the mentor'), ('delivery', 'A post needs your answer before it can go out'), ('channel', 'A channel asks to be connected again'), ('kit', 'Campaign kits of the programme'), ('plan', "The month's plan and recurring posts")], max_length=12)),
                ('how', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily summary'), ('never', 'No mail')], max_length=8)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_wish_per_kind')],
            },
        ),
    ]
