"""Terms, publishing, more time, closing, and who hears that a step is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine

from django.utils import timezone, translation

from accounts.models import User
from common.errors import ActionNotAllowed
from municipalities.models import Membership
from municipalities.tenancy import scope
from notifications.models import Notification
from participation import rules
from participation.domain import ask, contribute, decide, overdue, publish, write
from participation.domain.write import ConsultationContent
from participation.enums import Decision
from participation.models import Consultation
from participation.queries import consultations as queries
from tests.participation.hearings import CONTENT, TODAY, again, draft, published
from tests.people import Cast


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False), translation.override("en"):
        yield


def refused(act: Any) -> ActionNotAllowed:
    with pytest.raises(ActionNotAllowed) as caught:
        act()
    return caught.value


def told() -> list[str]:
    """Names of those who were told about a consultation, in order."""
    return list(Notification.objects.filter(kind="consultation").order_by("pk").values_list("user__name", flat=True))


# ---------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("starts_on", "days", "count", "ends_on"),
    [
        (date(2026, 12, 1), 15, "calendar", date(2026, 12, 16)),
        (date(2026, 12, 1), 11, "calendar", date(2026, 12, 14)),  # the 12th is a Saturday
        (date(2026, 12, 22), 10, "calendar", date(2027, 1, 4)),  # New Year is two days, then a weekend
        (date(2027, 4, 20), 10, "calendar", date(2027, 5, 5)),  # Good Friday to Easter Monday, and Labour Day moves on
        (date(2027, 4, 26), 5, "working", date(2027, 5, 6)),
        (date(2026, 12, 31), 4, "working", date(2027, 1, 8)),  # New Year on the 1st, Christmas on the 7th
    ],
)
def test_a_term_ends_on_a_working_day(starts_on: date, days: int, count: str, ends_on: date) -> None:
    assert rules.earliest_end(starts_on, days, count) == ends_on


def test_a_last_day_that_is_a_holiday_is_accepted_and_explained(cast: Cast) -> None:
    row = draft(cast, ends_on=date(2027, 1, 7), decided_by=date(2027, 1, 20), report_by=date(2027, 2, 10))
    (warning,) = publish.warnings(row)
    assert "7 January 2027" in warning
    assert "Friday, 8 January 2027" in warning
    with scope(cast.cuprija):
        publish.publish(row, by=cast.approver)


def test_an_hour_that_does_not_exist_is_refused_and_one_that_exists_twice_is_the_later_one(cast: Cast) -> None:
    later = {"starts_on": date(2027, 3, 1), "decided_by": date(2027, 12, 1), "report_by": date(2027, 12, 2)}
    error = refused(lambda: draft(cast, ends_on=date(2027, 3, 28), last_hour=time(2, 30), **later))
    assert error.field == "last_hour"
    assert "02:30 does not exist" in error.message
    assert "03:00" in error.message
    row = draft(cast, ends_on=date(2027, 10, 31), last_hour=time(2, 30), **later)
    assert row.closes_at == datetime.fromisoformat("2027-10-31T01:30:00+00:00")
    assert any("exists twice" in warning for warning in publish.warnings(row))


def test_the_last_day_is_whole(cast: Cast) -> None:
    assert draft(cast).closes_at == datetime.fromisoformat("2026-12-15T23:00:00+00:00")


# ---------------------------------------------------------------- publishing


def test_a_term_that_is_too_short_is_a_draft_and_not_published(cast: Cast) -> None:
    plan = {"kind": "plan", "ground": "planning-public-insight"}
    row = draft(cast, **plan)
    error = refused(lambda: publish_by(cast, row, cast.approver))
    assert error.field == "ends_on"
    assert "31 December 2026" in error.message
    days = {"ends_on": date(2026, 12, 31), "decided_by": date(2027, 1, 20), "report_by": date(2027, 2, 1)}
    with scope(cast.cuprija):
        write.change(row, ConsultationContent(**{**CONTENT, **plan, **days}), by=cast.officer)
    done = publish_by(cast, row, cast.approver)
    assert (done.stage, done.least_days) == ("published", 30)


def publish_by(cast: Cast, row: Consultation, by: User) -> Consultation:
    with scope(cast.cuprija):
        return publish.publish(row, by=by)


def test_what_is_to_be_announced_before_its_first_day_is(cast: Cast) -> None:
    early = {"kind": "plan", "ground": "planning-early-public-insight", "ends_on": date(2026, 12, 18)}
    error = refused(lambda: publish_by(cast, draft(cast, **early), cast.approver))
    assert error.field == "starts_on"
    assert "7 December 2026" in error.message


def test_only_an_approver_publishes_and_not_after_the_right_ended(cast: Cast) -> None:
    row = draft(cast)
    assert "Only an approver" in refused(lambda: publish_by(cast, row, cast.officer)).message
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    assert "Only an approver" in refused(lambda: publish_by(cast, row, cast.approver)).message
    assert again(cast, row).is_draft


def test_what_is_missing_is_named_at_its_field(cast: Cast) -> None:
    row = draft(cast, subject="", starts_on=None, ends_on=None, decided_by=None, report_by=None, ways_in=("mail",))
    fields = [name for _problem, name in publish.problems(row)]
    assert fields == ["subject", "starts_on", "ends_on", "decided_by", "report_by", "mail"]


def test_people_of_elsewhere_are_not_put_in_charge(cast: Cast) -> None:
    assert refused(lambda: draft(cast, officer=cast.stranger)).field == "officer"
    assert refused(lambda: draft(cast, officer=cast.viewer)).field == "officer"
    assert refused(lambda: draft(cast, approver=cast.officer)).field == "approver"


def test_an_approver_is_asked_once_until_something_changes(cast: Cast) -> None:
    row = draft(cast)
    with scope(cast.cuprija):
        assert ask.ask_to_publish(row, by=cast.officer) == [cast.approver]
    assert told() == [cast.approver.name]
    with scope(cast.cuprija), time_machine.travel("2026-11-30T10:05:00Z", tick=False):
        assert "already" in refused(lambda: ask.ask_to_publish(row, by=cast.officer)).message
        write.change(row, ConsultationContent(**CONTENT), by=cast.officer)
    with scope(cast.cuprija), time_machine.travel("2026-11-30T10:06:00Z", tick=False):
        ask.ask_to_publish(row, by=cast.officer)
    assert told() == [cast.approver.name] * 2


# ---------------------------------------------------------------- more time, calling off, closing


def test_a_term_becomes_longer_and_never_shorter(cast: Cast) -> None:
    row = published(cast)
    with scope(cast.cuprija):
        for day in (date(2026, 12, 15), date(2026, 12, 10)):
            assert refused(lambda day=day: write.extend(row, day, by=cast.approver)).field == "ends_on"
        assert "Only an approver" in refused(lambda: write.extend(row, date(2026, 12, 22), by=cast.officer)).message
        longer = write.extend(row, date(2026, 12, 22), by=cast.approver)
    assert (longer.decided_by, longer.report_by) == (date(2027, 1, 6), date(2027, 1, 27))
    assert longer.closes_at == datetime.fromisoformat("2026-12-22T23:00:00+00:00")


def test_what_was_public_is_called_off_with_a_reason_and_never_deleted(cast: Cast) -> None:
    row = published(cast)
    with scope(cast.cuprija):
        refused(lambda: write.delete(row, by=cast.approver))
        assert refused(lambda: write.call_off(row, "  ", by=cast.approver)).field == "because"
        assert "Only an approver" in refused(lambda: write.call_off(row, "Одложено", by=cast.officer)).message
        assert write.call_off(row, "Одложено", by=cast.approver).stage == "called_off"


def test_it_is_closed_after_its_term_and_with_every_contribution_decided(cast: Cast) -> None:
    row = published(cast)
    with scope(cast.cuprija):
        with time_machine.travel("2026-12-02T10:00:00Z", tick=False):
            contribution, _code = contribute.from_form(row, "Тротоар у Улици Кнеза Милоша")
            assert "not over" in refused(lambda: publish.close(row, by=cast.approver)).message
        with time_machine.travel("2026-12-17T10:00:00Z", tick=False):
            assert "1 contribution has no decision" in refused(lambda: publish.close(row, by=cast.approver)).message
            decide.decide(contribution, decide.Outcome(Decision.ACCEPTED), by=cast.officer)
            assert "Only an approver" in refused(lambda: publish.close(row, by=cast.officer)).message
            assert publish.close(row, by=cast.approver).stage == "closed"


# ---------------------------------------------------------------- overdue


def test_officer_then_approver_hear_once_that_a_step_is_overdue(cast: Cast) -> None:
    row = published(cast, decided_by=date(2026, 12, 18))  # a Friday
    expected = {
        "2026-12-18": [],
        "2026-12-20": [],  # Sunday
        "2026-12-21": [cast.officer.name],
        "2026-12-22": [cast.officer.name],
        "2026-12-23": [cast.officer.name, cast.approver.name],
        "2026-12-30": [cast.officer.name, cast.approver.name],
    }
    for day, names in expected.items():
        with time_machine.travel(f"{day}T09:00:00Z", tick=False):
            overdue.remind()
            overdue.remind()
            assert told() == names, day
    with scope(cast.cuprija):
        shown = queries.of_municipality(cast.cuprija).get(pk=row.pk)
        public = [
            queries.standing_of(shown, datetime.fromisoformat(f"2026-12-{day}T09:00:00+00:00")).step.is_public
            for day in (28, 29)
        ]
    assert public == [False, True]
    subject = Notification.objects.filter(kind="consultation").order_by("pk").values_list("subject", flat=True)[0]
    assert subject == "Overdue: Close it – Инвестиције у буџету за 2027. годину"


def test_a_draft_whose_first_day_passed_is_overdue_and_not_in_public(cast: Cast) -> None:
    draft(cast)
    with time_machine.travel("2026-12-02T09:00:00Z", tick=False):
        overdue.remind()
    assert told() == [cast.officer.name]


def test_approvers_hear_where_the_officer_left(cast: Cast) -> None:
    published(cast, decided_by=date(2026, 12, 18))
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    with time_machine.travel("2026-12-21T09:00:00Z", tick=False):
        overdue.remind()
    assert told() == [cast.approver.name]


# ---------------------------------------------------------------- what nobody ends


def test_the_people_in_charge_hear_once_before_words_are_erased(cast: Cast) -> None:
    row = published(cast)  # its term is over on 16 December 2026
    with scope(cast.cuprija):
        Consultation.objects.filter(pk=row.pk).update(overdue_reported_on=date(2027, 1, 10))
    both = [cast.officer.name, cast.approver.name]
    for day, names in {"2027-10-15": [], "2027-10-18": both, "2027-10-19": both, "2027-12-10": both}.items():
        with time_machine.travel(f"{day}T09:00:00Z", tick=False):
            overdue.announce_erasure()
            overdue.announce_erasure()
            assert told() == names, day
    one = Notification.objects.filter(kind="consultation").order_by("pk")[0]
    assert one.subject == "Words of citizens will be erased: Инвестиције у буџету за 2027. годину"
    for day in ("16 December 2027", "13 June 2028", "15 December 2028"):
        assert day in one.body


def test_nobody_hears_of_an_erasure_where_the_report_is_public_or_the_term_was_extended(cast: Cast) -> None:
    row = published(cast)
    with time_machine.travel("2027-11-01T09:00:00Z", tick=False):
        with scope(cast.cuprija):
            Consultation.objects.filter(pk=row.pk).update(
                stage="reported", closed_at=timezone.now(), reported_at=timezone.now()
            )
        assert overdue.announce_erasure() == 0
        with scope(cast.cuprija):
            Consultation.objects.filter(pk=row.pk).update(
                stage="published", closes_at=timezone.now(), overdue_reported_on=None
            )
        assert overdue.announce_erasure() == 0
    with time_machine.travel("2029-01-01T09:00:00Z", tick=False):
        assert overdue.announce_erasure() == 0  # too late to announce it


def test_approvers_alone_hear_of_an_erasure_where_the_officer_left(cast: Cast) -> None:
    published(cast)
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    with time_machine.travel("2027-11-01T09:00:00Z", tick=False):
        assert overdue.announce_erasure() == 1
    assert told() == [cast.approver.name]
