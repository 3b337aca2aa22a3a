"""When mail may come: quiet hours over midnight, weekends, the daily summary, and the nights when the clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailSchedule
from notifications.rules import ZONE, after_quiet, mail_due
from tests.notifications.conftest import belgrade


def held(moment: str, fold: int = 0, **wishes: object) -> str:
    """Until when a mail of that moment is held, on the clock in Belgrade."""
    return f"{after_quiet(belgrade(moment, fold), MailSchedule(**wishes)).astimezone(ZONE):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2026-11-25 19:59", "Wed 25 19:59"),
        ("2026-11-25 20:00", "Thu 26 07:00"),
        ("2026-11-25 23:59", "Thu 26 07:00"),
        ("2026-11-26 00:00", "Thu 26 07:00"),
        ("2026-11-26 06:59", "Thu 26 07:00"),
        ("2026-11-26 07:00", "Thu 26 07:00"),
        ("2026-11-28 12:00", "Sat 28 12:00"),
    ],
)
def test_quiet_hours_run_over_midnight(moment: str, leaves: str) -> None:
    assert held(moment) == leaves


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = {"quiet_from": time(12), "quiet_until": time(14)}
    assert held("2026-11-25 11:59", **noon) == "Wed 25 11:59"
    assert held("2026-11-25 12:30", **noon) == "Wed 25 14:00"
    assert held("2026-11-25 23:00", **noon) == "Wed 25 23:00"


def test_without_quiet_hours_mail_comes_at_night() -> None:
    assert held("2026-11-25 23:00", has_quiet_hours=False) == "Wed 25 23:00"


@pytest.mark.parametrize("moment", ["2026-11-27 21:00", "2026-11-28 03:00", "2026-11-28 12:00", "2026-11-29 23:30"])
def test_a_quiet_weekend_reaches_from_friday_night_to_monday_morning(moment: str) -> None:
    assert held(moment, quiet_weekends=True) == "Mon 30 07:00"
    assert held("2026-11-28 12:00", quiet_weekends=True, has_quiet_hours=False) == "Mon 30 00:00"


def test_in_the_night_of_spring_the_quiet_ends_at_the_hour_of_the_clock() -> None:
    # 29 March 2026: after 01:59 comes 03:00, so that 07:00 is 05:00 UTC and no longer 06:00.
    end = after_quiet(belgrade("2026-03-28 22:00"), MailSchedule())
    assert end == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)


def test_in_the_night_of_autumn_the_quiet_ends_at_the_hour_of_the_clock() -> None:
    # 25 October 2026: after 02:59 comes 02:00 again.
    end = after_quiet(belgrade("2026-10-24 22:00"), MailSchedule())
    assert end == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


def test_an_end_within_the_hour_that_comes_twice_ends_the_quiet_once() -> None:
    assert held("2026-10-25 02:10", quiet_until=time(2, 30)) == "Sun 25 02:30"
    assert held("2026-10-25 02:10", fold=1, quiet_until=time(2, 30)) == "Sun 25 02:10"


def test_an_end_within_the_hour_that_is_left_out_still_comes() -> None:
    end = after_quiet(belgrade("2026-03-29 01:30"), MailSchedule(quiet_until=time(2, 30)))
    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        ("2026-11-25 07:59", "Wed 25 08:00"),
        ("2026-11-25 08:00", "Thu 26 08:00"),
        ("2026-11-25 12:00", "Thu 26 08:00"),
        ("2026-11-27 12:00", "Sat 28 08:00"),
    ],
)
def test_the_summary_comes_at_its_hour_of_the_next_day(now: str, comes: str) -> None:
    due = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade(now), MailSchedule())
    assert due is not None
    assert f"{due.astimezone(ZONE):%a %d %H:%M}" == comes


def test_the_summary_skips_a_quiet_weekend() -> None:
    due = mail_due(
        MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade("2026-11-27 12:00"), MailSchedule(quiet_weekends=True)
    )
    assert due == belgrade("2026-11-30 08:00")


def test_the_summary_keeps_its_hour_when_the_clock_jumps() -> None:
    spring = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade("2026-03-28 12:00"), MailSchedule())
    autumn = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade("2026-10-24 12:00"), MailSchedule())
    assert (spring, autumn) == (datetime(2026, 3, 29, 6, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC))


def test_the_summary_comes_once_in_the_hour_that_comes_twice() -> None:
    wishes = MailSchedule(digest_at=time(2, 30))
    first = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade("2026-10-25 01:00"), wishes)
    after = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, belgrade("2026-10-25 02:10", fold=1), wishes)
    assert first == belgrade("2026-10-25 02:30")
    assert after == belgrade("2026-10-26 02:30")


def test_what_is_urgent_comes_at_night_unless_a_person_wants_their_sleep() -> None:
    night = belgrade("2026-11-25 23:00")
    assert mail_due(MailFrequency.AT_ONCE, NotificationKind.EMERGENCY, night, MailSchedule()) == night
    asleep = MailSchedule(urgent_always=False)
    assert mail_due(MailFrequency.AT_ONCE, NotificationKind.EMERGENCY, night, asleep) == belgrade("2026-11-26 07:00")


def test_words_of_a_conversation_wait_a_little_for_each_other() -> None:
    noon = belgrade("2026-11-25 12:00")
    assert mail_due(MailFrequency.AT_ONCE, NotificationKind.COMMENT, noon, MailSchedule()) == noon + timedelta(
        minutes=2
    )
    assert mail_due(MailFrequency.AT_ONCE, NotificationKind.DECIDED, noon, MailSchedule()) == noon
    assert mail_due(MailFrequency.NEVER, NotificationKind.DECIDED, noon, MailSchedule()) is None


CLOCK = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, tzinfo=None))


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    start=CLOCK,
    end=CLOCK,
    digest=CLOCK,
    weekends=st.booleans(),
)
def test_whatever_the_hours_mail_is_never_early_and_never_waits_beyond_a_long_weekend(
    moment: datetime, start: time, end: time, digest: time, weekends: bool
) -> None:
    wishes = MailSchedule(quiet_from=start, quiet_until=end, digest_at=digest, quiet_weekends=weekends)
    free = after_quiet(moment, wishes)
    assert moment <= free <= moment + timedelta(days=4, hours=1)
    assert after_quiet(free, wishes) == free
    summary = mail_due(MailFrequency.DIGEST, NotificationKind.FEEDBACK, moment, wishes)
    assert summary is not None
    assert moment < summary <= moment + timedelta(days=3, hours=1)
