"""Reminders: what is due and was due, the check-in of tomorrow, what ends, long silence. Each once, to who is there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mentoring.domain import checkins, plans
from mentoring.domain.reminders import remind
from mentoring.enums import CheckInMethod, ClosingReason, ReminderKind, Side
from mentoring.models import Activity, CheckIn, Plan, Reminder
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Pairing
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from tests.mentoring.plans import agreed, wanted
from tests.mentoring.talks import at, moment
from tests.people import Cast, person

DAY = timedelta(days=1)
# The plan runs across the New Year.
START = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(moment("2026-12-01 09:00"), tick=False)


@pytest.fixture
def cast(december: None, db: None) -> Cast:
    from tests.people import make_cast

    return make_cast()


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """One activity, due on the last day of the year."""
    agreed_plan = agreed(cast, wanted("Анкета", due=30), first=START)
    clear_notifications()
    return agreed_plan


def clear_notifications() -> None:
    Notification.objects.all().delete()


def on(time_machine: Any, text: str) -> None:
    time_machine.move_to(moment(text), tick=False)


def notified() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(about__startswith="mentoring.reminder:").order_by("pk")
    return [(row.user.name, row.subject) for row in rows]


def spoken(cast: Cast, day: date) -> None:
    """A check-in was held that day, so that nothing is said of silence."""
    with scope(cast.cuprija):
        checkins.write_down(
            None,
            checkins.CheckInRecord(at(day), CheckInMethod.PHONE, Decimal(1), "Кратко"),
            municipality=cast.cuprija,
            by=cast.mentor,
        )
    clear_notifications()


# ---- activities


def test_an_activity_is_told_of_a_week_before_and_the_day_after_across_the_new_year(
    cast: Cast, plan: Plan, time_machine: Any
) -> None:
    on(time_machine, "2026-12-23 09:00")
    spoken(cast, date(2026, 12, 22))
    remind()
    assert notified() == []
    on(time_machine, "2026-12-24 09:00")
    assert remind() == 2
    assert remind() == 0
    assert {name for name, _subject in notified()} == {"Officer", "Approver"}
    assert notified()[0][1] == "Ćuprija: “Анкета” is due on 31 December 2026"
    clear_notifications()
    on(time_machine, "2026-12-31 23:30")
    remind()
    assert notified() == []
    on(time_machine, "2027-01-01 00:30")
    assert remind() == 2
    assert notified()[0][1] == "Ćuprija: “Анкета” was agreed for 31 December 2026"
    assert "a new day is better than none" in Notification.objects.latest("pk").body
    on(time_machine, "2027-01-02 09:00")
    assert remind() == 0


def test_it_is_said_in_the_language_of_who_reads(cast: Cast, plan: Plan, time_machine: Any) -> None:
    cast.officer.language = "sr-latn"
    cast.officer.save()
    on(time_machine, "2026-12-24 09:00")
    remind()
    assert "Anketa" in Notification.objects.get(user=cast.officer).subject
    assert "Анкета" in Notification.objects.get(user=cast.approver).subject


def test_the_owner_alone_is_told_as_long_as_they_are_there(cast: Cast, time_machine: Any) -> None:
    agreed(cast, wanted("Нацрт", due=30, owner=cast.approver), wanted("Пример", due=30, owner=cast.mentor), first=START)
    clear_notifications()
    spoken(cast, START - DAY)
    on(time_machine, "2026-12-24 09:00")
    remind()
    assert {(name, subject.split("“")[1].split("”")[0]) for name, subject in notified()} == {
        ("Approver", "Нацрт"), ("Mentor", "Пример"),
    }  # fmt: skip
    # the approver leaves, another mentor comes: the side it belonged to is told
    Membership.objects.filter(user=cast.approver).update(ended_at=moment("2026-12-28 09:00"))
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=date(2026, 12, 28))
    heir = person("heir")
    Pairing.objects.create(mentor=heir, municipality=cast.cuprija, starts_on=date(2026, 12, 29))
    clear_notifications()
    on(time_machine, "2027-01-01 09:00")
    remind()
    assert {(name, subject.split("“")[1].split("”")[0]) for name, subject in notified()} == {
        ("Officer", "Нацрт"), ("Heir", "Пример"),
    }  # fmt: skip


def test_another_day_is_another_reminder(cast: Cast, plan: Plan, time_machine: Any) -> None:
    on(time_machine, "2026-12-24 09:00")
    spoken(cast, date(2026, 12, 22))
    assert remind() == 2
    with scope(cast.cuprija):
        Activity.objects.update(due_on=date(2027, 1, 10))
    on(time_machine, "2027-01-03 09:00")
    assert remind() == 2


def test_nothing_is_said_of_what_is_done_dropped_closed_or_of_who_has_left(
    cast: Cast, plan: Plan, time_machine: Any
) -> None:
    on(time_machine, "2026-12-24 09:00")
    with scope(cast.cuprija):
        plans.close(plan, ClosingReason.REPLACED, by=cast.mentor)
    clear_notifications()
    assert remind() == 0
    with scope(cast.cuprija):
        Plan.objects.update(closed_at=None, closed_because="", closed_by=None)
        Activity.objects.update(dropped_at=moment("2026-12-20 09:00"), dropped_because="Није потребно")
    spoken(cast, date(2026, 12, 22))
    assert remind() == 0
    with scope(cast.cuprija):
        Activity.objects.update(dropped_at=None)
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=date(2026, 12, 23))
    assert remind() == 0


def test_whose_account_is_switched_off_is_not_told(cast: Cast, plan: Plan, time_machine: Any) -> None:
    cast.officer.is_active = False
    cast.officer.save()
    on(time_machine, "2026-12-24 09:00")
    remind()
    assert "Officer" not in {name for name, _subject in notified()}


# ---- check-ins


def test_both_sides_are_reminded_of_the_check_in_of_tomorrow(cast: Cast, time_machine: Any) -> None:
    with scope(cast.cuprija):
        row = checkins.plan(
            cast.cuprija, checkins.CheckInPlan(at(date(2027, 1, 1), "00:30"), CheckInMethod.VIDEO, "Завршни разговор",
                                                  "Зум"),
            by=cast.mentor,
        )  # fmt: skip
    clear_notifications()
    on(time_machine, "2026-12-30 23:59")
    assert remind() == 0
    on(time_machine, "2026-12-31 00:10")
    assert remind() == 3
    assert {name for name, _subject in notified()} == {"Officer", "Approver", "Mentor"}
    assert notified()[0][1] == "Ćuprija: check-in tomorrow at 00:30"
    assert "Where: Зум" in Notification.objects.latest("pk").body
    assert remind() == 0
    # moved: everybody has just been told, so it is not said twice on one day
    clear_notifications()
    with scope(cast.cuprija):
        checkins.move(
            row, checkins.CheckInPlan(at(date(2027, 1, 2)), CheckInMethod.VIDEO), "Празник", by=cast.mentor
        )  # fmt: skip
    clear_notifications()
    on(time_machine, "2027-01-01 08:00")
    assert remind() == 3


def test_one_that_was_planned_today_for_tomorrow_or_called_off_is_not_told_again(cast: Cast, time_machine: Any) -> None:
    with scope(cast.cuprija):
        checkins.plan(cast.cuprija, checkins.CheckInPlan(at(date(2026, 12, 2)), CheckInMethod.VIDEO), by=cast.mentor)
        off = checkins.plan(
            cast.cuprija, checkins.CheckInPlan(at(date(2026, 12, 10)), CheckInMethod.VIDEO), by=cast.mentor
        )
        checkins.cancel(off, "Болест", by=cast.mentor)
    assert remind() == 0
    on(time_machine, "2026-12-09 09:00")
    assert remind() == 0


# ---- ends


def test_two_weeks_before_the_end_of_a_plan_both_sides_are_told(cast: Cast, plan: Plan, time_machine: Any) -> None:
    """Three months from 1 December end on the last day of February."""
    on(time_machine, "2027-02-13 09:00")
    spoken(cast, date(2027, 2, 12))
    assert remind() == 0
    on(time_machine, "2027-02-14 09:00")
    assert remind() == 3
    assert notified()[0][1] == "Ćuprija: the plan ends on 28 February 2027"
    assert remind() == 0


def test_staff_is_told_when_nobody_follows_a_mentor(cast: Cast, plan: Plan, time_machine: Any) -> None:
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=date(2027, 1, 5))
    on(time_machine, "2026-12-22 09:00")
    spoken(cast, date(2026, 12, 21))
    assert remind() == 1
    assert notified() == [("Staff", "Ćuprija: no mentor after 5 January 2027")]
    assert remind() == 0


@pytest.mark.parametrize("why", ["followed", "leaves", "closed"])
def test_staff_is_not_told_when_somebody_follows_or_the_work_is_over(
    cast: Cast, plan: Plan, time_machine: Any, why: str
) -> None:
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=date(2027, 1, 5))
    if why == "followed":
        Pairing.objects.create(mentor=person("heir"), municipality=cast.cuprija, starts_on=date(2027, 1, 6))
    elif why == "leaves":
        Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=date(2027, 1, 5))
    else:
        with scope(cast.cuprija):
            plans.close(plan, ClosingReason.REPLACED, by=cast.mentor)
    on(time_machine, "2026-12-22 09:00")
    spoken(cast, date(2026, 12, 21))
    assert remind() == 0


# ---- silence


def test_after_four_weeks_without_a_check_in_the_mentor_is_told_once(cast: Cast, plan: Plan, time_machine: Any) -> None:
    with scope(cast.cuprija):
        Activity.objects.update(due_on=date(2027, 2, 20))
    on(time_machine, "2026-12-28 09:00")
    assert remind() == 0
    on(time_machine, "2026-12-29 09:00")
    assert remind() == 1
    assert notified() == [("Mentor", "Ćuprija: no check-in is planned")]
    assert "There has been none for four weeks." in Notification.objects.latest("pk").body
    on(time_machine, "2027-01-20 09:00")
    assert remind() == 0
    # one is held; four weeks later it is said again, with its day
    spoken(cast, date(2027, 1, 19))
    on(time_machine, "2027-02-16 09:00")
    remind()
    assert ("Mentor", "Ćuprija: no check-in is planned") in notified()
    with everywhere("test"):
        assert Reminder.objects.filter(kind=ReminderKind.SILENCE).count() == 2


def test_one_that_is_planned_breaks_the_silence_and_one_called_off_does_not(
    cast: Cast, plan: Plan, time_machine: Any
) -> None:
    on(time_machine, "2026-12-29 09:00")
    with scope(cast.cuprija):
        Activity.objects.update(due_on=date(2027, 2, 20))
        row = checkins.plan(
            cast.cuprija, checkins.CheckInPlan(at(date(2027, 1, 30)), CheckInMethod.VIDEO), by=cast.mentor
        )
    assert remind() == 0
    with scope(cast.cuprija):
        checkins.cancel(row, "Болест", by=cast.mentor)
    clear_notifications()
    assert remind() == 1


def test_a_new_mentor_has_four_weeks_of_their_own(cast: Cast, plan: Plan, time_machine: Any) -> None:
    with scope(cast.cuprija):
        Activity.objects.update(due_on=date(2027, 2, 20))
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=date(2026, 12, 20))
    Pairing.objects.create(mentor=person("heir"), municipality=cast.cuprija, starts_on=date(2026, 12, 21))
    on(time_machine, "2026-12-29 09:00")
    assert remind() == 0
    on(time_machine, "2027-01-18 09:00")
    remind()
    assert notified() == [("Heir", "Ćuprija: no check-in is planned")]


# ---- how much is asked


def test_the_search_asks_a_fixed_number_of_questions(
    cast: Cast, plan: Plan, django_assert_max_num_queries: Any
) -> None:
    from mentoring.queries.reminders import due

    day = date(2026, 12, 24)
    for number in range(6):
        municipality = Municipality.objects.create(
            slug=f"grad-{number}", name_cyrl=f"Град {number}", name_latn=f"Grad {number}", name_en=f"Grad {number}",
            kind="municipality", district=cast.cuprija.district, joined_on=START - 50 * DAY,
        )  # fmt: skip
        Enrolment.objects.create(cohort=Cohort.objects.get(), municipality=municipality, starts_on=START - 20 * DAY)
        Pairing.objects.create(
            mentor=cast.mentor, municipality=municipality, starts_on=START - 20 * DAY, ends_on=day + 10 * DAY
        )
        Membership.objects.create(user=cast.stranger, municipality=municipality, role=Role.OFFICER)
        with scope(municipality):
            made = plans.start(
                Enrolment.objects.get(municipality=municipality), START, date(2027, 2, 28), "",
                [wanted(f"А {number}", due=30)],
                side=Side.MUNICIPALITY, by=cast.stranger,
            )  # fmt: skip
            plans.agree(made, side=Side.MUNICIPALITY, by=cast.stranger)
            plans.agree(made, side=Side.MENTOR, by=cast.mentor)
            local = at(day + DAY)
            CheckIn.objects.create(
                municipality=municipality, mentor=cast.mentor, way=CheckInMethod.VISIT,
                local_time=datetime(2026, 12, 25, 10, tzinfo=UTC), due_at=local.due_at, planned_by=cast.mentor,
            )  # fmt: skip
    with everywhere("test"), django_assert_max_num_queries(14):
        reminders = due(day, moment("2026-12-24 09:00"))
    assert len([reminder for reminder in reminders if reminder.kind == ReminderKind.DUE_SOON]) == 7
    assert len([reminder for reminder in reminders if reminder.kind == ReminderKind.UNFOLLOWED]) == 6
