"""Posts that wait for a reply during review, by municipality. One query, at any number of municipalities and posts.

A post waits for the mentor if it was submitted and no current mentor has replied since; for the municipality if the
last comment in an open thread on an unpublished post is a mentor's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from municipalities.queries import today
from municipalities.tenancy import require

# Mentors stand as one array beside their municipality, so that each post or conversation is looked at once.
WAITING = """
WITH paired AS MATERIALIZED (
    SELECT municipality_id, array_agg(mentor_id) AS mentors FROM municipalities_pairing
    WHERE municipality_id = ANY(%(ids)s) AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)
    GROUP BY municipality_id
), asked AS MATERIALIZED (
    SELECT p.municipality_id, p.id, m.mentors, max(d.at) AS at
    FROM posts_post p
    JOIN paired m ON m.municipality_id = p.municipality_id
    JOIN posts_version v ON v.post_id = p.id
    JOIN posts_decision d ON d.version_id = v.id AND d.kind = 'submitted'
    WHERE p.municipality_id = ANY(%(ids)s) AND p.stage = 'submitted' AND p.deleted_at IS NULL
    GROUP BY p.municipality_id, p.id, m.mentors
), silent AS (
    SELECT a.municipality_id, a.id, a.at FROM asked a
    WHERE NOT EXISTS (
        SELECT 1 FROM posts_comment c JOIN posts_thread t ON t.id = c.thread_id
        WHERE t.post_id = a.id AND c.author_id = ANY(a.mentors) AND c.at >= a.at
      ) AND NOT EXISTS (
        SELECT 1 FROM posts_decision d JOIN posts_version v ON v.id = d.version_id
        WHERE v.post_id = a.id AND d.by_id = ANY(a.mentors) AND d.at >= a.at
      ) AND NOT EXISTS (
        SELECT 1 FROM mentoring_feedback f
        WHERE f.post_id = a.id AND f.mentor_id = ANY(a.mentors) AND f.changed_at >= a.at
      )
), talked AS MATERIALIZED (
    SELECT t.municipality_id, t.post_id, t.id, m.mentors
    FROM posts_thread t
    JOIN posts_post p ON p.id = t.post_id
    JOIN paired m ON m.municipality_id = t.municipality_id
    WHERE t.municipality_id = ANY(%(ids)s) AND t.resolved_at IS NULL AND p.deleted_at IS NULL
      AND p.stage IN ('draft', 'returned', 'submitted')
), unanswered AS (
    SELECT t.municipality_id, t.post_id AS id, l.at
    FROM talked t
    JOIN LATERAL (
        SELECT c.author_id, c.at FROM posts_comment c WHERE c.thread_id = t.id ORDER BY c.id DESC LIMIT 1
    ) l ON l.author_id = ANY(t.mentors)
)
SELECT municipality_id, 'mentor', count(*), min(at) FROM silent GROUP BY municipality_id
UNION ALL
SELECT municipality_id, 'municipality', count(DISTINCT id), min(at) FROM unanswered GROUP BY municipality_id
"""


@dataclass(frozen=True)
class WaitingPosts:
    """So many posts, the first of them since then."""

    count: int
    since: datetime


def waiting(places: Collection[int]) -> dict[tuple[int, str], WaitingPosts]:
    """By municipality and the side that is waited for ("mentor", "municipality"), in an open scope."""
    opened = require()
    for pk in places:
        opened.refuse(pk)
    params: dict[str, Any] = {"ids": list(places), "today": today()}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, params)
        return {(pk, side): WaitingPosts(count, since) for pk, side, count, since in cursor.fetchall()}
