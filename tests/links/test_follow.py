"""Following a short link: where it leads, what is counted, and that nobody is remembered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis

from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from links import queries
from links.domain import count
from links.domain.make import LinkRequest, create_links
from links.models import ClickCount, Link
from municipalities.tenancy import everywhere, scope
from tests.people import Cast, sign_in

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"
TARGET = "https://cuprija.rs/vesti?id=7&utm_source=mastodon"


@pytest.fixture
def link(cast: Cast) -> Link:
    return made(cast)


def made(cast: Cast, target: str = TARGET) -> Link:
    subject = uuid4()
    with scope(cast.cuprija):
        create_links(cast.cuprija.pk, subject, {3: LinkRequest(target, "mastodon")})
        return Link.objects.get(subject=subject)


def visit(link: Link | str, client: Client | None = None, **more: Any) -> Any:
    code = link if isinstance(link, str) else link.code
    more.setdefault("HTTP_USER_AGENT", PHONE)
    return (client or Client()).get(f"/l/{code}", **more)


def counted(link: Link) -> tuple[int, int]:
    """(people, machines)"""
    with everywhere("test"):
        rows = list(ClickCount.objects.filter(link=link))
    return sum(row.people for row in rows), sum(row.machines for row in rows)


# ---- leading on


def test_a_link_leads_to_its_target_and_says_that_nothing_may_be_kept(link: Link) -> None:
    answer = visit(link)
    assert (answer.status_code, answer["Location"]) == (302, TARGET)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_capital_letters_and_a_slash_at_the_end_do_no_harm(link: Link) -> None:
    assert visit(link.code.upper())["Location"] == TARGET
    assert visit(f"{link.code}/")["Location"] == TARGET


def test_no_cookie_is_set_or_asked_for(link: Link, cast: Cast) -> None:
    for answer in (visit(link), visit("nothere2"), visit(link, sign_in(cast.officer))):
        assert not answer.cookies
        assert "cookie" not in answer.get("Vary", "").lower()


def test_no_session_is_opened_for_somebody_who_is_signed_in(
    link: Link, cast: Cast, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.officer)
    with django_assert_num_queries(2):
        visit(link, client)


def test_a_click_takes_two_queries_and_an_unknown_code_one(link: Link, django_assert_num_queries: Any) -> None:
    visit(link)
    with django_assert_num_queries(2):
        visit(link, REMOTE_ADDR="192.0.2.9")
    with django_assert_num_queries(1):
        visit("bcdfghjk")


def test_only_reading_is_allowed(link: Link) -> None:
    assert Client().post(f"/l/{link.code}").status_code == 405
    assert Client(enforce_csrf_checks=True).post(f"/l/{link.code}").status_code == 405
    assert counted(link) == (0, 0)


def test_an_unknown_code_is_answered_in_three_languages(db: None) -> None:
    answer = visit("bcdfghjk")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "This short link does not exist" in page
    assert all(f'<section lang="{tag}">' in page for tag in ("sr-Cyrl", "sr-Latn", "en"))
    assert len(page) < 60_000


@pytest.mark.parametrize("code", ["", "../admin", "%2e%2e", "a" * 500, "<script>alert(1)</script>", "a%00b", "ћуприја"])
def test_a_hostile_code_is_a_page_that_is_not_there(code: str, db: None) -> None:
    answer = visit(code)
    assert answer.status_code == 404
    assert b"<script>alert" not in answer.content


# ---- targets that turned bad


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "http://169.254.169.254/", "http://localhost:8000/", "https://a:b@cuprija.rs/"]
)
def test_an_unsafe_target_that_came_into_the_table_is_not_opened(cast: Cast, target: str) -> None:
    link = made(cast, target)
    answer = visit(link)
    assert answer.status_code == 410
    assert "Location" not in answer
    assert target not in answer.content.decode()
    assert counted(link) == (0, 0)


def test_a_link_to_another_short_link_leads_nowhere(cast: Cast, settings: Any) -> None:
    settings.SHORT_LINK_BASE_URL = "https://dobosar.example"
    assert visit(made(cast, "https://dobosar.example/l/bcdfghjk")).status_code == 410


def test_a_target_that_is_gone_is_told_kindly_and_can_be_tried(link: Link) -> None:
    with everywhere("test"):
        Link.objects.filter(pk=link.pk).update(gone_since=timezone.now())
    answer = visit(link)
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "The page behind this link is no longer there" in page
    assert 'href="https://cuprija.rs/vesti?id=7&amp;utm_source=mastodon"' in page
    assert counted(link) == (1, 0)  # somebody wanted to go there


def test_a_name_in_cyrillic_is_led_to_in_punycode(cast: Cast) -> None:
    assert visit(made(cast, "https://пример.срб/вести"))["Location"].startswith(
        "https://xn--e1afmkfd.xn--90a3ac/%D0%B2"
    )


# ---- counting


def test_a_person_is_counted_in_this_hour(link: Link) -> None:
    visit(link)
    with everywhere("test"):
        row = ClickCount.objects.get()
    now = timezone.localtime()
    assert (row.people, row.machines, row.counted_on) == (1, 0, now.date())
    assert now.hour - row.hour in (0, 1)


def test_a_second_tap_is_the_same_visit_but_another_person_and_another_link_are_not(link: Link, cast: Cast) -> None:
    visit(link)
    visit(link)
    assert counted(link) == (1, 0)
    visit(link, REMOTE_ADDR="192.0.2.9")
    visit(link, HTTP_USER_AGENT=PHONE.replace("Android 14", "Android 15"))
    assert counted(link) == (3, 0)
    other = made(cast)
    visit(other)
    assert counted(other) == (1, 0)


def test_machines_and_looks_ahead_are_led_on_and_counted_apart(link: Link) -> None:
    assert visit(link, HTTP_USER_AGENT="facebookexternalhit/1.1")["Location"] == TARGET
    assert visit(link, HTTP_SEC_PURPOSE="prefetch")["Location"] == TARGET
    assert Client().head(f"/l/{link.code}", HTTP_USER_AGENT=PHONE)["Location"] == TARGET
    assert Client().get(f"/l/{link.code}").status_code == 302  # says nothing about itself
    assert counted(link) == (0, 4)


def test_nothing_that_is_stored_says_who_it_was(link: Link) -> None:
    visit(link, REMOTE_ADDR="192.0.2.77", HTTP_USER_AGENT=f"{PHONE} Marker/99", HTTP_REFERER="https://marker.example/")
    with scope(link.municipality_id), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM links_clickcount c")
        stored = str(cursor.fetchall())
    assert '"people":1' in stored
    assert "192.0.2.77" not in stored
    assert "arker" not in stored
    with redis.Redis.from_url(django_settings.REDIS_URL) as valkey:
        keys = [key for key in valkey.keys("*") if b"links:" in key]
        in_valkey = b" ".join([*keys, *(valkey.get(key) or b"" for key in keys)])
        longest = {key: valkey.ttl(key) for key in keys}
    assert keys
    assert b"192.0.2.77" not in in_valkey
    assert b"arker" not in in_valkey
    visits = {ttl for key, ttl in longest.items() if b"links:salt" not in key}
    assert visits
    assert max(visits) <= 60
    assert 0 < max(longest.values()) <= count.A_DAY


def test_without_valkey_people_are_led_on_and_counted(link: Link, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert visit(link)["Location"] == TARGET
    assert counted(link) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_two(cast: Cast) -> None:
    link = made(cast)
    start, broken = threading.Barrier(2), []

    def many() -> None:
        try:
            start.wait()
            for _ in range(25):
                count.count(link)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=many) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert counted(link) == (50, 0)


# ---- limits and hosts


def test_too_many_requests_of_one_connection_are_asked_to_wait(link: Link, settings: Any) -> None:
    settings.SHORT_LINKS_PER_MINUTE = 3
    answers = [visit(link).status_code for _ in range(3)]
    refused = visit(link)
    if refused.status_code == 302:  # a new minute began in between
        refused = [visit(link) for _ in range(4)][-1]
    assert answers == [302] * 3
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert b"Too many requests" in refused.content
    assert visit(link, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_host_for_short_links_shows_nothing_else(link: Link, settings: Any) -> None:
    settings.SHORT_LINK_BASE_URL = "https://kratko.example"
    settings.ALLOWED_HOSTS = ["kratko.example", "testserver"]
    client = Client(HTTP_HOST="kratko.example")
    assert visit(link, client)["Location"] == TARGET
    assert client.get("/")["Location"] == settings.PUBLIC_BASE_URL
    answer = client.get("/accounts/login/")
    assert answer.status_code == 404
    assert not answer.cookies
    assert Client().get("/accounts/login/").status_code == 200
    assert queries.short(link.code) == f"https://kratko.example/l/{link.code}"


# ---- making


@pytest.fixture
def inside(cast: Cast) -> Iterator[Cast]:
    with scope(cast.cuprija):
        yield cast


def test_the_same_target_gets_the_same_link_again(inside: Cast, django_assert_num_queries: Any) -> None:
    subject, wanted = uuid4(), {3: LinkRequest(TARGET, "mastodon"), 4: LinkRequest(TARGET, "bluesky")}
    first = create_links(inside.cuprija.pk, subject, wanted)
    with django_assert_num_queries(2):
        assert create_links(inside.cuprija.pk, subject, wanted) == first
    assert len(set(first.values())) == 2
    assert first[3] == queries.expected_address(subject, 3, TARGET)
    assert Link.objects.count() == 2


def test_a_code_that_a_stranger_has_is_left_to_them(inside: Cast) -> None:
    subject = uuid4()
    taken = queries.expected_address(subject, 3, TARGET).rpartition("/")[2]
    with scope(inside.novi_pazar):
        foreign = Link.objects.create(
            municipality=inside.novi_pazar, code=taken, target="https://novipazar.rs/", subject=uuid4(), place=9,
            network="mastodon",
        )  # fmt: skip
    ours = create_links(inside.cuprija.pk, subject, {3: LinkRequest(TARGET, "mastodon")})[3]
    assert not ours.endswith(taken)
    assert visit(ours.rpartition("/")[2])["Location"] == TARGET
    assert visit(foreign)["Location"] == "https://novipazar.rs/"


def test_clicks_are_summed_by_place_and_day(inside: Cast, django_assert_num_queries: Any) -> None:
    subject, today = uuid4(), timezone.localdate()
    create_links(inside.cuprija.pk, subject, {3: LinkRequest(TARGET, "mastodon"), 4: LinkRequest(TARGET, "bluesky")})
    first, second = queries.links_of(subject)
    for link, ago, hour, people, machines in ((first, 0, 8, 3, 1), (first, 0, 9, 2, 0), (second, 9, 8, 5, 4)):
        ClickCount.objects.create(
            municipality=inside.cuprija, link=link, counted_on=today - timedelta(days=ago), hour=hour, people=people,
            machines=machines,
        )  # fmt: skip
    with django_assert_num_queries(1):
        clicks = queries.clicks(subject)
    assert (clicks.total, clicks.machines, clicks.last_week) == (10, 5, 5)
    assert clicks.by_place == {first.place: 5, second.place: 5}
    assert clicks.by_day == {today: {first.place: 5}, today - timedelta(days=9): {second.place: 5}}
    assert queries.totals([subject, uuid4()]) == {subject: 10}


# ---- QR codes


def test_a_qr_code_comes_as_drawing_and_as_picture(link: Link, cast: Cast) -> None:
    client = sign_in(cast.officer)
    drawing = client.get(f"/m/cuprija/links/{link.code}/qr/svg/")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert b"<svg" in drawing.content
    assert b"<script" not in drawing.content
    picture = client.get(f"/m/cuprija/links/{link.code}/qr/png/")
    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert f'filename="{link.code}.png"' in picture["Content-Disposition"]


def test_a_qr_code_of_another_municipality_is_not_there(link: Link, cast: Cast) -> None:
    assert sign_in(cast.stranger).get(f"/m/novi-pazar/links/{link.code}/qr/svg/").status_code == 404
