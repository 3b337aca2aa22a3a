"""The pages of `make bench`, on its data in small: each is requested, and none is larger or asks more often than its
limit allows, or reads more when other municipalities have more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from django.db import connection
from django.db.models import ForeignKey, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import collaboration, main_pages, seed
from delivery.models import Delivery
from inbox.models import Message
from mentoring.models import Feedback, Score
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.tenancy import everywhere
from posts.models import Comment, Decision, Post, Publication, Thread, Variant, Version
from tests.database import owner_rights
from tests.people import sign_in

# Queries, and kB of HTML: the most that was measured on these data at nine times of the day, on the first and the last
# day of a month, and a little more.
LIMITS: dict[str, tuple[int, float]] = {
    "Home": (10, 34),  # 33.3 in the first hours of a day, all of whose posts are still to come; 32.0 in the evening
    "Calendar, month": (6, 59),  # 54 on the 29th; every other day that is still to come adds its "+"
    "Posts": (8, 54),
    "Posts, search": (8, 54),
    "Composer": (9, 57),
    "Review": (13, 35),  # one less on days on which the post is too young to be compared with the usual
    "Review, 25 conversations": (13, 65),
    "Versions compared": (6, 14),
    "Library, templates": (4, 51),
    "Library, snippets": (4, 42),
    "Library, pictures": (6, 45),
    "Library, picture": (7, 21),
    "Campaigns": (4, 24),
    "Campaign": (6, 32),
    "Usual times": (5, 20),
    "Repeating posts": (6, 48),
    "Kits": (7, 44),
    "Kit": (8, 21),
    "Channels": (8, 17),
    "Short links": (8, 21.5),
    "Progress by the rubric": (8, 15),
    "Notifications": (9, 55),
    "Inbox": (9, 60),
    "Analytics, 90 days": (12, 58.5),
    "Approver's Home": (11, 50.5),  # 50.0 in the first hours of a day, 47.4 in the evening
    "Activity": (6, 36),
    "Programme at a glance": (30, 31),
    "Municipalities compared": (10, 62),
    "Feedback in the programme": (12, 42),
    "Programme's kits": (6, 33),
    "Programme's kit": (7, 37),
    "Mentor's desk": (13, 61),
    "Mentor's desk, everything": (13, 52),
    "Mentor's review": (14, 65),
}


def filled(thinned: int) -> dict[str, tuple[Client, str]]:
    """The pages by name, with a client of the person who opens them."""
    with everywhere("a small benchmark"), owner_rights():
        people = seed.fill(thinned)
    return {name: (sign_in(user), path) for user, named in main_pages.by_person(people) for name, path in named.items()}


@pytest.fixture
def hundredth(db: None) -> dict[str, tuple[Client, str]]:
    """The measured municipality as in the benchmark, the 49 others with a hundredth of their posts."""
    return filled(100)


@pytest.mark.slow
def test_every_page_stays_below_its_limits(hundredth: dict[str, tuple[Client, str]]) -> None:
    measured = {}
    for name, (client, path) in hundredth.items():
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path)
        measured[name] = (len(queries), round(len(page.content) / 1000, 1))
    assert measured.keys() == LIMITS.keys()
    above = {
        name: figures
        for name, figures in measured.items()
        if any(map(float.__gt__, *map(floats, (figures, LIMITS[name]))))
    }
    assert not above, "\n".join(f"{name}: {figures}" for name, figures in above.items())


def floats(figures: tuple[int, float]) -> tuple[float, ...]:
    return tuple(map(float, figures))


# ---- growth of others


TIMES = 10
MORE_ROWS = 100
"""That a page may read more of a table, where PostgreSQL chooses another plan for the larger one."""
MORE_REVIEWS = 2500
"""The same of reviews, of which there are few: a table of some pages PostgreSQL reads from end to end."""
REVIEWS: tuple[type[Model], ...] = (Decision, Thread, Comment, Feedback, Score)
# Of these everybody else gets ten times as many.
GROWING: tuple[type[Model], ...] = (
    Post, Version, Variant, Delivery, Publication, Message, *REVIEWS,
)  # fmt: skip
# They are about all municipalities of the programme: what others have, municipalities of another programme have.
OF_PROGRAMMES = {
    "Programme at a glance", "Municipalities compared", "Feedback in the programme", "Programme's kits",
    "Programme's kit", "Kits", "Kit",
}  # fmt: skip


def leave_gaps() -> None:
    """Ids of copies lie between those of the rows that were there before, as if all had been made in turn: where the
    rows of others are the newest ones, a plan that reads all of them can stop early."""
    with connection.cursor() as cursor:
        for model in GROWING:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} INCREMENT BY {TIMES}")


def grow(municipalities: list[int]) -> None:
    with owner_rights(), connection.cursor() as cursor:
        for model in GROWING:
            quoted = connection.ops.quote_name
            columns = {quoted(str(field.column)): copied(field) for field in model._meta.concrete_fields}
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
                f"FROM {table}, generate_series(1, {TIMES - 1}) n WHERE municipality_id = ANY(%s)",
                [municipalities],
            )
            # Where space is free is chance. Behind the copies, a plan that reads until it meets one of ours reads all.
            cursor.execute(f"UPDATE {table} SET id = id WHERE NOT municipality_id = ANY(%s)", [municipalities])
        cursor.execute("ANALYZE")


def copied(field: Any) -> str:
    column: str = connection.ops.quote_name(field.column)
    if field.primary_key or (isinstance(field, ForeignKey) and field.related_model in GROWING):
        return f"{column} + n"
    if field.column == "key":
        return "gen_random_uuid()"
    return f"CASE {column} WHEN '' THEN '' ELSE {column} || '-' || n END" if field.column == "remote_id" else column


@cache
def growing_places() -> frozenset[str]:
    """Tables, and their indexes."""
    tables = [model._meta.db_table for model in GROWING]
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s)", [tables])
        return frozenset([*tables, *(name for (name,) in cursor.fetchall())])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def rows_read(plan: dict[str, Any]) -> Counter[str]:
    """By table, and by index where a bitmap is made of one: also rows that a filter then removes.

    Of the tables that grow, without the rows that an index finds by their municipality, which are its own, by a row
    of another node, which counts itself, and by the posts of the page, of which no row belongs to another municipality.
    """
    read: Counter[str] = Counter()
    places = growing_places()
    for node in nodes(plan):
        condition = node.get("Index Cond", "") + node.get("Recheck Cond", "")
        if re.search(r"municipality_id = |post_id = ANY|\w = \w+\.\w+", condition):
            continue
        place = node.get("Relation Name") or (node.get("Index Name") if "Bitmap" in node["Node Type"] else None)
        if place in places:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            read[place] += round((node["Actual Rows"] + removed) * node["Actual Loops"])
    return read


@contextmanager
def explaining(read: Counter[str]) -> Iterator[None]:
    """Explains each query as it is sent, and what is prepared both with a plan for these values and for any."""

    def explain(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        scope, statement = re.fullmatch(r"((?:SET LOCAL [^;]*; )*)(.*)", sql, flags=re.DOTALL).groups()  # type: ignore[union-attr]
        if statement.lstrip().startswith(("SELECT", "WITH", "(", "EXECUTE")):
            modes = ("force_custom_plan", "force_generic_plan") if statement.startswith("EXECUTE") else ("auto",)
            with context["cursor"].cursor.connection.cursor() as cursor:
                reads = Counter[str]()
                for mode in modes:
                    cursor.execute(
                        f"SET LOCAL plan_cache_mode = {mode}; {scope}EXPLAIN (ANALYZE, FORMAT JSON) {statement}", params
                    )
                    reads |= rows_read(cursor.fetchone()[0][0]["Plan"])
                read.update(reads)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(explain)  # behind the one that sends the scope
    try:
        yield
    finally:
        connection.execute_wrappers.remove(explain)


def read_by_pages(pages: dict[str, tuple[Client, str]]) -> dict[str, Counter[str]]:
    reads: dict[str, Counter[str]] = {}
    for name, (client, path) in pages.items():
        client.get(path)
        reads[name] = Counter()
        with explaining(reads[name]):
            assert client.get(path).status_code == 200
    return reads


def allowed(place: str) -> int:
    is_of_reviews = place.startswith(tuple(model._meta.db_table for model in REVIEWS))
    return MORE_REVIEWS if is_of_reviews else MORE_ROWS


def more_rows(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    growth = {
        name: {place: count - before[name][place] for place, count in read.items()} for name, read in after.items()
    }
    above = {name: {p: count for p, count in by.items() if count > allowed(p)} for name, by in growth.items()}
    return {name: by for name, by in above.items() if by}


@pytest.mark.slow
def test_no_page_reads_more_when_others_have_ten_times_as_much(db: None) -> None:
    with owner_rights():
        leave_gaps()
    pages = {name: page for name, page in filled(20).items() if name not in OF_PROGRAMMES}
    others = Municipality.objects.exclude(slug=seed.HOME).order_by("pk")[collaboration.ACCOMPANIED - 1 :]
    before = read_by_pages(pages)
    grow([place.pk for place in others])
    growth = more_rows(before, read_by_pages(pages))
    assert not growth, "\n".join(f"{name}: {by}" for name, by in growth.items())


def put_into_another_programme() -> list[int]:
    """All municipalities but the measured one and four more, half of those with reviews among them, leave the programme
    of the benchmark for another one; returns their ids."""
    half = collaboration.ACCOMPANIED // 2
    places = list(Municipality.objects.exclude(slug=seed.HOME).order_by("pk").values_list("pk", flat=True)[half - 1 :])
    programme = Programme.objects.create(name="Another programme")
    cohort = Cohort.objects.create(programme=programme, name="Another cohort", training_on=timezone.localdate())
    Enrolment.objects.filter(municipality__in=places).update(cohort=cohort)
    return places


@pytest.mark.slow
def test_no_page_of_a_programme_reads_more_when_other_programmes_have_ten_times_as_much(db: None) -> None:
    with owner_rights():
        leave_gaps()
    pages = {name: page for name, page in filled(20).items() if name in OF_PROGRAMMES}
    assert pages.keys() == OF_PROGRAMMES
    others = put_into_another_programme()
    before = read_by_pages(pages)
    grow(others)
    growth = more_rows(before, read_by_pages(pages))
    assert not growth, "\n".join(f"{name}: {by}" for name, by in growth.items())
