import common.languages
import datetime
import django.db.models.deletion
import django.utils.timezone
import notifications.models
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
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('submitted', 'A post waits for a decision'), ('decided', 'A decision about a post'), ('moved', 'An approved post has another time'), ('comment', 'Comments and replies'), ('mention', 'Mentions of you'), ('suggestion', 'Suggested changes, and the results of yours'), ('emergency', 'Emergency posts'), ('review_due', 'An emergency post waits for its later review'), ('rules', 'Rules about who decides are changed or relaxed'), ('rights', 'A person may approve, publish in an emergency, or read private messages'), ('moderation', 'Something hidden waits for a second person, or for a hand'), ('performance', 'How a post did that you commented on'), ('handover', 'Handover between mentors, and absences'), ('feedback', 'Feedback by the mentor'), ('delivery', 'A post needs your answer before it can be published'), ('elsewhere', 'A post was changed or removed on its network'), ('channel', 'A channel has to be connected again'), ('pause', 'Publishing is paused or resumed'), ('kit', 'Campaign kits of the programme'), ('report', 'The report of a month'), ('closing', 'People have answered, and the closing report waits'), ('plan', "The month's plan and recurring posts"), ('agreement', 'The plan agreed with the mentor'), ('gallery', 'News about posts shared with other municipalities'), ('training', 'Exercises and certificates of trainings'), ('msg_urgent', "An emergency, or something unlawful, among citizens' messages"), ('msg_new', 'New messages of citizens'), ('msg_late', 'Messages whose answer is late, each morning'), ('msg_mine', 'A message is assigned to you'), ('msg_answer', 'An answer waits for approval, or comes back'), ('department', 'A department answered a question about a message'), ('consultation', 'A consultation is to be published, or a step of it is overdue')], max_length=12)),
                ('municipality', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='municipalities.municipality')),
                ('url', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=300)),
                ('body', models.TextField()),
                ('language', models.CharField(choices=common.languages.choices, max_length=10)),
                ('about', models.CharField(blank=True, max_length=80)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('file', models.JSONField(default=dict)),
                ('mail_frequency', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily summary'), ('never', 'No mail')], max_length=8)),
                ('mail_due_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='notification_page'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notification_unread'), models.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='notification_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('mail_due_at__isnull', True), ('mailed_at__isnull', True), _connector='OR'), name='notification_is_mailed_once'), models.CheckConstraint(condition=models.Q(('url__startswith', '/'), models.Q(('url__startswith', '//'), _negated=True)), name='notification_leads_into_the_portal')],
            },
        ),
        migrations.CreateModel(
            name='MailSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('has_quiet_hours', models.BooleanField(default=True)),
                ('quiet_from', models.TimeField(default=datetime.time(20, 0))),
                ('quiet_until', models.TimeField(default=datetime.time(7, 0))),
                ('quiet_weekends', models.BooleanField(default=False)),
                ('urgent_always', models.BooleanField(default=True)),
                ('digest_at', models.TimeField(default=datetime.time(8, 0))),
                ('key', models.CharField(default=notifications.models.new_key, max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='MailPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('submitted', 'A post waits for a decision'), ('decided', 'A decision about a post'), ('moved', 'An approved post has another time'), ('comment', 'Comments and replies'), ('mention', 'Mentions of you'), ('suggestion', 'Suggested changes, and the results of yours'), ('emergency', 'Emergency posts'), ('review_due', 'An emergency post waits for its later review'), ('rules', 'Rules about who decides are changed or relaxed'), ('rights', 'A person may approve, publish in an emergency, or read private messages'), ('moderation', 'Something hidden waits for a second person, or for a hand'), ('performance', 'How a post did that you commented on'), ('handover', 'Handover between mentors, and absences'), ('feedback', 'Feedback by the mentor'), ('delivery', 'A post needs your answer before it can be published'), ('elsewhere', 'A post was changed or removed on its network'), ('channel', 'A channel has to be connected again'), ('pause', 'Publishing is paused or resumed'), ('kit', 'Campaign kits of the programme'), ('report', 'The report of a month'), ('closing', 'People have answered, and the closing report waits'), ('plan', "The month's plan and recurring posts"), ('agreement', 'The plan agreed with the mentor'), ('gallery', 'News about posts shared with other municipalities'), ('training', 'Exercises and certificates of trainings'), ('msg_urgent', "An emergency, or something unlawful, among citizens' messages"), ('msg_new', 'New messages of citizens'), ('msg_late', 'Messages whose answer is late, each morning'), ('msg_mine', 'A message is assigned to you'), ('msg_answer', 'An answer waits for approval, or comes back'), ('department', 'A department answered a question about a message'), ('consultation', 'A consultation is to be published, or a step of it is overdue')], max_length=12)),
                ('frequency', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily summary'), ('never', 'No mail')], max_length=8)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_wish_per_kind')],
            },
        ),
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public', models.CharField(max_length=100)),
                ('sealed', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_push_key')],
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('sealed', models.TextField()),
                ('device', models.CharField(max_length=80)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['user'], name='push_subscription_user')],
            },
        ),
        migrations.CreateModel(
            name='PushPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('submitted', 'A post waits for a decision'), ('decided', 'A decision about a post'), ('moved', 'An approved post has another time'), ('comment', 'Comments and replies'), ('mention', 'Mentions of you'), ('suggestion', 'Suggested changes, and the results of yours'), ('emergency', 'Emergency posts'), ('review_due', 'An emergency post waits for its later review'), ('rules', 'Rules about who decides are changed or relaxed'), ('rights', 'A person may approve, publish in an emergency, or read private messages'), ('moderation', 'Something hidden waits for a second person, or for a hand'), ('performance', 'How a post did that you commented on'), ('handover', 'Handover between mentors, and absences'), ('feedback', 'Feedback by the mentor'), ('delivery', 'A post needs your answer before it can be published'), ('elsewhere', 'A post was changed or removed on its network'), ('channel', 'A channel has to be connected again'), ('pause', 'Publishing is paused or resumed'), ('kit', 'Campaign kits of the programme'), ('report', 'The report of a month'), ('closing', 'People have answered, and the closing report waits'), ('plan', "The month's plan and recurring posts"), ('agreement', 'The plan agreed with the mentor'), ('gallery', 'News about posts shared with other municipalities'), ('training', 'Exercises and certificates of trainings'), ('msg_urgent', "An emergency, or something unlawful, among citizens' messages"), ('msg_new', 'New messages of citizens'), ('msg_late', 'Messages whose answer is late, each morning'), ('msg_mine', 'A message is assigned to you'), ('msg_answer', 'An answer waits for approval, or comes back'), ('department', 'A department answered a question about a message'), ('consultation', 'A consultation is to be published, or a step of it is overdue')], max_length=12)),
                ('is_on', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='one_push_preference_per_kind')],
            },
        ),
        migrations.CreateModel(
            name='Push',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.notification')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.pushsubscription')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='push_due')],
                'constraints': [models.UniqueConstraint(fields=('notification', 'subscription'), name='one_push_per_device')],
            },
        ),
    ]
