"""Which days a calendar shows, and what stands on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from posts.calendar import grid
from posts.calendar.appearance import Appearance
from posts.rules import ZONE
from posts.templatetags.entries import hours


@dataclass
class Entry:
    due_at: datetime


@dataclass
class Off:
    on: date
    is_working: bool = False


def test_a_month_shows_whole_weeks_from_monday() -> None:
    shown = grid.visible_range("month", date(2026, 11, 25))
    assert (shown.first, shown.last) == (date(2026, 10, 26), date(2026, 12, 6))
    assert (shown.previous, shown.next) == (date(2026, 10, 1), date(2026, 12, 1))


def test_february_of_four_weeks_is_four_rows() -> None:
    shown = grid.visible_range("month", date(2027, 2, 10))
    assert len(grid.weeks(grid.days(shown, [], []))) == 4


def test_a_week_starts_on_monday_also_across_the_new_year() -> None:
    shown = grid.visible_range("week", date(2027, 1, 1))
    assert (shown.first, shown.last) == (date(2026, 12, 28), date(2027, 1, 3))


def test_a_list_is_the_month_and_nothing_else() -> None:
    shown = grid.visible_range("list", date(2026, 12, 31))
    assert (shown.first, shown.last, shown.next) == (date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))


def test_bounds_are_midnights_in_belgrade_on_both_sides_of_the_clock_change() -> None:
    shown = grid.visible_range("month", date(2026, 10, 10))
    assert shown.since.astimezone(UTC) == datetime(2026, 9, 27, 22, tzinfo=UTC)
    assert shown.until.astimezone(UTC) == datetime(2026, 11, 1, 23, tzinfo=UTC)


def test_a_post_shortly_after_midnight_stands_on_the_day_of_belgrade() -> None:
    shown = grid.visible_range("week", date(2026, 11, 25))
    days = grid.days(shown, [Entry(datetime(2026, 11, 24, 23, 30, tzinfo=UTC))], [])
    assert [d.on for d in days if d.entries] == [date(2026, 11, 25)]


def test_a_full_day_shows_three_and_says_how_many_more() -> None:
    shown = grid.visible_range("week", date(2026, 11, 25))
    entries = [Entry(datetime(2026, 11, 25, hour, tzinfo=UTC)) for hour in range(6, 12)]
    day = next(d for d in grid.days(shown, entries, []) if d.entries)
    assert (len(day.shown), day.hidden) == (3, 3)


def test_sundays_and_holidays_are_off() -> None:
    shown = grid.visible_range("week", date(2026, 11, 11))
    days = grid.days(shown, [], [Off(date(2026, 11, 11))])
    assert [d.on.day for d in days if d.is_off] == [11, 15]


def test_hours_lie_in_order_with_what_is_early_and_late_at_the_edges() -> None:
    entries = [Entry(datetime(2026, 11, 25, hour, 30, tzinfo=UTC)) for hour in (4, 9, 21)]
    parts = grid.hours_of(grid.CalendarDay(date(2026, 11, 25), entries=entries), grid.USUAL_HOURS)
    assert [(part.first, part.end) for part in parts if part.entries] == [(0, 7), (10, 11), (21, 24)]
    assert [part.first for part in parts] == [0, *range(7, 21), 21]
    whole = grid.hours_of(grid.CalendarDay(date(2026, 11, 25), entries=entries), grid.ALL_HOURS)
    assert [part.first for part in whole if part.entries] == [5, 10, 22]


def test_today_an_hour_begins_a_post_until_it_has_begun() -> None:
    now = datetime(2026, 11, 25, 12, 20, tzinfo=ZoneInfo(ZONE))
    appearance = Appearance(posts_url="/posts/", media_url="/media/", new_url="/posts/new/")

    def first(on: date) -> str:
        markup = hours(grid.CalendarDay(on), appearance, now, "usual")
        return next(iter(re.findall(r"at=([\d:]+)", markup)), "none")

    assert [first(date(2026, 11, day)) for day in (24, 25, 26)] == ["none", "13:00", "07:00"]
