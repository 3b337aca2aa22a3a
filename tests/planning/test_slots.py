"""Usual times of channels, and the next one that is free."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.models import AuditEvent
from municipalities.tenancy import scope
from planning.domain.slots import set_slots
from planning.models import Slot
from tests.analytics.factories import channel
from tests.people import Cast, sign_in
from tests.posts.desk import opened
from tests.posts.test_in_browser import enter, saved

# A Monday, far from holidays.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def ours(cast: Cast) -> Any:
    return channel(cast.cuprija, cast.approver)


def save(cast: Cast, ours: Any, **days: str) -> Any:
    sent = {f"day-{name[1:]}": text for name, text in days.items()}
    return sign_in(cast.officer).post(reverse("slots_save", args=["cuprija", ours.pk]), sent, follow=True)


def times(cast: Cast) -> set[tuple[int, time]]:
    with scope(cast.cuprija):
        return set(Slot.objects.values_list("weekday", "at"))


def test_times_are_read_as_people_write_them(cast: Cast, ours: Any) -> None:
    save(cast, ours, d0="7:30, 12 19.00", d4="9h")
    assert times(cast) == {(0, time(7, 30)), (0, time(12)), (0, time(19)), (4, time(9))}
    save(cast, ours, d0="7:30")
    assert times(cast) == {(0, time(7, 30))}
    assert AuditEvent.objects.filter(verb="channel.set_slots").count() == 2


@pytest.mark.parametrize("typed", ["25:00", "подне", "7:99", "-1", "7:30; x", "7 8 9 10 11 12 13 14 15"])
def test_what_is_no_time_is_shown_where_it_stands_and_nothing_is_saved(cast: Cast, ours: Any, typed: str) -> None:
    answer = save(cast, ours, d0=typed, d1="8:00")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was saved" in page
    assert f'value="{typed}"' in page
    assert 'value="8:00"' in page
    assert page.count('aria-invalid="true"') == 1
    assert times(cast) == set()


def test_who_may_not_change_the_times_reads_them(cast: Cast, ours: Any) -> None:
    with scope(cast.cuprija):
        set_slots(ours, {(0, time(7, 30))}, by=cast.officer)
    page = sign_in(cast.viewer).get(reverse("slots", args=["cuprija"])).content.decode()
    assert "<dd>7:30</dd>" in page
    assert "slots_save" not in page
    assert "<input id=" not in page


def test_the_page_costs_the_same_for_many_channels(cast: Cast, ours: Any) -> None:
    officer = sign_in(cast.officer)
    page = reverse("slots", args=["cuprija"])
    officer.get(page)
    with CaptureQueriesContext(connection) as one:
        officer.get(page)
    for n in range(6):
        with scope(cast.cuprija):
            set_slots(channel(cast.cuprija, cast.approver), {(n, time(9)), (n, time(19))}, by=cast.officer)
    with CaptureQueriesContext(connection) as many:
        officer.get(page)
    assert len(one) == len(many)


def test_suggested_times_go_only_to_channels_without_any(cast: Cast, ours: Any) -> None:
    with scope(cast.cuprija):
        set_slots(ours, {(6, time(10))}, by=cast.officer)
    sign_in(cast.officer).post(reverse("slots_suggest", args=["cuprija"]))
    assert times(cast) == {(6, time(10))}


def ask(cast: Cast, **sent: Any) -> dict[str, Any]:
    return sign_in(cast.officer).get(reverse("next_slot", args=["cuprija"]), sent).json()


def test_the_next_free_time_goes_on_each_time_and_leaves_out_holidays(cast: Cast, ours: Any, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    with scope(cast.cuprija):
        set_slots(ours, {(0, time(12)), (2, time(12))}, by=cast.officer)
    first = ask(cast, channels=ours.pk)
    assert (first["date"], first["time"]) == ("2026-11-23", "12:00")
    second = ask(cast, channels=ours.pk, after="2026-11-23T12:00")
    assert second["date"] == "2026-11-25"
    # the 11th of November 2026 is a Wednesday and a holiday; the next one that is free comes after it
    time_machine.move_to(datetime(2026, 11, 10, 8, tzinfo=UTC), tick=False)
    assert ask(cast, channels=ours.pk)["date"] == "2026-11-16"


def test_a_draft_that_means_to_go_out_then_takes_the_time(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    with scope(cast.cuprija):
        desk = opened(cast)
        ours = desk.mastodon
        set_slots(ours, {(0, time(12)), (2, time(12))}, by=cast.officer)
        post = desk.write("Прва вест")
        post.due_at = NOW + timedelta(hours=3)
        post.save()
    assert ask(cast, channels=ours.pk)["date"] == "2026-11-25"
    assert ask(cast, channels=ours.pk, post=post.pk)["date"] == "2026-11-23"


def test_without_times_or_channels_it_says_why(cast: Cast, ours: Any) -> None:
    assert "Choose a channel" in ask(cast)["sentence"]
    assert "No usual times" in ask(cast, channels=ours.pk)["sentence"]
    assert "No usual times" in ask(cast, channels="999", after="nonsense", post="x" * 40)["sentence"]


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_the_composer_takes_the_next_free_time_by_keyboard(page: Any, live_server: Any, cast: Cast) -> None:
    with scope(cast.cuprija):
        desk = opened(cast)
        for channel in (desk.mastodon, desk.bluesky):
            set_slots(channel, {(day, time(12)) for day in range(7)}, by=cast.officer)
        post = desk.write("Прва вест")
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    when = page.get_by_label("When", exact=True)
    when.select_option(label="Next free time")
    expect(page.locator("#time")).to_have_value("12:00")
    expect(when).to_have_value("time")
    first = page.input_value("#date")
    when.select_option(label="Next free time")
    expect(page.locator("#date")).not_to_have_value(first)
    saved(page)
