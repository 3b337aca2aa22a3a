"""The report of each month by mail: on its day whatever the month, to each in their language, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from common import mail
from common.models import AuditEvent, MailMessage
from municipalities.models import Membership, Programme
from municipalities.tenancy import scope
from notifications.domain import send
from notifications.models import MailPreference, Notification
from portal.conditions import CONDITIONS
from reports import rules, tasks
from reports.domain import schedules
from reports.enums import Every
from reports.models import MonthlyReport, ProgrammeReport, ProgrammeRun, ProgrammeSchedule, Run, Schedule
from tests.people import Cast, sign_in
from tests.reports import numbers, reading


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- days


def test_it_is_due_on_its_day_or_the_last_of_a_shorter_month(subtests: pytest.Subtests) -> None:
    for day, now, due in [
        (31, "2026-10-15T12:00", "2026-10-31T06:00"),
        (31, "2026-10-31T06:00", "2026-11-30T06:00"),
        (31, "2027-01-31T06:01", "2027-02-28T06:00"),
        (30, "2028-02-10T00:00", "2028-02-29T06:00"),
        (29, "2027-02-10T00:00", "2027-02-28T06:00"),
        (28, "2026-12-28T06:00", "2027-01-28T06:00"),
        (1, "2026-12-31T23:30", "2027-01-01T06:00"),
        (1, "2026-12-15T00:00", "2027-01-01T06:00"),
        # the clock goes forward on 28 March 2027 and back on 31 October 2027: seven in the morning stays seven
        (28, "2027-03-20T00:00", "2027-03-28T05:00"),
        (27, "2027-03-20T00:00", "2027-03-27T06:00"),
        (30, "2027-10-20T00:00", "2027-10-30T05:00"),
        (31, "2027-10-20T00:00", "2027-10-31T06:00"),
    ]:
        with subtests.test(day=day, now=now, due=due):
            assert rules.next_due(day, at(now)) == at(due)
            assert rules.last_due(day, at(due)) == at(due)


def test_it_tells_of_the_month_before() -> None:
    assert rules.reported_month(at("2027-01-01T06:00")) == date(2026, 12, 1)
    assert rules.reported_month(at("2026-12-31T23:30")) == date(2026, 12, 1)  # already New Year in Belgrade
    assert rules.reported_month(at("2026-10-31T06:00")) == date(2026, 9, 1)


@pytest.mark.parametrize("text", ["2026-13", "26-10", "x", "", "2026", "1999-01", "2026-10-01", "２０２６-10-"])
def test_what_is_no_month(text: str) -> None:
    assert rules.parse_month(text) is None


def test_months_from_one_to_the_other() -> None:
    assert rules.months(date(2026, 11, 5), date(2027, 1, 31)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "now", "due", "months"),
    [
        (3, "2026-10-03T05:00", "2027-01-03T06:00", ("2026-10", "2026-12")),
        (3, "2026-10-03T04:59", "2026-10-03T05:00", ("2026-07", "2026-09")),
        (31, "2027-04-29T00:00", "2027-04-30T05:00", ("2027-01", "2027-03")),
    ],
)
def test_a_quarter_is_told_of_in_its_next_month(day: int, now: str, due: str, months: tuple[str, str]) -> None:
    assert rules.next_due(day, at(now), 3) == at(due)
    assert rules.last_due(day, at(due), 3) == at(due)
    span = rules.span(rules.reported_month(at(due)), 3)
    assert tuple(f"{month:%Y-%m}" for month in span) == months


# ---- runs


@pytest.fixture
def planned(cast: Cast) -> Schedule:
    """On the third of each month to the officer (English) and the approver (Serbian Latin)."""
    cast.approver.language = "sr-latn"
    cast.approver.save()
    with time_machine.travel("2026-10-20T10:00:00Z"):
        numbers.month(cast.cuprija, cast.officer, date(2026, 10, 1))
        with scope(cast.cuprija):
            return schedules.plan(cast.cuprija, 3, [cast.officer, cast.approver], by=cast.approver)


def day(moment: str) -> Any:
    return time_machine.travel(f"{moment}Z", tick=True)


def test_each_gets_it_once_in_their_language_with_the_pdf(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-03T05:59:00"):
        assert not CONDITIONS["reports"]()
        tasks.generate_reports()
        assert not Notification.objects.exists()
    with day("2026-11-03T06:00:10"):
        for is_due in (True, False, False):
            assert CONDITIONS["reports"]() is is_due
            tasks.generate_reports()
            send.send_due()
        mail.send_waiting()
    letters = {message.to[0]: message for message in outbox.outbox}
    assert sorted(letters) == ["approver@test.example", "officer@test.example"]
    assert len(outbox.outbox) == 2
    ours, other = letters["officer@test.example"], letters["approver@test.example"]
    assert ours.subject == "Ćuprija: the report for October 2026"
    assert "In October 2026, Ćuprija published 6 posts on 1 channel." in ours.body
    assert "oktobar 2026." in other.subject
    (name, body, kind) = ours.attachments[0]
    assert (name, kind) == ("cuprija-2026-10.pdf", "application/pdf")
    assert reading.pdf(body).language == "en"
    assert reading.pdf(other.attachments[0][1]).language == "sr-Latn"
    with scope(cast.cuprija):
        assert Run.objects.get().notified_at is not None
        assert Schedule.objects.get().next_run_at == at("2026-12-03T06:00")
        assert MonthlyReport.objects.count() == 2
    assert list(AuditEvent.objects.filter(verb="report.send").values_list("detail", flat=True)) == [
        {"month": "2026-10"}
    ]


def test_one_click_in_the_mail_stops_it(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
        message = MailMessage.objects.get(to="officer@test.example")
        address = message.headers["List-Unsubscribe"].strip("<>").partition("/notifications")[2]
        assert Client().post(f"/notifications{address}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailPreference.objects.get(user=cast.officer).kind == "report"
    MailMessage.objects.all().delete()
    with day("2026-12-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
    assert list(MailMessage.objects.values_list("to", flat=True)) == ["approver@test.example"]


def test_what_was_missed_is_made_up_for_once(cast: Cast, planned: Schedule) -> None:
    with day("2027-02-10T09:00:00"):
        tasks.generate_reports()
        tasks.generate_reports()
    with scope(cast.cuprija):
        assert list(Run.objects.values_list("month", flat=True)) == [date(2027, 1, 1)]
        assert Schedule.objects.get().next_run_at == at("2027-03-03T06:00")


def test_a_pause_sends_nothing_and_is_not_made_up_for(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-01T09:00:00"), scope(cast.cuprija):
        schedules.pause(planned, by=cast.officer)
    with day("2026-11-05T09:00:00"):
        tasks.generate_reports()
        with scope(cast.cuprija):
            schedules.resume(planned, by=cast.officer)
            assert Schedule.objects.get().next_run_at == at("2026-12-03T06:00")
        tasks.generate_reports()
    with scope(cast.cuprija):
        assert not Run.objects.exists()


def test_changing_the_day_within_the_month_sends_the_month_no_second_time(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        with scope(cast.cuprija):
            schedules.plan(cast.cuprija, 20, [cast.officer], by=cast.officer)
    with day("2026-11-20T06:01:00"):
        tasks.generate_reports()
        tasks.generate_reports()
    with scope(cast.cuprija):
        assert Run.objects.count() == 1
        assert Schedule.objects.get().next_run_at == at("2026-12-20T06:00")
    assert Notification.objects.filter(user=cast.officer).count() == 1


def test_who_changes_their_language_meanwhile_still_gets_one(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-03T06:01:00"):
        schedules.begin_due()
        assert CONDITIONS["reports"]()  # to be generated
        type(cast.officer).objects.filter(pk=cast.officer.pk).update(language="sr")
        tasks.generate_reports()
        send.send_due()
    assert sorted(MailMessage.objects.values_list("to", flat=True)) == ["approver@test.example", "officer@test.example"]


def test_who_left_gets_nothing_any_more(cast: Cast, planned: Schedule) -> None:
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
    assert list(MailMessage.objects.values_list("to", flat=True)) == ["approver@test.example"]


def test_a_large_pdf_is_a_link_for_which_one_signs_in(cast: Cast, planned: Schedule, settings: Any) -> None:
    settings.REPORT_MAIL_BYTES = 10
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
        message = MailMessage.objects.get(to="officer@test.example")
        assert message.files == []
        row = Notification.objects.get(user=cast.officer)
        assert f"/notifications/{row.pk}/open/" in message.body
        assert sign_in(cast.officer).get(row.url).status_code == 200
        assert Client().get(row.url).status_code == 302


def test_a_file_that_is_gone_by_then_leaves_the_mail_with_its_link(cast: Cast, planned: Schedule, shelf: Any) -> None:
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
        for file in shelf.iterdir():
            file.unlink()
        mail.send_waiting()
    assert [message.attachments for message in outbox.outbox] == [[], []]


# ---- its page


def test_an_officer_sets_it_up_pauses_and_ends_it(cast: Cast) -> None:
    client, path = sign_in(cast.officer), "/m/cuprija/reports/schedule/"
    with day("2026-11-25T09:00:00"):
        assert client.get(path).status_code == 200
        answer = client.post(path, {"day": "31", "people": [cast.officer.pk, cast.viewer.pk]})
        assert answer.headers["Location"] == path
        assert "30 November 2026 at 07:00" in client.get(path).text
        client.post(f"{path}pause/")
        assert "Paused" in client.get("/m/cuprija/reports/").text
        client.post(f"{path}resume/")
        client.post(f"{path}end/")
    with scope(cast.cuprija):
        assert not Schedule.objects.exists()
    assert client.post(f"{path}explode/").status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="report.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["report.schedule", "report.pause_schedule", "report.resume_schedule", "report.end_schedule"]


@pytest.mark.parametrize("fields", [{"day": "0"}, {"day": "32"}, {"day": "x"}, {"people": []}, {"people": ["99999"]}])
def test_a_day_that_is_none_and_people_from_elsewhere_are_refused(cast: Cast, fields: dict[str, Any]) -> None:
    sent = {"day": "3", "people": [cast.officer.pk], **fields}
    assert sign_in(cast.officer).post("/m/cuprija/reports/schedule/", sent).status_code == 422
    stranger = {"day": "3", "people": [cast.stranger.pk]}
    assert sign_in(cast.officer).post("/m/cuprija/reports/schedule/", stranger).status_code == 422


def test_a_viewer_may_read_reports_but_not_send_them(cast: Cast) -> None:
    assert sign_in(cast.viewer).get("/m/cuprija/reports/").status_code == 200
    assert sign_in(cast.viewer).get("/m/cuprija/reports/schedule/").status_code == 403


def test_the_end_of_a_schedule_takes_its_runs_but_not_the_reports(cast: Cast, planned: Schedule) -> None:
    with day("2026-11-03T06:01:00"):
        tasks.generate_reports()
        with scope(cast.cuprija):
            schedules.end(Schedule.objects.get(), by=cast.officer)
            assert MonthlyReport.objects.count() == 2


# ---- of a programme


@pytest.fixture
def quarterly(cast: Cast) -> ProgrammeSchedule:
    """On the third after each quarter, to the staff."""
    with time_machine.travel("2026-10-20T10:00:00Z"):
        return schedules.plan_programme(cast.programme, Every.QUARTER, 3, [cast.staff], by=cast.staff)


def test_the_staff_get_the_quarter_of_their_programme_once(cast: Cast, quarterly: ProgrammeSchedule) -> None:
    with day("2026-12-03T06:01:00"):
        tasks.generate_reports()
        assert not ProgrammeRun.objects.exists()
    with day("2027-01-03T06:00:10"):
        for _ in range(3):
            tasks.generate_reports()
            send.send_due()
        mail.send_waiting()
    (letter,) = outbox.outbox
    assert letter.to == ["staff@test.example"]
    assert letter.subject == "Swiss PRO: the report for October 2026 – December 2026"
    (name, body, kind) = letter.attachments[0]
    assert (name, kind) == ("programme-2026-10-2026-12.pdf", "application/pdf")
    assert reading.pdf(body).language == "en"
    made = ProgrammeReport.objects.get()
    assert made.asked_by is None
    address = Notification.objects.get(user=cast.staff).url
    assert address == f"/programme/reports/{made.pk}/"
    assert sign_in(cast.staff).get(address).status_code == 200
    assert "by the schedule" in sign_in(cast.staff).get("/programme/reports/").text


def test_who_left_the_staff_gets_no_report_of_the_programme(cast: Cast, quarterly: ProgrammeSchedule) -> None:
    cast.programme.staff.remove(cast.staff)
    with day("2027-01-03T06:01:00"):
        tasks.generate_reports()
        send.send_due()
    assert ProgrammeRun.objects.get().notified_at is not None
    assert not ProgrammeReport.objects.exists()
    assert not MailMessage.objects.exists()


def test_staff_set_it_up_pause_and_end_it(cast: Cast) -> None:
    client, path = sign_in(cast.staff), f"/programme/reports/by-mail/{cast.programme.pk}/"
    with day("2026-11-25T09:00:00"):
        assert client.get(path).status_code == 200
        answer = client.post(path, {"every": "3", "day": "31", "people": [cast.staff.pk]})
        assert answer.headers["Location"] == path
        assert "31 January 2027 at 07:00" in client.get(path).text
        client.post(f"{path}pause/")
        assert "Paused" in client.get("/programme/reports/").text
        client.post(f"{path}resume/")
        client.post(f"{path}end/")
    assert not ProgrammeSchedule.objects.exists()
    assert client.post(f"{path}explode/").status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="report.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [
        "report.schedule_programme", "report.pause_programme", "report.resume_programme", "report.end_programme"
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"every": "2"}, {"day": "32"}, {"people": []}])
def test_what_a_programme_cannot_choose_is_refused(cast: Cast, fields: dict[str, Any]) -> None:
    sent = {"every": "1", "day": "3", "people": [cast.staff.pk], **fields}
    path = f"/programme/reports/by-mail/{cast.programme.pk}/"
    assert sign_in(cast.staff).post(path, sent).status_code == 422
    outsider = {"every": "1", "day": "3", "people": [cast.officer.pk]}
    assert sign_in(cast.staff).post(path, outsider).status_code == 422


def test_another_programme_has_no_schedule_for_us(cast: Cast) -> None:
    other = Programme.objects.create(name="Another")
    assert sign_in(cast.staff).get(f"/programme/reports/by-mail/{other.pk}/").status_code == 404
    assert sign_in(cast.staff).post(f"/programme/reports/by-mail/{other.pk}/end/").status_code == 404
