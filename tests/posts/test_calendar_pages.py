"""The calendar as its users see it: entries as cards, "+" on days and hours, undo, colours, drafts without a time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from datetime import time as wall_time
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import scope
from planning.domain import campaigns
from posts.draft import Shown
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Post
from posts.rules import ResolvedTime, resolve_wall_time
from posts.scheduling.domain.schedule import schedule
from tests.people import sign_in
from tests.posts.desk import Desk

NEXT = timezone.localdate() + timedelta(days=30)
"""A day to come."""


def clock(at: str, on: date = NEXT) -> ResolvedTime:
    hour, minute = map(int, at.split(":"))
    time = resolve_wall_time(on, wall_time(hour, minute), 0)
    assert isinstance(time, ResolvedTime)
    return time


def shown(desk: Desk, *, by: Any = None, **values: Any) -> str:
    values = {"date": NEXT.isoformat(), **values}
    answer = sign_in(by or desk.cast.officer).get(reverse("calendar", args=["cuprija"]), values)
    assert answer.status_code == 200
    return str(answer.content.decode())


def entry(html: str, post: Post) -> str:
    match = re.search(rf'<li class="entry[^>]*data-post="{post.pk}".*?</a>(?:<a.*?</a>)?</li>', html, flags=re.DOTALL)
    assert match is not None
    return match.group()


def legend(html: str) -> str:
    match = re.search(r'<ul class="legend".*?</ul>', html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", match.group()).split()) if match else ""


def move(desk: Desk, post: Post, time: ResolvedTime, *, by: Any = None) -> Any:
    address = reverse("post_move", args=["cuprija", post.pk])
    values = {"on": f"{time.local:%Y-%m-%d}", "at": f"{time.local:%H:%M}"}
    return sign_in(by or desk.cast.officer).post(address, values, headers={"X-Calendar": "1"})


def scheduled(desk: Desk, time: ResolvedTime, text: str = "Позив на збор") -> Post:
    desk.house_rule(approval="none")
    post: Post = schedule(desk.write(text, time=time), time, by=desk.cast.officer)
    return post


# ---- entries


def test_an_entry_shows_its_picture_its_time_its_words_and_its_networks(desk: Desk) -> None:
    picture = desk.picture()
    post = desk.write("Отварамо фонтану", time=clock("09:30"), media=(Shown(picture.pk, "Фонтана"),))
    schedule_without_approval(desk, post)
    html = entry(shown(desk), post)
    assert f'src="{reverse("media_thumbnail", args=["cuprija", picture.pk])}" alt=""' in html
    assert "<time>09:30</time>" in html
    assert "Отварамо фонтану" in html
    assert re.search(r'brand-mastodon" role="img" aria-label="Mastodon"', html)


def schedule_without_approval(desk: Desk, post: Post) -> None:
    desk.house_rule(approval="none")
    schedule(post, clock("09:30"), by=desk.cast.officer)


def test_a_draft_shows_the_networks_that_it_is_for(desk: Desk) -> None:
    post = desk.write(time=clock("09:30"), channels=(desk.bluesky.pk,))
    without_time = desk.write(channels=(desk.mastodon.pk,))
    assert re.findall(r'aria-label="(\w+)"><use[^>]*#\1'.lower(), entry(shown(desk), post).lower()) == ["bluesky"]
    assert "brand-mastodon" in entry(drawer(desk).content.decode(), without_time)


def test_an_entry_without_a_picture_has_no_hole(desk: Desk) -> None:
    post = desk.write(time=clock("09:30"))
    assert "<img" not in entry(shown(desk), post)


def test_a_state_is_an_icon_with_its_name_and_the_legend_explains_it(desk: Desk) -> None:
    post = scheduled(desk, clock("10:00"))
    html = shown(desk)
    assert 'class="icon entry-sign" role="img" aria-label="Scheduled"' in entry(html, post)
    assert legend(html) == "Scheduled"


def test_what_failed_stands_out_and_says_so_in_words(desk: Desk) -> None:
    post, other = scheduled(desk, clock("10:00")), scheduled(desk, clock("11:00"))
    (delivery,) = desk.deliveries(post)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED)
    html = shown(desk)
    assert "entry-urgent tone-problem" in entry(html, post)
    assert "<span>Not published</span>" in entry(html, post)
    assert "entry-urgent" not in entry(html, other)
    assert legend(html) == "Scheduled Not published"


def test_the_list_has_room_for_the_word_of_every_state(desk: Desk) -> None:
    post = scheduled(desk, clock("10:00"))
    assert "<span>Scheduled</span>" in entry(shown(desk, view="list"), post)


def test_a_month_without_posts_has_no_legend(desk: Desk) -> None:
    assert "legend" not in shown(desk)


# ---- "+"


def begins(html: str) -> set[str]:
    return set(re.findall(r'class="day-new" href="/m/cuprija/posts/new/\?on=([\d-]+)"', html))


@pytest.mark.parametrize("view", ["month", "week"])
def test_every_day_from_today_on_begins_a_post(desk: Desk, view: str) -> None:
    today = timezone.localdate()
    html = shown(desk, view=view, date=today.isoformat())
    days = set(re.findall(r'data-day="([\d-]+)"', html))
    assert begins(html) == {day for day in days if day >= today.isoformat()}
    assert today.isoformat() in begins(html)


def test_who_may_not_write_has_no_plus(desk: Desk) -> None:
    for view in ("month", "week"):
        html = shown(desk, by=desk.cast.viewer, view=view)
        assert "day-new" not in html
        assert "hour-new" not in html


def test_every_hour_to_come_begins_a_post_at_that_time(desk: Desk) -> None:
    html = shown(desk, view="week")
    assert f'href="/m/cuprija/posts/new/?on={NEXT}&amp;at=07:00"' in html
    assert html.count('class="hour-new"') == 7 * 14
    assert shown(desk, view="week", hours="all").count('class="hour-new"') == 7 * 24
    past = timezone.localdate() - timedelta(days=14)
    assert "hour-new" not in shown(desk, view="week", date=past.isoformat())


def composer(desk: Desk, **values: str) -> str:
    answer = sign_in(desk.cast.officer).get(reverse("post_new", args=["cuprija"]), values)
    assert answer.status_code == 200
    return str(answer.content.decode())


def fields(html: str) -> tuple[str, ...]:
    def value(name: str) -> str:
        tag = re.search(rf'<input[^>]*\bid="{name}"[^>]*>', html)
        assert tag is not None
        match = re.search(r'\bvalue="([^"]*)"', tag.group())
        return match.group(1) if match else ""

    return value("date"), value("time")


def test_the_composer_begins_at_the_day_and_time_of_the_address(desk: Desk) -> None:
    assert fields(composer(desk, on=NEXT.isoformat(), at="14:00")) == (f"{NEXT:%d.%m.%Y}", "14:00")
    assert fields(composer(desk)) == ("", "")
    assert not Post.objects.exists()


def test_the_composer_says_that_a_day_is_over_and_leaves_the_time_open(desk: Desk) -> None:
    html = composer(desk, on="2026-01-05", at="10:00")
    assert "The chosen time has passed. Choose a later time." in html
    assert fields(html) == ("", "")


@pytest.mark.parametrize("on", ["", "yesterday", "2026-99-01", "\x00", '"><script>', "9" * 400])
def test_the_composer_opens_whatever_the_address_says(desk: Desk, on: str) -> None:
    html = composer(desk, on=on, at=on)
    assert fields(html) == ("", "")
    assert "has passed" not in html


# ---- moving, and back


def test_a_move_answers_with_the_way_back_and_that_leads_back(desk: Desk) -> None:
    post = scheduled(desk, clock("10:00"))
    answer = move(desk, post, clock("15:30")).json()
    assert answer["text"] == "Moved."
    assert desk.reload(post).due_at == clock("15:30").due_at
    back = sign_in(desk.cast.officer).post(answer["undo"], headers={"X-Calendar": "1"})
    assert back.json() == {"text": "Moved back.", "undo": ""}
    assert desk.reload(post).due_at == clock("10:00").due_at
    assert [delivery.due_at for delivery in desk.deliveries(post)] == [clock("10:00").due_at]


def test_without_a_script_the_message_has_the_way_back(desk: Desk) -> None:
    post = desk.write(time=clock("10:00"))
    client = sign_in(desk.cast.officer)
    values = {"on": NEXT.isoformat(), "at": "16:00"}
    page = client.post(reverse("post_move", args=["cuprija", post.pk]), values, follow=True).content.decode()
    undo = re.search(r'action="([^"]*/move/\?on=[^"]*)"', page)
    assert undo is not None
    client.post(undo.group(1).replace("&amp;", "&"))
    assert desk.reload(post).due_at == clock("10:00").due_at


def test_there_is_no_way_back_to_a_time_that_has_passed(desk: Desk) -> None:
    late = desk.write(time=clock("10:00"))
    Post.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert move(desk, late, clock("11:00")).json()["undo"] == ""


def test_undo_takes_the_time_from_a_draft_that_had_none(desk: Desk) -> None:
    post = desk.write()
    undo = move(desk, post, clock("10:00")).json()["undo"]
    assert sign_in(desk.cast.officer).post(undo, headers={"X-Calendar": "1"}).json()["text"] == "Moved back."
    assert desk.reload(post).due_at is None


def test_no_time_is_taken_from_a_post_that_others_decide_about(desk: Desk) -> None:
    post = desk.write()
    undo = move(desk, post, clock("10:00")).json()["undo"]
    submit(desk.reload(post), by=desk.cast.officer)
    answer = sign_in(desk.cast.officer).post(undo, headers={"X-Calendar": "1"})
    assert answer.status_code == 422
    assert "no longer a draft" in answer.content.decode()
    assert desk.reload(post).due_at == clock("10:00").due_at


def test_a_move_beyond_the_approval_says_that_approval_was_requested_and_so_holds_after_undo(desk: Desk) -> None:
    post = scheduled(desk, clock("10:00"))
    desk.house_rule(approval="one")
    answer = move(desk, post, clock("10:00", NEXT + timedelta(days=5))).json()
    assert "approval was requested again" in answer["text"]
    sign_in(desk.cast.officer).post(answer["undo"], headers={"X-Calendar": "1"})
    post = desk.reload(post)
    assert (post.due_at, post.stage) == (clock("10:00").due_at, Stage.SUBMITTED)


def test_undo_of_another_municipality_or_without_the_right_is_refused(desk: Desk) -> None:
    post = desk.write(time=clock("10:00"))
    undo = move(desk, post, clock("12:00")).json()["undo"]
    assert sign_in(desk.cast.viewer).post(undo).status_code == 403
    assert sign_in(desk.cast.stranger).post(undo).status_code == 404
    assert sign_in(desk.cast.officer).post(undo.replace("on=", "on=x")).status_code == 422
    assert desk.reload(post).due_at == clock("12:00").due_at


# ---- the week


def test_the_week_has_a_post_in_its_hour_and_what_lies_outside_at_the_edges(desk: Desk) -> None:
    at_ten, early, late = (desk.write(text, time=clock(at)) for text, at in (
        ("Пијаца", "10:45"), ("Млеко", "05:15"), ("Концерт", "22:00"),
    ))  # fmt: skip

    def hour_of(post: Post, html: str) -> str:
        before = html[: html.index(f'data-post="{post.pk}"')]
        return re.findall(r'<li class="hour[^>]*>', before)[-1]

    html, whole = shown(desk, view="week"), shown(desk, view="week", hours="all")
    assert 'data-hour="10:00"' in hour_of(at_ten, html)
    assert "data-hour" not in hour_of(early, html) + hour_of(late, html)
    assert re.findall(r'hour-clock">([\d:–]+)<', html)[::15] == ["00–07", "21–24"]
    assert 'data-hour="05:00"' in hour_of(early, whole)
    assert 'data-hour="22:00"' in hour_of(late, whole)


def test_the_past_days_of_the_month_are_folded_on_a_phone_and_can_be_opened(desk: Desk) -> None:
    today = timezone.localdate()
    middle = today.replace(day=15).isoformat() if today.day == 1 else today.isoformat()
    folded = shown(desk, date=middle)
    assert ("from-today" in folded) == (today.weekday() > 0 or today.day > 1)
    assert "from-today" not in shown(desk, date=middle, past="1")
    assert "from-today" not in shown(desk, date=(today + timedelta(days=62)).isoformat())


def test_today_leads_in_the_list_to_the_next_day_with_posts(desk: Desk) -> None:
    today = timezone.localdate()
    desk.write(time=clock("10:00", today + timedelta(days=1)))
    past = desk.write(time=clock("10:00"))
    Post.objects.filter(pk=past.pk).update(due_at=timezone.now() - timedelta(days=1))
    html = shown(desk, view="list", date=(today + timedelta(days=1)).isoformat())
    assert re.search(rf'href="\?[^"]*date={today}[^"]*#today"', html)
    assert re.search(rf'id="today" aria-labelledby="day-{today + timedelta(days=1)}"', html)
    assert html.count('id="today"') == 1


# ---- filters


def test_the_folded_filters_say_how_many_are_set(desk: Desk) -> None:
    count = r"<details class=.filters-fold.*?</summary>"
    none, two = (re.search(count, shown(desk, **values), re.DOTALL) for values in ({}, {"q": "вода", "state": "draft"}))
    assert none is not None
    assert two is not None
    assert "counter" not in none.group()
    assert ">2<" in two.group()


# ---- colours


def test_colours_by_channel_are_explained_and_several_channels_share_one(desk: Desk) -> None:
    desk.house_rule(approval="none")
    both = (desk.mastodon.pk, desk.bluesky.pk)
    one = scheduled(desk, clock("09:00"))
    nowhere = desk.write("Нацрт", time=clock("12:00"), channels=())
    draft = desk.write("Нацрт", time=clock("13:00"))
    several = schedule(desk.write("Оба", channels=both), clock("10:00"), by=desk.cast.officer)
    html = shown(desk, colour="channel")
    assert "stripe-1" in entry(html, one)
    assert "stripe-rest" in entry(html, several)
    assert "stripe-quiet" in entry(html, nowhere)
    assert "stripe-1" in entry(html, draft)
    assert legend(html) == "Draft Scheduled Mastodon: Општина Ћуприја Several channels Without a channel"


def test_colours_by_campaign_are_explained(desk: Desk) -> None:
    values = {"name": "Пролеће у парку", "note": "", "starts_on": None, "ends_on": None}
    post, other = desk.write(time=clock("09:00")), desk.write("Друго", time=clock("10:00"))
    campaigns.assign(post, campaigns.begin(desk.municipality, values, by=desk.cast.officer), by=desk.cast.officer)
    html = shown(desk, colour="campaign")
    assert "stripe-1" in entry(html, post)
    assert "stripe-quiet" in entry(html, other)
    assert legend(html) == "Draft Пролеће у парку Without a campaign"


def test_an_unknown_colour_is_that_of_the_state(desk: Desk) -> None:
    post = desk.write(time=clock("09:00"))
    assert "stripe-quiet" in entry(shown(desk, colour="<b>"), post)


# ---- drafts without a time


def drawer(desk: Desk, by: Any = None) -> Any:
    return sign_in(by or desk.cast.officer).get(reverse("calendar_drafts", args=["cuprija"]))


def test_the_drawer_has_the_drafts_without_a_time_and_no_others(desk: Desk) -> None:
    open_, timed = desk.write("Без термина"), desk.write("Са термином", time=clock("09:00"))
    html = drawer(desk).content.decode()
    assert f'href="/m/cuprija/posts/{open_.pk}/move/"' in entry(html, open_)
    assert f'data-post="{timed.pk}"' not in html


def test_the_drawer_is_for_those_who_may_give_a_time_and_has_nothing_of_others(desk: Desk) -> None:
    desk.write("Без термина")
    assert drawer(desk, desk.cast.viewer).status_code == 403
    assert drawer(desk, desk.cast.stranger).status_code == 404
    assert "data-drafts=" not in shown(desk, by=desk.cast.viewer)
    with scope(desk.cast.novi_pazar):
        page = sign_in(desk.cast.stranger).get(reverse("calendar_drafts", args=["novi-pazar"])).content.decode()
    assert "Every draft has a time." in page
    assert "Без термина" not in page


# ---- queries


@pytest.mark.parametrize("values", [{}, {"view": "week"}, {"colour": "channel"}, {"colour": "campaign"}])
def test_the_number_of_queries_does_not_grow_with_posts(desk: Desk, values: dict[str, str]) -> None:
    client, address = sign_in(desk.cast.officer), reverse("calendar", args=["cuprija"])
    counts = []
    for _time in range(2):
        for hour in range(8, 12):
            desk.write(f"Обавештење {hour}", time=clock(f"{hour:02}:00"))
        client.get(address, {"date": NEXT.isoformat(), **values})
        with CaptureQueriesContext(connection) as queries:
            client.get(address, {"date": NEXT.isoformat(), **values})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_number_of_queries_of_the_drawer_does_not_grow_with_drafts(desk: Desk) -> None:
    counts = []
    for _time in range(2):
        for number in range(3):
            desk.write(f"Нацрт {number}")
        drawer(desk)
        with CaptureQueriesContext(connection) as queries:
            drawer(desk)
        counts.append(len(queries))
    assert counts[0] == counts[1]
