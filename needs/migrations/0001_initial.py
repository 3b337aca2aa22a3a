import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('inbox', '0001_initial'),
        ('municipalities', '0001_initial'),
        ('posts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('title', models.CharField(max_length=160, verbose_name='what is needed')),
                ('text', models.TextField(blank=True, verbose_name='in a few sentences')),
                ('search_key', models.TextField(blank=True, editable=False)),
                ('topic', models.CharField(blank=True, choices=[('water', 'Water and sewers'), ('roads', 'Roads and pavements'), ('waste', 'Waste and cleanliness'), ('light', 'Street lights and power'), ('heating', 'Heating'), ('transport', 'Transport and parking'), ('green', 'Parks and environment'), ('animals', 'Animals'), ('children', 'Children and schools'), ('social', 'Social care and health'), ('papers', 'Papers and permits'), ('money', 'Taxes and fees'), ('culture', 'Culture and sport'), ('safety', 'Safety and order'), ('other', 'Something else')], max_length=10, verbose_name='topic')),
                ('settlement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inbox.settlement')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inbox.department')),
                ('stage', models.CharField(choices=[('new', 'New'), ('looked_at', 'Under consideration'), ('planned', 'It will be done'), ('done', 'Done'), ('declined', 'It will not be done')], default='new', max_length=10)),
                ('reason', models.TextField(blank=True, verbose_name='why')),
                ('decided_on', models.DateField(blank=True, null=True)),
                ('done', models.TextField(blank=True, verbose_name='what we did')),
                ('done_on', models.DateField(blank=True, null=True)),
                ('size', models.PositiveIntegerField(default=0)),
                ('is_public', models.BooleanField(default=False)),
                ('follow_up', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='posts.post')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['municipality', 'stage', '-size'], name='need_board'), models.Index(condition=models.Q(('is_public', True)), fields=['municipality', '-done_on'], name='need_public')],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['new', 'looked_at']), models.Q(('decided_on__isnull', False), models.Q(models.Q(('reason', ''), _negated=True), ('stage', 'done'), _connector='OR')), _connector='OR'), name='need_decided_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'done'), _negated=True), models.Q(('done_on__isnull', False), models.Q(('done', ''), _negated=True)), _connector='OR'), name='need_done_says_what')],
            },
        ),
        migrations.CreateModel(
            name='NeedsPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('is_on', models.BooleanField(default=False)),
                ('contact', models.TextField(blank=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('municipality',), name='needs_page_once')],
            },
        ),
        migrations.CreateModel(
            name='AnswerRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rounds', to='needs.need')),
                ('text', models.TextField()),
                ('people', models.PositiveIntegerField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='NeedPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='needs.need')),
                ('media', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='posts.media')),
                ('moment', models.CharField(choices=[('before', 'Before'), ('after', 'After')], max_length=6)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['moment', 'position', 'pk'],
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('need', 'media', 'moment'), name='need_picture_once')],
            },
        ),
        migrations.CreateModel(
            name='Supporter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supporters', to='needs.need')),
                ('source', models.CharField(choices=[('message', 'Message on a network'), ('phone', 'Phone call'), ('counter', 'At the counter'), ('letter', 'Letter or e-mail'), ('meeting', 'Meeting of citizens')], max_length=8)),
                ('message', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='supporter', to='inbox.message')),
                ('received_on', models.DateField()),
                ('quote', models.TextField(blank=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('round', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='supporters', to='needs.answerround')),
                ('reply', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inbox.reply')),
                ('error', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('error', ''), ('reply__isnull', True), ('round__isnull', False)), fields=['round', 'id'], name='supporter_unanswered')],
            },
        ),
    ]
