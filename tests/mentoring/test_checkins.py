"""Check-ins are planned, moved, called off and held; next steps are ticked off; hours add up for the donor."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import icalendar
import pytest
from openpyxl import load_workbook

from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from mentoring.domain import checkins
from mentoring.enums import CheckInMethod, CheckInState, Side
from mentoring.models import CheckIn, NextStep
from mentoring.queries.checkins import check_in_summary
from municipalities.models import Enrolment, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.models import Notification
from tests.mentoring.talks import ahead, at, held, planned, step
from tests.people import Cast, person, sign_in

DAY = timedelta(days=1)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def typed(**changed: Any) -> dict[str, Any]:
    """A form to plan one."""
    return {"on": str(today() + 3 * DAY), "at": "10:00", "way": "video", "place": "", "subject": "", **changed}


def form_data(*steps: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A form to write one down."""
    rows = [{"text": "", "side": "municipality", **row} for row in (*steps, {})]
    data: dict[str, Any] = {
        "on": str(today() - DAY), "at": "10:00", "way": "phone", "hours": "1.25", "subject": "", "notes": "Договорено.",
        "step-TOTAL_FORMS": len(rows), "step-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, row in enumerate(rows):
        data |= {f"step-{number}-{name}": value for name, value in row.items()}
    return {**data, **changed}


def whom() -> set[Any]:
    return {row.user for row in Notification.objects.all()}


# ---- planning


def test_a_mentor_plans_one_and_those_who_write_there_are_told(cast: Cast) -> None:
    wanted = typed(subject="Анкета", place="https://meet.example/soba")
    answer = sign_in(cast.mentor).post(url("check_in_new"), wanted)
    with scope(cast.cuprija):
        row = CheckIn.objects.get()
    assert answer.headers["Location"] == url("check_in", row.pk)
    assert (row.mentor, row.state, row.way, row.on) == (cast.mentor, "planned", "video", today() + 3 * DAY)
    assert whom() == {cast.officer, cast.approver}
    told_officer = Notification.objects.get(user=cast.officer)
    assert told_officer.url == url("check_in", row.pk)
    assert "About: Анкета" in told_officer.body
    assert "https://meet.example/soba" in told_officer.body
    for who in (cast.officer, cast.viewer, cast.staff, cast.mentor):
        page = sign_in(who).get(url("check_in", row.pk)).content.decode()
        assert 'href="https://meet.example/soba"' in page, who
    assert AuditEvent.objects.filter(verb="checkin.plan").count() == 1


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"on": "2020-01-01"}, "This time is past"),
        ({"on": str(date.today() + timedelta(days=500))}, "more than a year ahead"),
        ({"on": "31.02.2026"}, "This is not a day"),
        ({"way": "pigeon"}, "Select a valid choice"),
        ({"at": ""}, "Choose a time."),
        ({"subject": "а" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_planned_is_said_and_kept(cast: Cast, changed: dict[str, Any], says: str) -> None:
    answer = sign_in(cast.mentor).post(url("check_in_new"), typed(**{"subject": "Задржано", **changed}))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    with scope(cast.cuprija):
        assert not CheckIn.objects.exists()
    assert not Notification.objects.exists()


def test_the_clock_on_the_wall_counts_across_the_change_of_the_clock(cast: Cast) -> None:
    with scope(cast.cuprija):
        summer = checkins.plan(
            cast.cuprija, checkins.CheckInPlan(at(date(2027, 3, 26)), CheckInMethod.VIDEO), by=cast.mentor
        )
        later = checkins.plan(
            cast.cuprija, checkins.CheckInPlan(at(date(2027, 3, 29)), CheckInMethod.VIDEO), by=cast.mentor
        )
    assert summer.due_at == datetime(2027, 3, 26, 9, tzinfo=UTC)
    assert later.due_at == datetime(2027, 3, 29, 8, tzinfo=UTC)
    page = sign_in(cast.officer).get(url("check_ins")).content.decode()
    assert page.count("10:00") >= 2


def test_an_hour_that_does_not_exist_is_refused_and_one_that_is_there_twice_is_asked_about(cast: Cast) -> None:
    mentor = sign_in(cast.mentor)
    answer = mentor.post(url("check_in_new"), typed(on="2027-03-28", at="02:30"))
    assert "This time does not exist" in answer.content.decode()
    answer = mentor.post(url("check_in_new"), typed(on="2027-10-31", at="02:30"))
    if "more than a year ahead" not in answer.content.decode():
        assert "This hour exists twice" in answer.content.decode()
        assert mentor.post(url("check_in_new"), typed(on="2027-10-31", at="02:30", fold="1")).status_code == 302
        with scope(cast.cuprija):
            assert CheckIn.objects.get().due_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_two_at_the_same_moment_are_a_slip(cast: Cast) -> None:
    planned(cast.cuprija, cast.mentor)
    answer = sign_in(cast.mentor).post(url("check_in_new"), typed())
    assert "There is a check-in at that time already." in answer.content.decode()


def test_a_mentor_who_is_away_that_day_is_warned(cast: Cast) -> None:
    from mentoring.domain.absence import announce

    announce(today() + 2 * DAY, today() + 5 * DAY, "", by=cast.mentor)
    answer = sign_in(cast.mentor).post(url("check_in_new"), typed(), follow=True)
    assert "You are shown as away on" in answer.content.decode()


# ---- moving and calling off


def test_one_is_moved_with_a_reason_that_both_read(cast: Cast) -> None:
    row = planned(cast.cuprija, cast.mentor)
    Notification.objects.all().delete()
    answer = sign_in(cast.mentor).post(
        url("check_in_move", row.pk), typed(on=str(today() + 5 * DAY), reason="Седница скупштине")
    )
    assert answer.status_code == 302
    with scope(cast.cuprija):
        fresh = CheckIn.objects.get()
    assert (fresh.on, fresh.moved_from, fresh.sequence) == (today() + 5 * DAY, row.due_at, 1)
    assert whom() == {cast.officer, cast.approver}
    assert "Reason: Седница скупштине" in Notification.objects.first().body  # type: ignore[union-attr]
    page = sign_in(cast.officer).get(url("check_in", row.pk)).content.decode()
    assert "Седница скупштине" in page
    assert "Moved; it was to be" in page


def test_one_is_called_off_and_stays_in_the_history(cast: Cast) -> None:
    row = planned(cast.cuprija, cast.mentor)
    mentor = sign_in(cast.mentor)
    assert mentor.post(url("check_in_cancel", row.pk), {"reason": " "}).status_code == 422
    assert mentor.post(url("check_in_cancel", row.pk), {"reason": "Болест"}).status_code == 302
    page = sign_in(cast.officer).get(url("check_ins"))
    assert not page.context["coming"]
    assert [check_in.pk for check_in in page.context["page"]] == [row.pk]
    # what is settled is not moved, held or called off
    with scope(cast.cuprija):
        for act in (
            lambda: checkins.move(row, checkins.CheckInPlan(ahead(9), CheckInMethod.VIDEO), "Ипак", by=cast.mentor),
            lambda: checkins.cancel(row, "Ипак", by=cast.mentor),
            lambda: checkins.write_down(
                row,
                checkins.CheckInRecord(ahead(-1), CheckInMethod.VISIT, Decimal(1), "Ипак"),
                municipality=cast.cuprija,
                by=cast.mentor,
            ),
        ):
            with pytest.raises(ActionNotAllowed):
                act()


def test_another_mentor_of_the_municipality_does_not_touch_it(cast: Cast) -> None:
    """Pairings may overlap; a check-in is of one of the two."""
    other = person("other")
    Pairing.objects.create(mentor=other, municipality=cast.cuprija, starts_on=today() - DAY)
    row = planned(cast.cuprija, cast.mentor)
    client = sign_in(other)
    assert "Move or change" not in client.get(url("check_in", row.pk)).content.decode()
    answer = client.post(url("check_in_cancel", row.pk), {"reason": "Не могу"})
    assert answer.status_code == 422
    assert "Mentor keeps this check-in." in answer.content.decode()


def test_one_whose_mentor_has_left_belongs_to_whoever_accompanies_the_municipality(cast: Cast) -> None:
    row, past = planned(cast.cuprija, cast.mentor), held(cast.cuprija, cast.mentor)
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - DAY)
    heir = person("heir")
    Pairing.objects.create(mentor=heir, municipality=cast.cuprija, starts_on=today())
    client = sign_in(heir)
    assert "no longer accompanies the municipality" in client.get(url("check_in", row.pk)).content.decode()
    assert client.post(url("check_in_move", row.pk), typed(reason="Преузимам")).status_code == 302
    with scope(cast.cuprija):
        assert CheckIn.objects.get(pk=row.pk).mentor == heir
    # what the former one wrote stays theirs
    assert client.post(url("check_in_hold", past.pk), form_data()).status_code == 422
    page = client.get(url("check_ins")).content.decode()
    assert str(cast.mentor) in page
    # and whoever has no pairing any more is out
    assert sign_in(cast.mentor).get(url("check_ins")).status_code == 404


def test_a_mentor_who_is_an_officer_elsewhere_is_one_there_only(cast: Cast) -> None:
    """The stranger writes in Novi Pazar and accompanies Ćuprija."""
    Pairing.objects.create(mentor=cast.stranger, municipality=cast.cuprija, starts_on=today())
    there = reverse("check_in_new", args=["novi-pazar"])
    assert sign_in(cast.stranger).get(there).status_code == 403
    assert sign_in(cast.stranger).post(url("check_in_new"), typed()).status_code == 302


# ---- holding


def test_one_is_written_down_with_hours_and_next_steps(cast: Cast) -> None:
    row = planned(cast.cuprija, cast.mentor)
    with scope(cast.cuprija):
        CheckIn.objects.filter(pk=row.pk).update(due_at=row.due_at - 4 * DAY, local_time=row.local_time - 4 * DAY)
    assert "Was it held?" in sign_in(cast.mentor).get(url("check_ins")).content.decode()
    Notification.objects.all().delete()
    steps = (
        {"text": "Објавити анкету", "owner": "Ана", "due_on": str(today() + 7 * DAY)},
        {"text": "Послати пример", "side": "mentor"},
    )
    answer = sign_in(cast.mentor).post(url("check_in_hold", row.pk), form_data(*steps))
    assert answer.headers["Location"] == url("check_in", row.pk)
    with scope(cast.cuprija):
        fresh = CheckIn.objects.get()
        assert (fresh.state, fresh.hours, fresh.on) == ("held", Decimal("1.25"), today() - DAY)
        assert [(next_step.text, next_step.side, next_step.who) for next_step in fresh.steps.order_by("position")] == [
            ("Објавити анкету", "municipality", "Ана"),
            ("Послати пример", "mentor", "Mentor"),
        ]
    assert whom() == {cast.officer, cast.approver}
    assert "Договорено." in Notification.objects.first().body  # type: ignore[union-attr]
    # everybody who may see the plan reads the notes
    assert "Договорено." in sign_in(cast.viewer).get(url("check_in", row.pk)).content.decode()


def test_hours_are_told_in_the_readers_way_of_writing_numbers(cast: Cast) -> None:
    cast.mentor.language = "sr"
    cast.mentor.save()
    assert sign_in(cast.mentor).post(url("check_in_unplanned"), form_data(hours="2,75")).status_code == 302
    with scope(cast.cuprija):
        assert CheckIn.objects.get().hours == Decimal("2.75")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"hours": "0.3"}, "Hours are entered in quarters"),
        ({"hours": "0"}, "greater than or equal to"),
        ({"hours": "24.25"}, "less than or equal to"),
        ({"hours": "много"}, "Enter a number"),
        ({"hours": "NaN"}, "Enter a number"),
        ({"on": str(date.today() + timedelta(days=2))}, "This lies ahead"),
        ({"notes": ""}, "This field is required"),
        ({"notes": "а" * 8001}, "The notes are too long"),
        ({"step-0-due_on": "2026-01-01"}, "Enter the task."),
    ],
)
def test_what_cannot_be_written_down_is_said_and_kept(cast: Cast, changed: dict[str, Any], says: str) -> None:
    answer = sign_in(cast.mentor).post(url("check_in_unplanned"), form_data(**{"subject": "Задржано", **changed}))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "Задржано" in answer.content.decode()
    with scope(cast.cuprija):
        assert not CheckIn.objects.exists()


def test_the_database_holds_quarters(cast: Cast) -> None:
    row = held(cast.cuprija, cast.mentor)
    with scope(cast.cuprija), pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.filter(pk=row.pk).update(hours=Decimal("0.3"))


def test_notes_are_changed_and_steps_keep_what_was_ticked_off(cast: Cast) -> None:
    row = held(cast.cuprija, cast.mentor, -3, "1", "Прво", step("Један"), step("Два"), step("Три"))
    with scope(cast.cuprija):
        one, two, three = row.steps.order_by("position")
        checkins.tick(one, done=True, may_for_mentor=True, by=cast.officer)
    Notification.objects.all().delete()
    changed = [
        {"pk": one.pk, "text": "Један", "due_on": str(one.due_on)},
        {"pk": two.pk, "text": "Два и по"},
        {"pk": three.pk, "text": ""},
    ]
    assert (
        sign_in(cast.mentor).post(url("check_in_hold", row.pk), form_data(*changed, notes="Друго")).status_code == 302
    )
    with scope(cast.cuprija):
        fresh = CheckIn.objects.get()
        assert fresh.notes == "Друго"
        left = list(fresh.steps.order_by("position"))
    assert [(next_step.pk, next_step.text, next_step.done_at is not None) for next_step in left] == [
        (one.pk, "Један", True),
        (two.pk, "Два и по", False),
    ]
    assert whom() == {cast.officer, cast.approver}


# ---- next steps


def test_an_officer_ticks_off_what_is_theirs_and_opens_it_again(cast: Cast) -> None:
    row = held(cast.cuprija, cast.mentor, -3, "1", "Прво", step("Наш"), step("Менторов", Side.MENTOR))
    with scope(cast.cuprija):
        of_officer, of_mentor = row.steps.order_by("position")
    officer = sign_in(cast.officer)
    page = officer.get(url("check_ins")).content.decode()
    assert "Tick off: Наш" in page
    assert "Tick off: Менторов" not in page
    assert officer.post(url("check_in_step", row.pk, of_officer.pk), {"done": "1"}).status_code == 302
    with scope(cast.cuprija):
        assert NextStep.objects.get(pk=of_officer.pk).done_by == cast.officer
    officer.post(url("check_in_step", row.pk, of_officer.pk), {"done": "0"})
    answer = officer.post(url("check_in_step", row.pk, of_mentor.pk), {"done": "1"}, follow=True)
    assert "This is a step of the mentor" in answer.content.decode()
    with scope(cast.cuprija):
        assert not NextStep.objects.filter(done_at__isnull=False).exists()
    # a viewer and staff see it and do not tick
    for who in (cast.viewer, cast.staff):
        assert sign_in(who).post(url("check_in_step", row.pk, of_officer.pk)).status_code == 403
    assert sign_in(cast.mentor).post(url("check_in_step", row.pk, of_mentor.pk)).status_code == 302


def test_a_step_is_found_only_with_its_own_check_in(cast: Cast) -> None:
    row, other = held(cast.cuprija, cast.mentor, -3, "1", "Прво", step()), held(cast.cuprija, cast.mentor, -5)
    with scope(cast.cuprija):
        one = row.steps.get()
    assert sign_in(cast.officer).post(url("check_in_step", other.pk, one.pk)).status_code == 404


# ---- who may, and how much is asked


@pytest.mark.parametrize("name", ["check_in", "check_in_move", "check_in_cancel", "check_in_hold", "check_in_calendar"])
def test_another_municipality_s_check_in_is_not_there(cast: Cast, name: str) -> None:
    row = planned(cast.cuprija, cast.mentor)
    assert sign_in(cast.mentor).get(reverse(name, args=["novi-pazar", row.pk])).status_code == 404
    assert sign_in(cast.stranger).get(url(name, row.pk)).status_code == 404


@pytest.mark.parametrize("name", ["check_in_new", "check_in_unplanned"])
def test_only_a_mentor_keeps_check_ins(cast: Cast, name: str) -> None:
    for who in (cast.officer, cast.approver, cast.viewer, cast.staff):
        assert sign_in(who).get(url(name)).status_code == 403


def _count(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_pages_ask_a_fixed_number_of_questions(cast: Cast) -> None:
    officer, staff = sign_in(cast.officer), sign_in(cast.staff)
    row = held(cast.cuprija, cast.mentor, -3, "1", "Прво", step())
    planned(cast.cuprija, cast.mentor)
    paths = {officer: [url("check_ins"), url("check_in", row.pk)], staff: [reverse("check_in_hours")]}
    before = [_count(client, path) for client, all_of_them in paths.items() for path in all_of_them]
    for number in range(8):
        held(cast.cuprija, cast.mentor, -4 - 20 * number, "1", "Прво", step(f"Корак {number}"), step())
        held(cast.novi_pazar, cast.mentor, -4 - number)
        planned(cast.cuprija, cast.mentor, 4 + number)
    after = [_count(client, path) for client, all_of_them in paths.items() for path in all_of_them]
    assert after == before
    assert max(before) <= 12


# ---- the calendar


def test_one_goes_into_one_s_own_calendar(cast: Cast) -> None:
    row = planned(cast.cuprija, cast.mentor, place="Скупштинска сала", subject="Анкета")
    answer = sign_in(cast.officer).get(url("check_in_calendar", row.pk))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == row.due_at
    assert (event["status"], event["sequence"], str(event["location"])) == ("CONFIRMED", 0, "Скупштинска сала")
    with scope(cast.cuprija):
        checkins.cancel(row, "Болест", by=cast.mentor)
    again = sign_in(cast.officer).get(url("check_in_calendar", row.pk))
    (later,) = icalendar.Calendar.from_ical(again.content).walk("VEVENT")
    assert (later["uid"], later["status"], later["sequence"]) == (event["uid"], "CANCELLED", 1)


# ---- hours for the donor


def test_hours_add_up_by_month_mentor_and_municipality(cast: Cast) -> None:
    held(cast.cuprija, cast.mentor, -3, "1.5")
    held(cast.cuprija, cast.mentor, -4, "0.25")
    held(cast.novi_pazar, cast.mentor, -3, "2")
    planned(cast.cuprija, cast.mentor)
    page = sign_in(cast.staff).get(reverse("check_in_hours"))
    assert page.context["total"] == Decimal("3.75")
    assert page.context["check_ins"] == 3
    answer = sign_in(cast.staff).get(reverse("check_in_hours"), {"as": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Month,Mentor,Municipality,Check-ins,Hours"
    assert sum(Decimal(line.rsplit(",", 1)[1]) for line in lines[1:]) == Decimal("3.75")


def test_no_name_becomes_a_formula(cast: Cast) -> None:
    cast.mentor.name = '=HYPERLINK("https://zlo.example")'
    cast.mentor.save()
    held(cast.cuprija, cast.mentor)
    staff = sign_in(cast.staff)
    text = staff.get(reverse("check_in_hours"), {"as": "csv"}).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    raw = staff.get(reverse("check_in_hours"), {"as": "xlsx"}).content
    sheet = load_workbook(io.BytesIO(raw)).active
    assert sheet["B2"].value.startswith("'=")
    assert sheet["B2"].data_type == "s"
    assert sheet["E2"].value == 1.5
    assert staff.get(reverse("check_in_hours"), {"as": "exe"}).status_code == 404


def test_what_was_done_before_a_municipality_left_stays_in_the_report(cast: Cast) -> None:
    held(cast.cuprija, cast.mentor, -10, "1")
    held(cast.cuprija, cast.mentor, -2, "4")
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=today() - 5 * DAY)
    page = sign_in(cast.staff).get(reverse("check_in_hours"))
    assert page.context["total"] == Decimal(1)


@pytest.mark.parametrize("asked", [{"first": "x"}, {"first": "2026-13"}, {"first": "2999-01"}, {"page": "99"}])
def test_months_that_make_no_sense_count_as_not_chosen(cast: Cast, asked: dict[str, str]) -> None:
    assert sign_in(cast.staff).get(reverse("check_in_hours"), asked).status_code == 200


def test_a_month_is_one_on_the_wall(cast: Cast) -> None:
    """Half past midnight on the first of a month is the evening before in UTC."""
    first = today().replace(day=1)
    with scope(cast.cuprija):
        checkins.write_down(
            None, checkins.CheckInRecord(at(first, "00:30"), CheckInMethod.PHONE, Decimal("0.25"), "Касно"),
            municipality=cast.cuprija, by=cast.mentor,
        )  # fmt: skip
    Enrolment.objects.update(starts_on=first)
    lines = sign_in(cast.staff).get(reverse("check_in_hours")).context["page"].object_list
    assert [line.month for line in lines] == [first]


def test_only_staff_sees_hours(cast: Cast) -> None:
    for who in (cast.mentor, cast.officer, cast.administrator):
        assert sign_in(who).get(reverse("check_in_hours")).status_code == 404


# ---- at a glance


def test_a_glance_says_what_is_next_what_waits_and_what_is_open(cast: Cast) -> None:
    held(cast.cuprija, cast.mentor, -30, "1", "Прво", step("Старо", days=None))
    last = held(cast.cuprija, cast.mentor, -3, "1", "Друго", step("Ново", days=-1))
    coming = planned(cast.cuprija, cast.mentor)
    with scope(cast.cuprija):
        summary = check_in_summary()
    assert (summary.next, summary.last, summary.held, summary.waiting) == (coming, last, 2, 0)
    assert [str(next_step) for next_step in summary.steps] == ["Ново", "Старо"]
    assert summary.steps[0].is_late
    assert summary.last.state == CheckInState.HELD  # type: ignore[union-attr]
