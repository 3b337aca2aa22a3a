"""The calendar link: a secret that shows what its owner may read now, and nothing once that has ended."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from municipalities.models import Membership, Pairing
from municipalities.tenancy import scope
from planning import icalendar
from planning.models import Feed
from planning.views import feeds as views
from posts.editing.domain.submit import submit
from posts.rules import ResolvedTime
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened

TITLE = 'Вода, струја; и „тачка-зарез"\nу два реда'


@pytest.fixture
def time() -> ResolvedTime:
    return in_hours(30)


@pytest.fixture
def desk(cast: Cast, time: ResolvedTime) -> Desk:
    with scope(cast.cuprija):
        desk = opened(cast)
        post = desk.write("Отварамо фонтану на тргу.", time=time)
        post.title = TITLE.replace("\n", " ") * 3
        post.save()
        submit(desk.write("Без времена."), by=cast.officer)
    return desk


def link(person: Any) -> str:
    text = sign_in(person).post(reverse("feed_make", args=["cuprija"])).content.decode()
    match = re.search(r"(/feeds/[\w-]+/calendar\.ics)", text)
    assert match
    return match[1]


def test_the_file_is_read_by_a_calendar_program(desk: Desk, time: ResolvedTime) -> None:
    answer = Client().get(link(desk.cast.officer))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not answer.cookies
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert TITLE.replace("\n", " ") in str(event["SUMMARY"])
    assert event.decoded("DTSTART") == time.due_at
    assert str(event["UID"]).startswith("post-")


def test_the_same_calendar_is_not_sent_twice(desk: Desk) -> None:
    address = link(desk.cast.officer)
    first = Client().get(address)
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_the_hash_of_the_secret_is_kept_and_the_page_does_not_show_it_again(desk: Desk) -> None:
    address = link(desk.cast.officer)
    secret = address.removeprefix("/feeds/").removesuffix("/calendar.ics")
    assert secret not in str(Feed.objects.values())
    assert secret not in sign_in(desk.cast.officer).get(reverse("feed", args=["cuprija"])).content.decode()
    assert AuditEvent.objects.filter(verb="feed.make").count() == 1
    assert secret not in str(list(AuditEvent.objects.values()))


def test_a_new_address_or_none_ends_the_old_one(desk: Desk) -> None:
    first = link(desk.cast.officer)
    second = link(desk.cast.officer)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    sign_in(desk.cast.officer).post(reverse("feed_revoke", args=["cuprija"]))
    assert Client().get(second).status_code == 404


def test_it_ends_with_the_membership_the_pairing_and_the_account(desk: Desk) -> None:
    officer, mentor, approver = link(desk.cast.officer), link(desk.cast.mentor), link(desk.cast.approver)
    assert [Client().get(address).status_code for address in (officer, mentor, approver)] == [200, 200, 200]
    Membership.objects.filter(user=desk.cast.officer).update(ended_at=timezone.now())
    Pairing.objects.filter(mentor=desk.cast.mentor).update(ends_on=timezone.localdate() - timedelta(days=1))
    desk.cast.approver.is_active = False
    desk.cast.approver.save()
    assert [Client().get(address).status_code for address in (officer, mentor, approver)] == [404, 404, 404]


def test_who_may_not_read_drafts_sees_none_in_it(desk: Desk) -> None:
    assert b"BEGIN:VEVENT" not in Client().get(link(desk.cast.staff)).content
    assert b"BEGIN:VEVENT" in Client().get(link(desk.cast.officer)).content


def test_another_municipality_has_another_calendar(desk: Desk) -> None:
    assert sign_in(desk.cast.stranger).post(reverse("feed_make", args=["cuprija"])).status_code == 404


def test_a_guess_finds_nothing_and_a_flood_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    guess = Client().get("/feeds/abc/calendar.ics")
    assert (guess.status_code, guess.content, dict(guess.cookies)) == (404, b"", {})
    assert Client().get(f"/feeds/{'x' * 3000}/calendar.ics").status_code == 404
    monkeypatch.setattr(views, "PER_HOUR", 2)
    address = link(desk.cast.officer)
    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_the_file_costs_the_same_for_many_posts(desk: Desk, django_assert_max_num_queries: Any) -> None:
    address = link(desk.cast.officer)
    with scope(desk.municipality):
        for hours in range(31, 60):
            desk.write("Још једна вест.", time=in_hours(hours))
    with django_assert_max_num_queries(12):
        Client().get(address)


def test_a_name_of_several_lines_is_one_property() -> None:
    name = "Ћуприја\r\nX-INJECTED:1"
    lines = icalendar.calendar(name, [], "x.example").decode().replace("\r\n ", "").split("\r\n")
    assert "X-WR-CALNAME:Ћуприја\\nX-INJECTED:1" in lines
