"""The week of several municipalities: who sees what of whom, within bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from municipalities.holidays import BELGRADE
from municipalities.models import Enrolment, Municipality, Pairing
from municipalities.tenancy import scope
from posts.calendar.week_of_several import MOST_IN_CELL, MOST_ON_PAGE, PER_PAGE
from posts.models import Post, Publication, Version
from tests.analytics.factories import channel, published
from tests.people import Cast, municipality, sign_in

WEDNESDAY = timezone.localdate() + timedelta(days=30 - timezone.localdate().weekday())
MONDAY = WEDNESDAY - timedelta(days=2)


def written(place: Municipality, author: Any, title: str, *, on: date = WEDNESDAY, count: int = 1) -> list[Post]:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=BELGRADE)
    with scope(place):
        return Post.objects.bulk_create(
            Post(
                municipality=place, author=author, title=title, excerpt=title, due_at=at + timedelta(minutes=number),
                draft={"texts": {}},
            )
            for number in range(count)
        )  # fmt: skip


def out(place: Municipality, by: Any, title: str) -> Post:
    """A post that is on a network."""
    at = datetime(WEDNESDAY.year, WEDNESDAY.month, WEDNESDAY.day, 10, tzinfo=BELGRADE)
    publication = published(channel(place, by), at)
    with scope(place):
        Post.objects.filter(pk=publication.post_id).update(title=title, due_at=at)
        return Post.objects.get(pk=publication.post_id)


def page(person: Any, **values: str) -> str:
    answer = sign_in(person).get(reverse("calendars"), {"date": WEDNESDAY.isoformat(), **values})
    assert answer.status_code == 200
    return str(answer.content.decode())


def posts_of(html: str) -> set[int]:
    return {int(pk) for pk in re.findall(r'<li class="entry[^>]*data-post="(\d+)"', html)}


def places_of(html: str) -> list[str]:
    """The slugs of its rows in order."""
    names = re.search(r'<section class="places".*?</section>', html, flags=re.DOTALL)
    return re.findall(r'href="/m/([\w-]+)/calendar/', names.group()) if names else []


def cells(html: str) -> list[str]:
    days = html.split('class="places-day')[1:]
    cell = re.compile(r'<li class="place-\d+">.*?(?=<li class="place-|</section)', re.DOTALL)
    return [text for day in days for text in cell.findall(day)]


def alone(cast: Cast) -> None:
    """The mentor accompanies Novi Pazar no longer."""
    Pairing.objects.filter(municipality=cast.novi_pazar).delete()


def test_a_mentor_sees_the_drafts_of_those_they_accompany_and_of_nobody_else(cast: Cast) -> None:
    alone(cast)
    (ours,) = written(cast.cuprija, cast.officer, "Наша")
    written(cast.novi_pazar, cast.stranger, "Туђа")
    html = page(cast.mentor)
    assert places_of(html) == ["cuprija"]
    assert posts_of(html) == {ours.pk}
    assert "Туђа" not in html
    assert f'href="/m/cuprija/posts/{ours.pk}/"' in html


def test_staff_see_what_is_out_and_drafts_only_where_the_municipality_lets_them(cast: Cast) -> None:
    (draft,) = written(cast.cuprija, cast.officer, "Нацрт")
    public = out(cast.cuprija, cast.approver, "Објављена")
    assert posts_of(page(cast.staff)) == {public.pk}
    Municipality.objects.filter(pk=cast.cuprija.pk).update(staff_may_read_drafts=True)
    assert posts_of(page(cast.staff)) == {public.pk, draft.pk}


def test_a_row_a_municipality_by_name_and_a_day_by_time(cast: Cast) -> None:
    (late,) = written(cast.novi_pazar, cast.stranger, "Касна", on=WEDNESDAY + timedelta(days=1))
    (early,) = written(cast.cuprija, cast.officer, "Рана")
    html = page(cast.mentor)
    assert places_of(html) == ["cuprija", "novi-pazar"]
    first, second = cells(html)
    assert (posts_of(first), posts_of(second)) == ({early.pk}, {late.pk})
    assert 'class="place-1"' in first
    assert 'class="place-2"' in second
    assert f"/m/novi-pazar/posts/{late.pk}/" in second


def test_a_name_narrows_it_in_either_script(cast: Cast) -> None:
    assert places_of(page(cast.mentor, q="cupr")) == ["cuprija"]
    assert places_of(page(cast.mentor, q="нови паз")) == ["novi-pazar"]
    assert "No municipality of yours has this name" in page(cast.mentor, q="<b>")


def test_only_the_week_is_shown_and_its_arrows_lead_to_the_next(cast: Cast) -> None:
    inside = [written(cast.cuprija, cast.officer, "У недељи", on=MONDAY + timedelta(days=n))[0].pk for n in (0, 6)]
    for outside in (-1, 7):
        written(cast.cuprija, cast.officer, "Ван ње", on=MONDAY + timedelta(days=outside))
    html = page(cast.mentor)
    assert posts_of(html) == set(inside)
    assert f'href="?date={MONDAY + timedelta(days=7)}" rel="next"' in html


def test_deleted_posts_and_those_without_a_time_are_left_out(cast: Cast) -> None:
    (gone,) = written(cast.cuprija, cast.officer, "Обрисана")
    (timeless,) = written(cast.cuprija, cast.officer, "Без термина")
    with scope(cast.cuprija):
        Post.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
        Post.objects.filter(pk=timeless.pk).update(due_at=None)
    assert posts_of(page(cast.mentor)) == set()


def test_what_failed_says_so_in_words(cast: Cast) -> None:
    post = out(cast.cuprija, cast.approver, "Није прошла")
    with scope(cast.cuprija):
        Delivery.objects.update(state=State.FAILED, published_at=None)
    assert "Not published" in page(cast.mentor), post


def test_more_than_fit_a_cell_are_counted(cast: Cast) -> None:
    written(cast.cuprija, cast.officer, "Обавештење", count=11)
    (cell,) = cells(page(cast.mentor))
    assert len(posts_of(cell)) == MOST_IN_CELL
    assert re.search(rf"\+{11 - MOST_IN_CELL}\b", cell)


def test_a_hostile_title_is_text(cast: Cast) -> None:
    written(cast.cuprija, cast.officer, '"><script>alert(1)</script>')
    assert "<script>alert" not in page(cast.mentor)


def test_who_is_nothing_anywhere_reads_what_stands_here(cast: Cast) -> None:
    assert "No municipality yet" in page(cast.trainer)


@pytest.mark.parametrize("day", ["", "2026-02-30", "0001-01-01", "<b>"])
def test_an_address_without_a_day_is_this_week(cast: Cast, day: str) -> None:
    today = timezone.localdate()
    html = page(cast.mentor, date=day)
    assert f'id="day-{today}" aria-current="date"' in html


def many_places(cast: Cast, count: int, posts: int) -> Sequence[Municipality]:
    """So many more municipalities of the programme, each with so many posts on every day of the week, which are on two
    networks."""
    enrolment = Enrolment.objects.filter(municipality=cast.cuprija).get()
    known = Municipality.objects.count()
    made = [municipality(f"opstina-{known + number}", "Општина", "Opština") for number in range(count)]
    Enrolment.objects.bulk_create(
        Enrolment(municipality=place, cohort=enrolment.cohort, starts_on=enrolment.starts_on) for place in made
    )
    title = "Обавештење о радовима на водоводној мрежи у центру"
    for place in made:
        accounts = [channel(place, cast.approver), channel(place, cast.approver, platform="bluesky", handle="o")]
        for number in range(7):
            on_network(accounts, written(place, cast.officer, title, on=MONDAY + timedelta(days=number), count=posts))
    return made


def on_network(accounts: Sequence[Any], posts: Sequence[Post]) -> None:
    """The posts are published on these channels."""
    place = accounts[0].municipality
    with scope(place):
        versions = Version.objects.bulk_create(
            Version(municipality=place, post=post, number=1, created_by_id=post.author_id, digest=uuid4().hex)
            for post in posts
        )
        for account in accounts:
            sent = Delivery.objects.bulk_create(
                Delivery(
                    municipality=place, channel=account, kind="post", payload={}, key=uuid4(), state=State.PUBLISHED,
                    due_at=post.due_at, not_after=post.due_at + timedelta(hours=2), next_at=post.due_at,
                    state_at=post.due_at, published_at=post.due_at, remote_id=str(post.pk),
                )
                for post in posts
            )  # fmt: skip
            Publication.objects.bulk_create(
                Publication(municipality=place, post=post, version=version, channel=account, delivery=delivery)
                for post, version, delivery in zip(posts, versions, sent, strict=True)
            )


def test_a_page_is_bounded_in_posts_queries_and_bytes(cast: Cast) -> None:
    client, values = sign_in(cast.staff), {"date": WEDNESDAY.isoformat()}
    counts = []
    for places, posts in ((1, 1), (PER_PAGE + 8, 6)):
        many_places(cast, places, posts)
        client.get(reverse("calendars"), values)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("calendars"), values)
        counts.append(len(queries))
        assert len(answer.content) < 60_000, (len(answer.content), len(queries))
    assert counts[0] == counts[1]
    html = answer.content.decode()
    assert len(places_of(html)) == PER_PAGE
    assert len(posts_of(html)) <= MOST_ON_PAGE
    html_of_next = client.get(reverse("calendars"), {**values, "page": "2"}).content.decode()
    first, second = set(places_of(html)), set(places_of(html_of_next))
    assert not first & second
