"""Numbers by call to action. What was published before gets it from its version; its facts are made anew from that."""

from django.db import migrations, models

KINDS = [
    ("apply", "Apply"), ("pay", "Pay"), ("book", "Book an appointment"), ("report", "Report a problem"),
    ("vote", "Vote"), ("comment", "Write a comment"), ("attend", "Come"), ("call", "Call"),
    ("download", "Download"), ("share", "Share"), ("subscribe", "Subscribe"),
]  # fmt: skip
SUMS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "interactions")
COLUMNS = ", ".join(SUMS)

SUBJECTS = """
UPDATE analytics_subject s SET call_kind = v.structure #>> '{call,kind}'
FROM posts_publication p JOIN posts_version v ON v.id = p.version_id
WHERE s.publication_id = p.id AND coalesce(v.structure #>> '{call,kind}', '') <> ''
"""
FACTS = f"""
DELETE FROM analytics_dailyfact WHERE basis = 'publication';
INSERT INTO analytics_dailyfact (municipality_id, channel_id, day, category, call_kind, basis, posts, {COLUMNS})
SELECT municipality_id, channel_id, published_on, category, call_kind, 'publication', count(*),
       {", ".join(f"sum({each})" for each in SUMS)}
FROM analytics_subject WHERE kind = 'publication'
GROUP BY municipality_id, channel_id, published_on, category, call_kind
"""  # noqa: S608 -- names from above


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_months"), ("posts", "0008_short_links")]

    operations = [
        migrations.AddField("subject", "call_kind", models.CharField(blank=True, choices=KINDS, default="", max_length=10), preserve_default=False),
        migrations.AddField("dailyfact", "call_kind", models.CharField(blank=True, choices=KINDS, default="", max_length=10), preserve_default=False),
        migrations.RemoveConstraint("dailyfact", "one_fact"),
        migrations.AddConstraint(
            "dailyfact",
            models.UniqueConstraint(fields=("channel", "day", "category", "call_kind", "basis"), name="one_fact"),
        ),
        migrations.RunSQL(SUBJECTS, migrations.RunSQL.noop),
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
    ]
