from django.db import migrations, models

# What the months already know is made of the days they were made of.
OF_MONTHS = """
UPDATE analytics_monthlyfact m SET bought = f.bought
FROM (
    SELECT f.channel_id, date_trunc('month', f.day)::date AS month, f.basis, sum(f.interactions) AS bought
    FROM analytics_dailyfact f JOIN analytics_traits t ON t.id = f.traits_id AND t.boosted
    WHERE f.interactions IS NOT NULL
    GROUP BY 1, 2, 3
) f WHERE f.channel_id = m.channel_id AND f.month = m.month AND f.basis = m.basis AND f.bought <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0012_medians_from_the_index")]

    operations = [
        migrations.AddField("monthlyfact", "bought", models.IntegerField(default=0)),
        migrations.AddField("trainingwindow", "bought", models.IntegerField(default=0)),
        migrations.RunSQL(OF_MONTHS, migrations.RunSQL.noop),
    ]
