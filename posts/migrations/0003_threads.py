"""Threads with comments and suggestions in place of remarks on the whole post."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def user(**options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **options
    )


def municipality():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="municipalities.municipality"
    )


def pk():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


PLACES = [("post", "The whole post"), ("text", "Words of a text"), ("picture", "A picture")]
STATES = [
    ("open", "Waits for a decision"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("outdated", "The words have changed since"),
]
TENANT = {"abstract": False, "base_manager_name": "objects"}


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
        ("posts", "0002_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="Remark"),
        migrations.AddField(model_name="version", name="suggested_by", field=models.JSONField(default=list)),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", pk()),
                ("place", models.CharField(choices=PLACES, default="post", max_length=7)),
                ("tag", models.CharField(blank=True, max_length=8)),
                ("start", models.PositiveIntegerField(default=0)),
                ("end", models.PositiveIntegerField(default=0)),
                ("quote", models.TextField(blank=True)),
                ("before", models.CharField(blank=True, max_length=64)),
                ("after", models.CharField(blank=True, max_length=64)),
                ("box", models.JSONField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("lost_at", models.DateTimeField(null=True)),
                ("author", user()),
                (
                    "channel",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="channels.channel"
                    ),
                ),
                (
                    "media",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="posts.media"
                    ),
                ),
                ("municipality", municipality()),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="posts.post"
                    ),
                ),
                ("resolved_by", user(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="posts.version"
                    ),
                ),
            ],
            options=TENANT,
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", pk()),
                ("text", models.TextField(blank=True)),
                ("mentions", models.JSONField(default=list)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("author", user()),
                ("municipality", municipality()),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="posts.thread"
                    ),
                ),
            ],
            options=TENANT,
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", pk()),
                ("replacement", models.TextField(blank=True)),
                ("state", models.CharField(choices=STATES, default="open", max_length=8)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", user(null=True)),
                ("municipality", municipality()),
                (
                    "thread",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="suggestion", to="posts.thread"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="posts.version",
                    ),
                ),
            ],
            options=TENANT,
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("id", pk()),
                ("at", models.DateTimeField()),
                ("municipality", municipality()),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="posts.post"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options=TENANT,
        ),
        migrations.AddIndex(model_name="thread", index=models.Index(fields=["post"], name="thread_post")),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(condition=models.Q(("resolved_at__isnull", True)), fields=["post"], name="thread_open"),
        ),
        migrations.AddIndex(model_name="comment", index=models.Index(fields=["thread", "id"], name="comment_thread")),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                name="thread_knows_its_place",
                condition=Q(place="post", tag="", media__isnull=True)
                | (Q(place="text", media__isnull=True, end__gt=models.F("start")) & ~Q(tag="") & ~Q(quote=""))
                | Q(place="picture", tag="", media__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                name="thread_resolved_at_and_by",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                name="suggestion_decided_by_somebody",
                condition=Q(state__in=("open", "outdated"), decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=("accepted", "declined"), decided_by__isnull=False, decided_at__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                name="suggestion_accepted_into_a_version",
                condition=~Q(state="accepted") | Q(version__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            model_name="seen",
            constraint=models.UniqueConstraint(fields=("user", "post"), name="seen_once_each"),
        ),
    ]
