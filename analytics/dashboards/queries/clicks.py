"""Clicks of people on the short links of posts, by day of the click. Bots are left out."""

from dataclasses import dataclass
from typing import Any

from analytics.dashboards.queries.counted_channels import asked, rows_of
from analytics.periods import Period, Stretches

MOST_POSTS = 10

# `place` of a link is the id of its channel, `subject` the key of its post.
COUNTED_LINK = """l.municipality_id = ANY(%(ids)s) AND k.municipality_id = ANY(%(ids)s)
    AND (%(practice)s OR NOT c.is_practice) AND (%(channel)s::bigint IS NULL OR l.place = %(channel)s)"""

CLICKS = f"""
SELECT w.n, sum(k.people)
FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY w(first, last, n)
JOIN links_clickcount k ON k.counted_on BETWEEN w.first AND w.last
JOIN links_link l ON l.id = k.link_id
JOIN channels_channel c ON c.id = l.place
WHERE {COUNTED_LINK}
GROUP BY w.n
UNION ALL SELECT 0, count(*) FROM (SELECT FROM links_link l WHERE l.municipality_id = ANY(%(ids)s) LIMIT 1) any_link
"""  # noqa: S608 -- no value of anybody's

# A post may stand on one channel in several publications (one a script); all of them promote the same service.
BY_POST = f"""
SELECT l.subject, p.id, coalesce(nullif(p.title, ''), nullif(p.excerpt, ''), '#' || p.id), p.service, sum(k.people)
FROM links_clickcount k
JOIN links_link l ON l.id = k.link_id
JOIN channels_channel c ON c.id = l.place
LEFT JOIN posts_post p ON p.key = l.subject
WHERE {COUNTED_LINK} AND k.counted_on BETWEEN %(first)s AND %(last)s
GROUP BY l.subject, p.id
HAVING sum(k.people) > 0
ORDER BY sum(k.people) DESC, p.id
"""  # noqa: S608 -- no value of anybody's


@dataclass(frozen=True)
class Clicked:
    """A post with clicks on its links."""

    post_id: int
    title: str
    clicks: int


@dataclass(frozen=True)
class Clicks:
    """Clicks stretch by stretch (None: no link was there yet), in each of the periods, by eService and by post."""

    by_stretch: list[int]
    in_periods: list[int]
    by_service: dict[str, tuple[int, int]]  # clicks, posts
    posts: list[Clicked]
    any_link: bool


def clicks(period: Period, stretches: Stretches, compared: list[Period], channel: int | None = None) -> Clicks:
    """Two queries."""
    parameters: dict[str, Any] = asked(
        channel,
        firsts=[*stretches.firsts, period.first, *(other.first for other in compared)],
        lasts=[*stretches.lasts, period.last, *(other.last for other in compared)],
        first=period.first,
        last=period.last,
    )
    counts = {n - 1: int(some) for n, some in rows_of(CLICKS, parameters)}
    any_link = bool(counts.pop(-1))  # whether there is a link at all comes as the range before the first
    cut = len(stretches)
    by_service: dict[str, tuple[int, int]] = {}
    posts: list[Clicked] = []
    for _key, post_id, title, service, some in rows_of(BY_POST, parameters):
        clicked, among = by_service.get(service or "", (0, 0))
        by_service[service or ""] = (clicked + int(some), among + 1)
        if post_id and len(posts) < MOST_POSTS:
            posts.append(Clicked(post_id, title, int(some)))
    return Clicks(
        [counts.get(n, 0) for n in range(cut)],
        [counts.get(cut + n, 0) for n in range(1 + len(compared))],
        by_service,
        posts,
        any_link,
    )
