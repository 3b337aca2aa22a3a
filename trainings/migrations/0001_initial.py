import common.languages
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('municipalities', '0001_initial'),
        ('practice', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='municipalities.programme')),
                ('cohort', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='municipalities.cohort')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('place', models.CharField(blank=True, max_length=160, verbose_name='place')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('languages', models.CharField(blank=True, max_length=200, verbose_name='languages')),
                ('share_asked', models.PositiveSmallIntegerField(default=80, verbose_name='share to attend')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme', '-starts_on'], name='training_programme'), models.Index(fields=['cohort', '-starts_on'], name='training_cohort')],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on__lte', models.F('ends_on'))), name='training_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('share_asked__gte', 1), ('share_asked__lte', 100)), name='training_asks_a_share')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='trainings.training')),
                ('day', models.DateField(verbose_name='day')),
                ('starts', models.TimeField(verbose_name='from')),
                ('ends', models.TimeField(verbose_name='to')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='what happens')),
                ('speaker', models.CharField(blank=True, max_length=160, verbose_name='who leads it')),
                ('is_break', models.BooleanField(default=False, verbose_name='a break: attendance is not marked')),
            ],
            options={
                'indexes': [models.Index(fields=['training', 'day', 'starts'], name='session_agenda')],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts__lt', models.F('ends'))), name='session_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='trainings.training')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('role', models.CharField(blank=True, max_length=120, verbose_name='role')),
                ('language', models.CharField(choices=common.languages.choices, default=common.languages.default_code, max_length=10, verbose_name='language of the certificate')),
                ('printed_name', models.CharField(blank=True, max_length=120, verbose_name='name on the certificate')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['municipality', 'training'], name='participant_place')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('training', 'user'), name='participant_once_by_account'), models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('training', 'email'), name='participant_once_by_email')],
            },
        ),
        migrations.CreateModel(
            name='Exercise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exercises', to='trainings.training')),
                ('scenario', models.SlugField(max_length=40)),
                ('script', models.JSONField()),
                ('criteria', models.JSONField(default=list)),
                ('minutes', models.PositiveSmallIntegerField()),
                ('seed', models.PositiveIntegerField()),
                ('prepared_at', models.DateTimeField(auto_now_add=True)),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_at', models.DateTimeField(null=True)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ends_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('wiped_at', models.DateTimeField(null=True)),
                ('wiped_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True), ('started_at__isnull', False)), fields=['ends_at'], name='exercise_running')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends_at__isnull', True), ('started_at__isnull', True)), models.Q(('ends_at__gt', models.F('started_at')), ('started_at__isnull', False)), _connector='OR'), name='exercise_starts_with_its_end'), models.CheckConstraint(condition=models.Q(('wiped_at__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='exercise_is_wiped_after_its_end')],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='trainings.training')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='materials', to='trainings.session')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='trainings/')),
                ('file_name', models.CharField(blank=True, max_length=160)),
                ('mime', models.CharField(blank=True, max_length=100)),
                ('bytes', models.PositiveIntegerField(default=0)),
                ('visible_from', models.DateTimeField(blank=True, null=True, verbose_name='shown from')),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['training', 'order'], name='material_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('url', ''), models.Q(('file', ''), _negated=True)), models.Q(models.Q(('url', ''), _negated=True), ('file', '')), _connector='OR'), name='material_is_a_file_or_a_link')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='trainings.participant')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='trainings.session')),
                ('present', models.BooleanField()),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('marked_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('participant', 'session'), name='attendance_once')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='trainings.participant')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('facts', models.JSONField(default=dict)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('participant',), name='one_certificate_holds'), models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', False), _connector='OR'), name='revoked_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('exercise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='trainings.exercise')),
                ('number', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('page', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='practice.account')),
                ('facts', models.JSONField(default=dict)),
                ('went_well', models.TextField(blank=True)),
                ('next_time', models.TextField(blank=True)),
                ('shown_at', models.DateTimeField(null=True)),
                ('shown_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('people', models.ManyToManyField(related_name='exercise_teams', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('exercise', 'number'), name='team_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='trainings.team')),
                ('criterion', models.SlugField(max_length=40)),
                ('level', models.PositiveSmallIntegerField()),
                ('note', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('team', 'criterion'), name='one_mark_each'), models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 4)), name='mark_is_a_level')],
            },
        ),
        migrations.CreateModel(
            name='Play',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plays', to='trainings.team')),
                ('key', models.CharField(max_length=80)),
                ('act', models.CharField(choices=[('says', 'writes'), ('likes', 'likes'), ('votes', 'votes')], default='says', max_length=6)),
                ('citizen', models.CharField(max_length=60)),
                ('account_id', models.BigIntegerField()),
                ('mood', models.CharField(blank=True, choices=[('lost', 'does not find their way'), ('angry', 'angry'), ('thankful', 'thankful'), ('offtopic', 'about something else'), ('personal', 'personal data'), ('again', 'repeats the question'), ('urgent', 'in danger'), ('spam', 'spam')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('asks', models.BooleanField(default=False)),
                ('is_personal', models.BooleanField(default=False)),
                ('to_status', models.BigIntegerField(null=True)),
                ('status', models.BigIntegerField(null=True)),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True)),
                ('answer_status', models.BigIntegerField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('hidden_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('team', 'key'), name='line_played_once')],
            },
        ),
    ]
