"""Posts that come again, with an end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import translation

from accounts.domain import people as accounts
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.models import Membership
from municipalities.tenancy import scope
from notifications.models import Notification
from planning.domain import repeat
from planning.models import Occurrence, Recurrence
from posts.draft import CallToAction, parse
from posts.enums import Stage
from posts.models import Post
from posts.rules import resolve_moment
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

# A Monday; in the next two weeks there is no holiday.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "every": "week", "weekdays": [4], "at": time(9), "starts_on": date(2026, 11, 23), "ends_on": date(2027, 1, 31),
    "skips_holidays": True,
}  # fmt: skip


@pytest.fixture
def desk(cast: Cast, time_machine: Any) -> Desk:
    time_machine.move_to(NOW, tick=False)
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def weekly(desk: Desk) -> Recurrence:
    with scope(desk.municipality):
        pattern = desk.write("Дежурна служба ради и за викенд.", call=CallToAction("call", "Позовите", "2026-11-25"))
        return repeat.begin(pattern, VALUES, by=desk.cast.officer)


def made(desk: Desk) -> list[Post]:
    with scope(desk.municipality):
        return [
            occurrence.post
            for occurrence in Occurrence.objects.exclude(post=None).select_related("post").order_by("on")
        ]


def test_the_page_of_repeating_posts_begins_one_for_whoever_writes(desk: Desk) -> None:
    where = reverse("recurrences", args=["cuprija"])
    page = sign_in(desk.cast.officer).get(where).content.decode()
    assert "Write a post to repeat" in page
    assert "Write a post to repeat" not in sign_in(desk.cast.mentor).get(where).content.decode()


def test_drafts_are_made_two_weeks_ahead_each_once(desk: Desk, weekly: Recurrence, time_machine: Any) -> None:
    assert repeat.make_due() == 2
    assert repeat.make_due() == 0
    assert [post.local_time.date() for post in made(desk)] == [date(2026, 11, 27), date(2026, 12, 4)]
    time_machine.move_to(NOW + timedelta(days=7), tick=False)
    assert repeat.make_due() == 1


def test_a_copy_is_a_draft_at_the_wall_time_without_a_deadline_that_has_passed(desk: Desk, weekly: Recurrence) -> None:
    repeat.make_due()
    first = made(desk)[0]
    assert (first.stage, first.due_at) == (Stage.DRAFT, datetime(2026, 11, 27, 8, 0, tzinfo=UTC))
    assert parse(first.draft).call == CallToAction("call", "Позовите")
    assert Notification.objects.filter(kind="plan", user=desk.cast.officer).count() == 2


def test_a_deadline_on_the_day_of_the_copy_stays(desk: Desk) -> None:
    call = CallToAction("call", "Позовите", "2026-11-27")
    with scope(desk.municipality):
        repeat.begin(desk.write("Дежурна служба ради и за викенд.", call=call), VALUES, by=desk.cast.officer)
    repeat.make_due()
    assert [parse(post.draft).call for post in made(desk)] == [call, CallToAction("call", "Позовите")]


def test_nine_oclock_stays_nine_oclock_in_summer(desk: Desk, time_machine: Any) -> None:
    with scope(desk.municipality):
        values = {**VALUES, "starts_on": date(2027, 3, 26), "ends_on": date(2027, 4, 3)}
        repeat.begin(desk.write("Пијачни дан."), values, by=desk.cast.officer)
    time_machine.move_to(datetime(2027, 3, 25, 8, tzinfo=UTC), tick=False)
    repeat.make_due()
    assert [post.due_at.hour for post in made(desk)] == [8, 7]


def test_an_hour_that_the_clocks_skip_becomes_the_next_one(desk: Desk, time_machine: Any) -> None:
    with scope(desk.municipality):
        values = {
            **VALUES,
            "weekdays": [6],
            "at": time(2, 30),
            "starts_on": date(2027, 3, 28),
            "ends_on": date(2027, 3, 28),
        }
        repeat.begin(desk.write("Ноћна дежурства."), values, by=desk.cast.officer)
    time_machine.move_to(datetime(2027, 3, 25, 8, tzinfo=UTC), tick=False)
    repeat.make_due()
    assert [f"{post.local_time:%H:%M}" for post in made(desk)] == ["03:00"]


def test_in_the_hour_that_exists_twice_it_goes_out_once_the_first_time(desk: Desk, time_machine: Any) -> None:
    with scope(desk.municipality):
        night = date(2027, 10, 31)
        values = {**VALUES, "weekdays": [6], "at": time(2, 30), "starts_on": night, "ends_on": night}
        time_machine.move_to(datetime(2027, 10, 25, 8, tzinfo=UTC), tick=False)
        repeat.begin(desk.write("Ноћна дежурства."), values, by=desk.cast.officer)
    assert (repeat.make_due(), repeat.make_due()) == (1, 0)
    time_machine.move_to(datetime(2027, 10, 31, 1, 0, tzinfo=UTC), tick=False)  # two o'clock, the second time
    assert repeat.make_due() == 0
    assert [(post.due_at, post.fold) for post in made(desk)] == [(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), 0)]


def test_it_ends_after_its_last_day_by_itself(desk: Desk, weekly: Recurrence, time_machine: Any) -> None:
    for week in range(14):
        time_machine.move_to(NOW + timedelta(weeks=week), tick=False)
        repeat.make_due()
    days = [post.local_time.date() for post in made(desk)]
    with scope(desk.municipality):
        weekly.municipality = desk.municipality
        assert days == repeat.dates_of(weekly)
    assert max(days) == date(2027, 1, 29)
    assert len(days) == len(set(days)) == 9  # ten Fridays; the first of January is a holiday


def test_a_worker_that_slept_makes_no_draft_for_a_time_that_has_passed(
    desk: Desk, weekly: Recurrence, time_machine: Any
) -> None:
    time_machine.move_to(datetime(2026, 11, 27, 12, 0, tzinfo=UTC), tick=False)
    assert repeat.make_due() == 2
    assert [post.local_time.date() for post in made(desk)] == [date(2026, 12, 4), date(2026, 12, 11)]


def test_a_draft_that_was_deleted_does_not_come_again(desk: Desk, weekly: Recurrence) -> None:
    repeat.make_due()
    with scope(desk.municipality):
        Post.objects.filter(pk=made(desk)[0].pk).update(deleted_at=NOW)
    assert repeat.make_due() == 0
    page = sign_in(desk.cast.officer).get(reverse("recurrences", args=["cuprija"])).content.decode()
    assert page.count(">Open the draft") == 1


def test_what_has_ended_is_not_left_out_any_more(desk: Desk, weekly: Recurrence) -> None:
    with scope(desk.municipality):
        repeat.end(weekly, by=desk.cast.officer)
        with pytest.raises(ActionNotAllowed):
            repeat.skip(weekly, date(2026, 12, 4), by=desk.cast.officer)


def test_more_days_than_anybody_oversees_are_refused_with_a_day_that_works(desk: Desk) -> None:
    with scope(desk.municipality), translation.override("en"):
        post = desk.write("Пијачни дан.")
        values = {**VALUES, "weekdays": [0, 1, 2, 3, 4], "ends_on": date(2027, 3, 31), "skips_holidays": False}
        with pytest.raises(ActionNotAllowed) as refused:
            repeat.begin(post, values, by=desk.cast.officer)
        assert "28 December 2026" in refused.value.message
        row = repeat.begin(post, {**values, "ends_on": date(2026, 12, 28)}, by=desk.cast.officer)
        assert len(repeat.dates_of(row)) == 26


def test_a_pattern_that_was_deleted_is_over_and_leads_nowhere(desk: Desk, weekly: Recurrence) -> None:
    with scope(desk.municipality):
        Post.objects.filter(pk=weekly.pattern_id).update(deleted_at=NOW)
    page = sign_in(desk.cast.officer).get(reverse("recurrences", args=["cuprija"])).content.decode()
    assert "Over" in page
    assert reverse("post", args=["cuprija", weekly.pattern_id]) not in page


def test_the_form_begins_with_the_day_and_time_that_the_post_has(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Пијачни дан.", time=resolve_moment(datetime(2026, 11, 26, 11, 0, tzinfo=UTC)))
    page = sign_in(desk.cast.officer).get(reverse("recurrence_new", args=["cuprija", post.pk])).content.decode()
    assert 'value="12:00"' in page
    assert re.findall(r'name="weekdays" value="(\d)"[^>]*checked', page) == ["3"]


def test_a_month_needs_no_day_of_the_week(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Седница скупштине.")
    sent = {"every": "month", "at": "10:00", "starts_on": "2026-11-30", "ends_on": "2027-03-20"}
    answer = sign_in(desk.cast.officer).post(reverse("recurrence_new", args=["cuprija", post.pk]), sent)
    assert answer.status_code == 302
    with scope(desk.municipality):
        row = Recurrence.objects.select_related("municipality").get()
        assert [on.day for on in repeat.dates_of(row)] == [30, 30, 30, 28]


def test_holidays_are_left_out_if_one_says_so(desk: Desk) -> None:
    with scope(desk.municipality):
        pattern = desk.write("Пијачни дан.")
        newyear = {**VALUES, "starts_on": date(2026, 12, 25), "ends_on": date(2027, 1, 8)}
        without = repeat.begin(pattern, newyear, by=desk.cast.officer)
        every = repeat.begin(pattern, {**newyear, "skips_holidays": False}, by=desk.cast.officer)
        assert date(2027, 1, 1) not in repeat.dates_of(without)
        assert date(2027, 1, 1) in repeat.dates_of(every)


def test_a_day_that_is_left_out_makes_no_draft_until_it_counts_again(desk: Desk, weekly: Recurrence) -> None:
    with scope(desk.municipality):
        repeat.skip(weekly, date(2026, 11, 27), by=desk.cast.officer)
        with pytest.raises(ActionNotAllowed):
            repeat.skip(weekly, date(2026, 11, 28), by=desk.cast.officer)
    assert repeat.make_due() == 1
    with scope(desk.municipality):
        repeat.skip(weekly, date(2026, 11, 27), by=desk.cast.officer)
    assert repeat.make_due() == 1
    with scope(desk.municipality), pytest.raises(ActionNotAllowed):
        repeat.skip(weekly, date(2026, 11, 27), by=desk.cast.officer)


def test_after_its_end_or_without_its_pattern_nothing_is_made(desk: Desk, weekly: Recurrence) -> None:
    with scope(desk.municipality):
        repeat.end(weekly, by=desk.cast.officer)
        repeat.end(weekly, by=desk.cast.officer)
        other = repeat.begin(desk.write("Друга вест."), VALUES, by=desk.cast.officer)
        other.pattern.deleted_at = NOW
        other.pattern.save()
    assert repeat.make_due() == 0
    assert AuditEvent.objects.filter(verb="recurrence.end").count() == 1


def test_when_the_person_has_left_the_others_are_told(desk: Desk, weekly: Recurrence) -> None:
    Membership.objects.filter(user=desk.cast.officer).update(ended_at=NOW)
    repeat.make_due()
    assert set(Notification.objects.filter(kind="plan").values_list("user", flat=True)) == {desk.cast.approver.pk}


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2026, 11, 20), "starts_on": date(2026, 11, 1)},
        {"ends_on": date(2028, 1, 1)},
        {"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 25)},
        {"weekdays": [0], "ends_on": date(2026, 11, 23)},
    ],
)
def test_a_repetition_that_makes_no_sense_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    with scope(desk.municipality), pytest.raises(ActionNotAllowed):
        repeat.begin(desk.write("Вест."), {**VALUES, **change}, by=desk.cast.officer)


def test_the_pages_lead_from_a_post_to_its_coming_days(
    desk: Desk, weekly: Recurrence, django_assert_max_num_queries: Any
) -> None:
    officer = sign_in(desk.cast.officer)
    with scope(desk.municipality):
        post = desk.write("Пијачни дан.")
    sent = {"every": "week", "weekdays": ["1"], "at": "10:00", "starts_on": "2026-11-23", "ends_on": "2026-12-20"}
    assert officer.post(reverse("recurrence_new", args=["cuprija", post.pk]), sent).status_code == 302
    bad = officer.post(reverse("recurrence_new", args=["cuprija", post.pk]), {**sent, "weekdays": []})
    assert bad.status_code == 422
    assert "Choose at least one day of the week" in bad.content.decode()
    repeat.make_due()
    with django_assert_max_num_queries(12):
        text = officer.get(reverse("recurrences", args=["cuprija"])).content.decode()
    assert text.count(">Open the draft") == 4
    assert officer.post(reverse("recurrence_skip", args=["cuprija", weekly.pk]), {"on": "x"}).status_code == 302
    assert sign_in(desk.cast.mentor).post(reverse("recurrence_end", args=["cuprija", weekly.pk])).status_code == 403
    assert sign_in(desk.cast.stranger).post(reverse("recurrence_end", args=["cuprija", weekly.pk])).status_code == 404


def test_when_the_person_cannot_sign_in_the_others_are_told(desk: Desk, weekly: Recurrence) -> None:
    """The membership runs on, but the account is switched off: the draft must not be ready without anybody knowing."""
    accounts.deactivate(desk.cast.officer, by=desk.cast.administrator)
    assert repeat.make_due() == 2
    assert set(Notification.objects.filter(kind="plan").values_list("user", flat=True)) == {desk.cast.approver.pk}
    assert all(post.stage == Stage.DRAFT for post in made(desk))


def test_the_activity_does_not_say_that_somebody_made_a_draft_that_a_worker_made(
    desk: Desk, weekly: Recurrence
) -> None:
    repeat.make_due()
    assert set(AuditEvent.objects.filter(verb="post.duplicate").values_list("actor_id", flat=True)) == {None}
    assert {post.author for post in made(desk)} == {desk.cast.officer}
