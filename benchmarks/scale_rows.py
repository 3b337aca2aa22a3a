"""Statements that fill three years of 145 municipalities: a plan of posts, their rows, and all their metric snapshots.

Everything runs in the database, so that half a million posts take minutes. Columns that a statement does not name get
an empty value of their type, so a new column of a table needs no change here.
"""

from collections.abc import Mapping
from math import exp
from typing import Any

from django.db import connection

# How likely a post is on each weekday (Monday first) and hour: offices write from seven to three.
WEEKDAYS = (18, 18, 18, 18, 16, 7, 5)
HOURS = {6: 2, 7: 8, 8: 12, 9: 13, 10: 12, 11: 10, 12: 10, 13: 8, 14: 7, 15: 4, 16: 3, 17: 3, 18: 3, 19: 3, 20: 2}
# When a post is seen most, by hour of publication: breakfast, lunch, after supper.
SEEN = {6: 0.8, 7: 1.15, 8: 1.1, 9: 0.95, 10: 0.9, 11: 0.9, 12: 1.1, 13: 1.0, 14: 0.9, 15: 0.9, 16: 1.0, 17: 1.1,
        18: 1.25, 19: 1.35, 20: 1.3}  # fmt: skip
# What posts are, before the training and after it, of a hundred; and how much each kind moves people.
CATEGORIES = {
    "service": (34, 42, 1.0), "eservice": (4, 10, 0.8), "consultation": (3, 9, 0.9), "culture": (20, 16, 1.4),
    "ceremony": (30, 14, 1.15), "emergency": (3, 4, 2.2), "other": (6, 5, 0.9),
}  # fmt: skip
MATERIALS = {"text": (12, 0.8), "link": (22, 0.7), "picture": (36, 1.1), "pictures": (18, 1.3), "video": (12, 1.6)}
CALLS = ("apply", "pay", "book", "report", "vote", "comment", "attend", "call", "download", "share", "subscribe")
FORMATS = ("poll", "question", "quiz", "this_or_that", "contest")
LANGUAGES = {"sr-Cyrl": 62, "sr-Latn": 22, "sr-Cyrl+sr-Latn": 16}
# Share of a municipality's posts, followers per thousand inhabitants, and the metrics that the network returns.
PLATFORMS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "facebook": (40, 260, ("likes", "reposts", "replies", "clicks", "views", "reach")),
    "instagram": (26, 110, ("likes", "reposts", "replies", "views", "reach")),
    "threads": (12, 25, ("likes", "reposts", "replies", "quotes", "views")),
    "x": (14, 30, ("likes", "reposts", "replies", "quotes", "views")),
    "youtube": (8, 18, ("likes", "replies", "views")),
}
# Hours after publication: the fetch schedule of `analytics.ingestion.rules`, thinned so that three years fit.
FETCH_HOURS = (1, 4, 12, 24, 72, 168, 336, 720, 1440, 2160)
# How much of what a post will ever get it has by then: most on the first day, a little for months.
SHARES = [round(0.85 * (1 - exp(-((h / 14) ** 0.6))) + 0.15 * (1 - exp(-h / 900)), 5) for h in FETCH_HOURS]
METRICS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "paid_views", "reach")
EMPTY = {
    "boolean": "false", "jsonb": "'{}'", "date": "current_date", "timestamp with time zone": "now()",
    "uuid": "gen_random_uuid()", "character varying": "''", "text": "''",
}  # fmt: skip


def run(statement: str, values: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def insert(table: str, values: Mapping[str, str], source: str) -> str:
    """INSERT of `values` (SQL by column) for every row of `source`; required columns without a value get an empty
    one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
            "AND table_schema = current_schema() AND is_nullable = 'NO' AND is_identity = 'NO' "
            "AND column_default IS NULL",
            [table],
        )
        every = {name: EMPTY.get(kind, "0") for name, kind in cursor.fetchall()} | dict(values)
    return f"INSERT INTO {table} ({', '.join(every)}) SELECT {', '.join(every.values())} FROM {source}"  # noqa: S608


def _picked(weights: Mapping[Any, int], chance: str) -> str:
    """SQL that picks one of the words by their weights; `chance` is a column from 0 to 1."""
    whole, upto, cases = sum(weights.values()), 0, []
    for word, weight in weights.items():
        upto += weight
        cases.append(f"WHEN {chance} < {upto / whole:.4f} THEN '{word}'")
    return f"CASE {' '.join(cases)} ELSE '{next(iter(weights))}' END"


def _factor(column: str, factors: Mapping[Any, float]) -> str:
    cases = " ".join(f"WHEN {_literal(key)} THEN {value}" for key, value in factors.items())
    return f"CASE {column} {cases} ELSE 1 END"


def _literal(key: Any) -> str:
    return str(key) if isinstance(key, int) else f"'{key}'"


# One row for each post to be: where, when, what it is, and how many people it will move in the end (`weight`).
# A channel is silent for some weeks of its three years; what fell into them was published a while later.
PLAN = f"""
CREATE TEMPORARY TABLE plan AS
WITH drawn AS (
    SELECT c.*, random() AS r_day, random() AS r_weekday, random() AS r_hour, random() AS r_category,
           random() AS r_call, random() AS r_service, random() AS r_material, random() AS r_language,
           random() AS r_format, random() AS r_boost, random() AS r_tail, random_normal() AS luck
    FROM places c CROSS JOIN LATERAL generate_series(1, c.posts)
), timed AS (
    SELECT d.*, week + weekday AS day_first, hour FROM drawn d CROSS JOIN LATERAL (
        SELECT date_trunc('week', %(first)s::date + (%(days)s * (1 - r_day ^ 0.85))::int)::date AS week,
               ({_picked(dict(enumerate(WEEKDAYS)), "r_weekday")})::int AS weekday,
               ({_picked(HOURS, "r_hour")})::int AS hour
    ) t
), placed AS (
    SELECT t.*, CASE WHEN day_first >= silent_from AND day_first < silent_to THEN silent_to + (silent_to - day_first)
                ELSE day_first END AS day
    FROM timed t
), kinds AS (
    SELECT p.*, day >= training_on AS trained,
           CASE WHEN day >= training_on THEN {_picked({k: v[1] for k, v in CATEGORIES.items()}, "r_category")}
                ELSE {_picked({k: v[0] for k, v in CATEGORIES.items()}, "r_category")} END AS category
    FROM placed p WHERE day BETWEEN %(first)s AND %(last)s
)
SELECT row_number() OVER (ORDER BY day, hour, r_day) AS id, municipality_id, channel_id, platform, followers,
       (day + make_interval(hours => hour, mins => (r_tail * 59)::int)) AT TIME ZONE 'Europe/Belgrade' AS at, day,
       category, CASE WHEN r_call < CASE WHEN trained THEN 0.58 ELSE 0.31 END
           THEN (ARRAY{list(CALLS)!r})[1 + (r_call * 977)::int %% {len(CALLS)}] ELSE '' END AS call_kind,
       CASE WHEN category = 'eservice' THEN %(services)s::text[] ELSE '{{}}' END AS offered, r_service,
       {_picked({k: v[0] for k, v in MATERIALS.items()}, "r_material")} AS material,
       {_picked(LANGUAGES, "r_language")} AS languages,
       CASE WHEN r_format < CASE WHEN trained THEN 0.16 ELSE 0.05 END
           THEN (ARRAY{list(FORMATS)!r})[1 + (r_format * 977)::int %% {len(FORMATS)}] ELSE '' END AS interactive,
       platform IN ('facebook', 'instagram') AND r_boost < 0.04 AS boosted,
       followers::float8 ^ 0.9::float8 * 0.02 * exp(luck * 0.9)
       * {_factor("category", {k: v[2] for k, v in CATEGORIES.items()})}
       * {_factor("hour", SEEN)}
       * CASE WHEN trained THEN 1 + 0.35 * least((day - training_on) / 90.0, 1) ELSE 1 END
       -- a few go round the whole country
       * CASE WHEN r_tail < 0.003 THEN least((r_tail / 0.003) ^ (-1 / 1.2) * 20, 4000) ELSE 1 END AS weight
FROM kinds
"""  # noqa: S608 -- words from above
WEIGHT = f"""
UPDATE plan SET weight = weight * {_factor("material", {k: v[1] for k, v in MATERIALS.items()})}
       * CASE WHEN interactive <> '' THEN 1.3 ELSE 1 END * CASE WHEN boosted THEN 2 ELSE 1 END
"""  # noqa: S608 -- words from above

TRAITS = """
CREATE TEMPORARY TABLE kinds AS
SELECT id, category, call_kind, coalesce(offered[1 + (r_service * 1000)::int % greatest(cardinality(offered), 1)], '')
       AS service, material, languages, interactive, boosted FROM plan;
INSERT INTO analytics_traits (category, call_kind, service, material, languages, interactive, boosted)
SELECT DISTINCT category, call_kind, service, material, languages, interactive, boosted FROM kinds
ON CONFLICT DO NOTHING;
CREATE TEMPORARY TABLE posts AS
SELECT p.*, k.service, t.id AS traits_id FROM plan p JOIN kinds k USING (id) JOIN analytics_traits t
ON (t.category, t.call_kind, t.service, t.material, t.languages, t.interactive, t.boosted)
 = (k.category, k.call_kind, k.service, k.material, k.languages, k.interactive, k.boosted);
CREATE UNIQUE INDEX ON posts (id);
ANALYZE posts;
"""


def _shares() -> dict[str, str]:
    """Each number in the end, of the weight of its post."""
    of = {
        "likes": "weight * 0.8", "reposts": "weight * 0.11", "replies": "weight * 0.13", "quotes": "weight * 0.02",
        "clicks": "weight * 0.45", "views": "weight * 32", "paid_views": "weight * 14", "reach": "weight * 23",
    }  # fmt: skip
    platforms = {key: [p for p, (_s, _f, metrics) in PLATFORMS.items() if key in metrics] for key in METRICS}
    cases = {key: f"platform = ANY(ARRAY{platforms[key]!r}::text[])" for key in METRICS}
    cases["paid_views"] = "boosted"
    cases["clicks"] += " AND material = 'link'"
    return {key: f"CASE WHEN {cases[key]} THEN ({of[key]} * share)::int END AS {key}" for key in METRICS}


# Every snapshot as it would have been stored. Sometimes a network is away, and some numbers are corrected downwards.
# Where nothing changed, no number is stored.
SNAPSHOT_TABLE = f"""
CREATE UNLOGGED TABLE bench_snapshot AS
WITH fetches AS (
    SELECT p.id, p.municipality_id, p.platform, p.material, p.boosted, p.weight, place,
           p.at + (hours + luck * 0.3) * interval '1 hour' AS at, luck,
           share * CASE WHEN luck > 0.985 THEN 0.96 ELSE 1 END AS share,
           p.at + hours * interval '1 hour' >= c.away_from AND p.at + hours * interval '1 hour' < c.away_to AS away
    FROM posts p JOIN places c USING (channel_id)
    CROSS JOIN unnest(ARRAY{list(FETCH_HOURS)}, ARRAY{SHARES}::float8[]) WITH ORDINALITY AS l (hours, share, place)
    CROSS JOIN LATERAL (SELECT (hashint8(p.id * 64 + place) & 65535) / 65536.0::float8 AS luck) r
), fetched AS (
    SELECT id, municipality_id, at, place,
           CASE WHEN away THEN 'needs_consent' WHEN luck < 0.02 THEN 'not_reached' ELSE 'read' END AS outcome,
           {", ".join(_shares().values())}
    FROM fetches WHERE at < %(now)s
), compared AS (
    SELECT t.*, (likes, reposts, replies, quotes, clicks, views, paid_views, reach) IS NOT DISTINCT FROM (
        lag(likes) OVER w, lag(reposts) OVER w, lag(replies) OVER w, lag(quotes) OVER w, lag(clicks) OVER w,
        lag(views) OVER w, lag(paid_views) OVER w, lag(reach) OVER w) AS same
    FROM fetched t WINDOW w AS (PARTITION BY id, outcome = 'read' ORDER BY place)
)
SELECT id, municipality_id, at, CASE WHEN outcome = 'read' AND same THEN 'unchanged' ELSE outcome END AS outcome,
       {", ".join(f"CASE WHEN outcome = 'read' AND NOT same THEN {key} END AS {key}" for key in METRICS)},
       NULL::int AS followers
FROM compared
"""  # noqa: S608 -- words from above

# Once a day, in the evening; fewer new ones before the training than after it.
FOLLOWED = """
INSERT INTO bench_snapshot (id, municipality_id, at, outcome, followers)
SELECT s.id, c.municipality_id, (day + time '23:30') AT TIME ZONE 'Europe/Belgrade',
       CASE WHEN day >= c.away_from AND day < c.away_to THEN 'needs_consent' ELSE 'read' END,
       CASE WHEN day >= c.away_from AND day < c.away_to THEN NULL ELSE
           (c.followers * (0.7 + 0.2 * (day - %(first)s) / %(days)s
            + 0.25 * least(greatest(day - c.training_on, 0) / 300.0, 1))
            + hashint8(s.id * 4096 + (day - %(first)s)) %% 3)::int END
FROM places c JOIN analytics_subject s ON s.channel_id = c.channel_id AND s.kind = 'channel'
CROSS JOIN LATERAL (SELECT %(first)s::date + n AS day FROM generate_series(0, %(days)s) n) d
WHERE day < %(last)s
"""
SNAPSHOTS = f"""
INSERT INTO analytics_metricsnapshot (subject_id, municipality_id, at, outcome, {", ".join(METRICS)}, followers)
SELECT id, municipality_id, at, outcome, {", ".join(METRICS)}, followers FROM bench_snapshot ORDER BY at
"""  # noqa: S608 -- words from above

STRUCTURE = """jsonb_build_object('call', jsonb_build_object('kind', call_kind), 'service', service,
    'interactive', jsonb_build_object('kind', interactive))"""
LATEST = f"""
SELECT DISTINCT ON (id) id AS post_id, at, outcome, {", ".join(METRICS)} FROM bench_snapshot WHERE outcome = 'read'
ORDER BY id, at DESC
"""  # noqa: S608 -- words from above
TEXT = "texts.text || ' ' || posts.id"


def rows() -> dict[str, tuple[dict[str, str], str]]:
    """By table, in the order of foreign keys: values by column, and where they come from. Ids are those of the plan."""
    with_text = "posts JOIN texts ON texts.category = posts.category AND texts.n = posts.id % texts.of"
    by = {"municipality_id": "posts.municipality_id", "id": "posts.id"}
    return {
        "posts_post": (
            {**by, "title": "texts.title || ' ' || posts.id", "category": "posts.category", "stage": "'approved'",
             "draft": f"jsonb_build_object('texts', jsonb_build_object('sr-Cyrl', jsonb_build_object('text', {TEXT})), "
                      "'channels', jsonb_build_array(posts.channel_id))",
             "excerpt": f"left({TEXT}, 200)", "search_key": "texts.folded || ' ' || posts.id", "local_time": "posts.at",
             "zone": "'Europe/Belgrade'", "due_at": "posts.at", "call_kind": "posts.call_kind",
             "service": "posts.service", "format": "posts.interactive", "author_id": "%(user)s",
             "created_at": "posts.at - interval '1 day'", "updated_at": "posts.at - interval '2 hours'",
             "revision": "3"},
            with_text,
        ),
        "posts_version": (
            {**by, "post_id": "posts.id", "number": "1", "media": "'[]'", "suggested_by": "'[]'",
             "channels": "jsonb_build_array(channel_id)",
             "layout": "jsonb_build_object(channel_id, jsonb_build_object('layout', 'one', 'languages', "
                       "to_jsonb(string_to_array(languages, '+'))))",
             "structure": STRUCTURE, "category": "category", "digest": "md5(posts.id::text)",
             "link": "CASE WHEN material = 'link' THEN 'https://place.example/' || posts.id ELSE '' END",
             "created_by_id": "%(user)s", "created_at": "posts.at - interval '1 day'"},
            "posts",
        ),
        "posts_variant": (
            {**by, "version_id": "posts.id", "language": "'sr'", "script": "'Cyrl'", "text": TEXT}, with_text,
        ),
        "delivery_delivery": (
            {**by, "channel_id": "posts.channel_id", "kind": "'post'", "state": "'published'",
             "payload": f"jsonb_build_object('text', {TEXT})", "due_at": "posts.at",
             "not_after": "posts.at + interval '2 hours'", "next_at": "posts.at", "state_at": "posts.at",
             "notified_at": "posts.at", "published_at": "posts.at", "created_at": "posts.at - interval '1 day'",
             "remote_id": "md5(posts.id || 'r')", "attempt_count": "1"},
            with_text,
        ),
        "posts_publication": (
            {**by, "post_id": "posts.id", "version_id": "posts.id", "channel_id": "channel_id", "slot": "'all'",
             "delivery_id": "posts.id", "live": "true", "created_at": "posts.at - interval '1 day'"},
            "posts",
        ),
        "analytics_subject": (
            {**by, "kind": "'publication'", "channel_id": "channel_id", "publication_id": "posts.id",
             "remote_id": "md5(posts.id || 'r')", "traits_id": "traits_id", "published_at": "posts.at",
             "published_on": "day", "last_fetched_at": "l.at", "last_outcome": "coalesce(l.outcome, '')",
             **{key: f"l.{key}" for key in METRICS},
             "interactions": "CASE WHEN num_nonnulls(l.likes, l.reposts, l.replies, l.quotes) > 0 THEN "
                             "coalesce(l.likes, 0) + coalesce(l.reposts, 0) + coalesce(l.replies, 0) "
                             "+ coalesce(l.quotes, 0) END"},
            f"posts LEFT JOIN ({LATEST}) l ON l.post_id = posts.id",
        ),
    }  # fmt: skip
