"""Monthly medians, computed anew from the posts. Running it twice gives the same rows.

Posts are polled for 90 days, so the nightly run renews the months that may still change; `renew()` without a month
renews all of them, after an import or a rebuild of the facts.
"""

from datetime import date

from django.conf import settings
from django.db import connection, transaction

from municipalities.tenancy import everywhere

DELETE = "DELETE FROM analytics_monthlymedian WHERE %(first)s::date IS NULL OR month >= %(first)s"
INSERT = """
INSERT INTO analytics_monthlymedian (municipality_id, month, counted, median)
SELECT s.municipality_id, m.month, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.interactions * 1000.0 / m.followers)
FROM analytics_subject s
JOIN analytics_traits t ON t.id = s.traits_id AND NOT t.boosted
JOIN channels_channel c ON c.id = s.channel_id AND (%(practice)s OR NOT c.is_practice)
JOIN analytics_monthlyfact m ON m.channel_id = s.channel_id AND m.basis = 'publication'
  AND m.month = date_trunc('month', s.published_on)::date AND m.followers > 0
WHERE s.kind <> 'channel' AND s.interactions IS NOT NULL
  AND (%(first)s::date IS NULL OR s.published_on >= %(first)s)
GROUP BY s.municipality_id, m.month
"""


def renew(first: date | None = None) -> None:
    """Compute the medians of all municipalities from the month `first` on, or of all months."""
    params = {"first": first and first.replace(day=1), "practice": settings.DEMO}
    with everywhere("medians of months"), transaction.atomic(), connection.cursor() as cursor:
        # two runs at a time would both delete and both insert
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics medians'))")
        cursor.execute(DELETE, params)
        cursor.execute(INSERT, params)
