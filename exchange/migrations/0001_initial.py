import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
        ('posts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post')),
                ('title', models.CharField(max_length=140)),
                ('texts', models.JSONField(default=list)),
                ('call_kind', models.CharField(blank=True, choices=[('apply', 'Apply'), ('pay', 'Pay'), ('book', 'Book an appointment'), ('report', 'Report a problem'), ('vote', 'Vote'), ('comment', 'Write a comment'), ('attend', 'Come'), ('call', 'Call'), ('download', 'Download'), ('share', 'Share'), ('subscribe', 'Subscribe')], max_length=10)),
                ('call_text', models.CharField(blank=True, max_length=200)),
                ('service', models.SlugField(blank=True, max_length=40)),
                ('format', models.CharField(blank=True, choices=[('poll', 'Poll'), ('question', 'Question'), ('quiz', 'Quiz'), ('this_or_that', 'This or that'), ('live', 'Live questions and answers'), ('contest', 'Contest')], max_length=14)),
                ('answers', models.JSONField(default=dict)),
                ('poll', models.JSONField(default=dict)),
                ('category', models.CharField(choices=[('service', 'Service information'), ('eservice', 'eService'), ('consultation', "Citizens' participation"), ('culture', 'Culture and sport'), ('ceremony', 'Ceremony and visits'), ('emergency', 'Emergency'), ('other', 'Other')], max_length=14)),
                ('networks', models.JSONField(default=list)),
                ('places', models.JSONField(default=list)),
                ('published_on', models.DateField()),
                ('figures', models.JSONField(default=dict)),
                ('measured_on', models.DateField()),
                ('why', models.TextField(verbose_name='why it worked')),
                ('search_key', models.TextField(editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shared_at', models.DateTimeField(auto_now_add=True)),
                ('copied', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ending', models.CharField(blank=True, choices=[('taken_down', 'Taken down by the municipality'), ('withdrawn', 'The post is no longer on a network'), ('removed', 'Taken down by the programme')], max_length=10)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('end_reason', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['-shared_at', '-id'], name='shared_newest'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['-copied', '-shared_at', '-id'], name='shared_copied'), models.Index(fields=['municipality', '-shared_at'], name='shared_ours'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('ended_at__isnull', True)), fields=['search_key'], name='shared_search', opclasses=['gin_trgm_ops'])],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('post',), name='post_shared_once_at_a_time'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='shared_post_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ending', '')), models.Q(('ended_at__isnull', False), models.Q(('ending', ''), _negated=True)), _connector='OR'), name='shared_post_ends_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Example',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='examples', to='municipalities.programme')),
                ('starter', models.SlugField(blank=True, editable=False, max_length=60)),
                ('purpose', models.CharField(choices=[('service', 'Service notice'), ('eservice', 'eService'), ('needs', 'Hearing needs'), ('consultation', 'Consultation'), ('live', 'Live questions and answers'), ('loop', 'Closing the loop'), ('explainer', 'Explainer'), ('culture', 'Culture and sport'), ('contest', 'Contest')], max_length=14, verbose_name='purpose')),
                ('shape', models.CharField(choices=[('picture', 'Short text with a picture'), ('carousel', 'Pictures to swipe through'), ('video', 'Short video'), ('poll', 'Poll'), ('this_or_that', 'This or that'), ('question', 'Open question'), ('quiz', 'Quiz'), ('event', 'Event with a document'), ('live', 'Live'), ('before_after', 'Before and after'), ('you_asked', 'You asked, we did'), ('faq', 'Questions and answers'), ('myth', 'Myth and fact'), ('album', 'Album'), ('entries', 'People send something in')], default='picture', max_length=14, verbose_name='format')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='when to use it')),
                ('category', models.CharField(choices=[('service', 'Service information'), ('eservice', 'eService'), ('consultation', "Citizens' participation"), ('culture', 'Culture and sport'), ('ceremony', 'Ceremony and visits'), ('emergency', 'Emergency'), ('other', 'Other')], editable=False, max_length=14)),
                ('content', models.JSONField(default=dict)),
                ('gaps', models.JSONField(default=list)),
                ('deadline', models.CharField(blank=True, max_length=60)),
                ('patterns', models.JSONField(default=list)),
                ('why', models.TextField(max_length=1000, verbose_name='why it works')),
                ('watch', models.TextField(blank=True, max_length=1000, verbose_name='points to note')),
                ('networks', models.JSONField(default=list)),
                ('english', models.JSONField(default=dict)),
                ('drawing', models.SlugField(blank=True, max_length=60)),
                ('picture', models.CharField(blank=True, editable=False, max_length=200)),
                ('alt', models.CharField(blank=True, max_length=500, verbose_name='description of the picture')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('search_key', models.TextField(blank=True, editable=False)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['programme', 'position'], name='example_list')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True), models.Q(('starter', ''), _negated=True)), fields=('programme', 'starter'), name='one_example_for_a_built_in_one')],
            },
        ),
        migrations.CreateModel(
            name='SwitchedOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='municipalities.programme')),
                ('key', models.SlugField(max_length=60)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme', 'key'), name='example_switched_off_once')],
            },
        ),
        migrations.CreateModel(
            name='SharedPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('shared', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='exchange.sharedpost')),
                ('media', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.media')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('file', models.FileField(max_length=200, upload_to='gallery/')),
                ('mime', models.CharField(max_length=40)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('alt', models.CharField(blank=True, max_length=1500)),
                ('is_video', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['media'], name='shared_picture_media')],
                'constraints': [models.UniqueConstraint(fields=('shared', 'position'), name='shared_picture_place')],
            },
        ),
        migrations.CreateModel(
            name='SharedComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('shared', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='exchange.sharedpost')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('is_mentor', models.BooleanField(default=False)),
                ('text', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('hidden_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['shared', 'at'], name='shared_comments'), models.Index(fields=['author', '-at'], name='shared_comment_pace')],
            },
        ),
        migrations.CreateModel(
            name='SharedCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('shared', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='exchange.sharedpost')),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['shared', 'municipality'], name='shared_copies')],
            },
        ),
        migrations.CreateModel(
            name='Pick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.programme')),
                ('month', models.DateField()),
                ('shared', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='picks', to='exchange.sharedpost')),
                ('why', models.CharField(max_length=300, verbose_name='why this one')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme', 'month', 'shared'), name='picked_once_a_month'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='pick_says_why')],
            },
        ),
    ]
