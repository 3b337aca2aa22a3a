"""What the mentoring adds to the programme's indicators: how soon mentors say their first word, and how many of their
remarks were settled before the post went out. For many municipalities and any days, in a fixed number of queries.

The scope of the municipalities is open. A mentor counts where they were paired on the day in question.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection

from analytics.logframe import Measured, provide
from delivery.enums import State
from mentoring.queries.response import asked
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality, Pairing
from municipalities.tenancy import scope

# No word about a draft is older than the portal.
SINCE = date(2026, 1, 1)
# A question without an answer before the first day may still wait: a later one continues it.
BEFORE = timedelta(days=30)

# Remarks are conversations that a mentor began while the post was not out yet; those of posts that went out in these
# days, by municipality: how many, and how many of them were settled by then.
REMARKS = """
WITH out AS MATERIALIZED (
    SELECT p.post_id, min(d.published_at) AS at
    FROM posts_publication p
    JOIN delivery_delivery d ON d.id = p.delivery_id
    JOIN channels_channel c ON c.id = p.channel_id
    WHERE p.municipality_id = ANY(%(ids)s) AND d.state = ANY(%(seen)s) AND d.published_at IS NOT NULL
      AND (%(practice)s OR NOT c.is_practice)
    GROUP BY p.post_id
    HAVING min(d.published_at) >= %(begins)s AND min(d.published_at) < %(ends)s
)
SELECT t.municipality_id, count(*), count(*) FILTER (WHERE t.resolved_at <= o.at)
FROM out o
JOIN posts_thread t ON t.post_id = o.post_id AND t.at < o.at
WHERE EXISTS (
    SELECT 1 FROM municipalities_pairing m
    WHERE m.municipality_id = t.municipality_id AND m.mentor_id = t.author_id
      AND (t.at AT TIME ZONE 'Europe/Belgrade')::date >= m.starts_on
      AND (m.ends_on IS NULL OR (t.at AT TIME ZONE 'Europe/Belgrade')::date <= m.ends_on)
)
GROUP BY t.municipality_id
"""


def register() -> None:
    """Tell the list of indicators how these two are measured."""
    provide("ME2", first_word, since=SINCE)
    provide("ME3", settled, since=SINCE)


def first_word(places: Sequence[Municipality], first: date, last: date) -> Mapping[int, Measured]:
    """ME2. The median of the hours by the clock, of drafts shown to a mentor in these days and answered since."""
    begins, ends = _moments(first, last)
    pairings = list(Pairing.objects.filter(municipality__in=places))
    ids = {row.mentor_id for row in pairings}
    hours: dict[int, list[float]] = defaultdict(list)
    shown: dict[int, int] = defaultdict(int)
    with scope(*places):
        questions = asked(ids, pairings, begins - BEFORE) if ids else {}
    for (_mentor, place), pairs in questions.items():
        for question in pairs:
            if begins <= question.at < ends:
                shown[place] += 1
                if question.word_at:
                    hours[place].append((question.word_at - question.at).total_seconds() / 3600)
    return {pk: _answered(hours[pk], count) for pk, count in shown.items()}


def _answered(hours: list[float], shown: int) -> Measured:
    if not hours:
        return Measured(None, 0, "no_answers", quality={"shown": shown})
    return Measured(median(hours), len(hours), quality={"shown": shown})


def settled(places: Sequence[Municipality], first: date, last: date) -> Mapping[int, Measured]:
    """ME3. The share of the remarks on posts that went out in these days."""
    begins, ends = _moments(first, last)
    params: dict[str, Any] = {
        "ids": [place.pk for place in places], "begins": begins, "ends": ends, "practice": bool(settings.DEMO),
        "seen": [State.PUBLISHED, State.WITHDRAWN, State.MISSING],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REMARKS, params)
        return {pk: Measured(100 * done / given, given) for pk, given, done in cursor.fetchall()}


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    """Midnights in Belgrade around the days, the second one excluded."""
    return (
        datetime.combine(first, time(), BELGRADE),
        datetime.combine(last + timedelta(days=1), time(), BELGRADE),
    )
