"""Who may read a message on its network.

Of messages that were kept before, only those of networks without private messages, and of the practice network, which
takes none, are known to be public. A Mastodon server told it and we did not keep it: these stay unknown, which counts
as the narrowest, until the network is asked (`inbox.domain.seen_by`).
"""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def known(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("inbox", "Message").objects
    rows.filter(~Q(channel__platform="mastodon") | Q(channel__is_practice=True)).update(visibility="public")


class Migration(migrations.Migration):

    dependencies = [
        ("inbox", "0011_was_untouched"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="visibility",
            field=models.CharField(
                blank=True,
                choices=[
                    ("public", "Everybody"),
                    ("unlisted", "Everybody, in no public list"),
                    ("followers", "Followers of the author"),
                    ("direct", "The municipality alone"),
                ],
                max_length=9,
            ),
        ),
        migrations.RunPython(known, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=Q(visibility__in=["", "public", "unlisted", "followers", "direct"]),
                name="message_visibility",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=Q(visibility=""), fields=["channel", "-id"], name="message_unasked"),
        ),
    ]
