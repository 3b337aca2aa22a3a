from django.conf import settings
import django.contrib.postgres.indexes
from django.db import migrations, models
import django.db.models.deletion
import django.db.models.fields.json


class Migration(migrations.Migration):
    dependencies = [
        ("posts", "0004_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('written', 'In writing'), ('oral', 'By word of mouth'), ('event', 'Public event, announced as photographed'), ('not_needed', 'Not needed: nobody can be recognised')], max_length=12, verbose_name='how it was given')),
                ('people', models.CharField(blank=True, max_length=300, verbose_name='who is shown')),
                ('given_by', models.CharField(blank=True, max_length=200, verbose_name='who agreed')),
                ('given_on', models.DateField(verbose_name='on')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('keep_until', models.DateField(verbose_name='erase the names after')),
                ('scan', models.FileField(blank=True, max_length=200, upload_to='consents/')),
                ('scan_mime', models.CharField(blank=True, max_length=40)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Folder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.RemoveIndex(
            model_name='media',
            name='media_library',
        ),
        migrations.AddField(
            model_name='media',
            name='agreed_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='media',
            name='agreement',
            field=models.CharField(blank=True, choices=[('given', 'Consent recorded'), ('withdrawn', 'Consent withdrawn')], max_length=10),
        ),
        migrations.AddField(
            model_name='media',
            name='alts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='media',
            name='archived_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='media',
            name='credit',
            field=models.CharField(blank=True, max_length=200, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='media',
            name='licence',
            field=models.CharField(blank=True, max_length=300, verbose_name='terms of use'),
        ),
        migrations.AddField(
            model_name='media',
            name='search_key',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='media',
            name='shows_children',
            field=models.BooleanField(default=False, verbose_name='children can be recognised in it'),
        ),
        migrations.AlterField(
            model_name='media',
            name='name',
            field=models.CharField(max_length=200, verbose_name='name'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.fields.json.KeyTransform('media', 'draft'), 'jsonb_path_ops'), name='post_pictures'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=django.contrib.postgres.indexes.GinIndex(fields=['media'], name='version_pictures', opclasses=['jsonb_path_ops']),
        ),
        migrations.AddField(
            model_name='consent',
            name='media',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='posts.media'),
        ),
        migrations.AddField(
            model_name='consent',
            name='municipality',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality'),
        ),
        migrations.AddField(
            model_name='consent',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='folder',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='folder',
            name='municipality',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality'),
        ),
        migrations.AddField(
            model_name='folder',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inside', to='posts.folder'),
        ),
        migrations.AddField(
            model_name='media',
            name='folder',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='posts.folder'),
        ),
        migrations.AddIndex(
            model_name='media',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['municipality', '-id'], name='media_library'),
        ),
        migrations.AddIndex(
            model_name='media',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['municipality', 'folder', '-id'], name='media_folder'),
        ),
        migrations.AddIndex(
            model_name='media',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='media_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['municipality', 'media'], name='consent_media'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['keep_until'], name='consent_due'),
        ),
        migrations.AddConstraint(
            model_name='folder',
            constraint=models.UniqueConstraint(fields=('municipality', 'parent', 'name'), name='one_folder_each', nulls_distinct=False),
        ),
    ]
