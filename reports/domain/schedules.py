"""Scheduled reports by mail: recipients, time, and each run.

A municipality has one a month; a programme one a month or one a quarter. A run is a row, one for each month of a
schedule, so nobody is notified twice, whatever dies or is delivered twice. Of missed runs (the portal was off, the
schedule paused) only the last one is made up for.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.dates import month_year
from municipalities.models import Municipality, Programme
from municipalities.queries import still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from reports import rules
from reports.domain import make
from reports.enums import Every, State
from reports.models import (
    GeneratedReport,
    MonthlyReport,
    ProgrammeReport,
    ProgrammeRun,
    ProgrammeSchedule,
    Run,
    Schedule,
)

Scheduled = Schedule | ProgrammeSchedule


@transaction.atomic
def plan(municipality: Municipality, day: int, people: Sequence[User], *, by: User) -> Schedule:
    """On this day of each month to these people; the first time on the next such day. Paused stays paused."""
    row = Schedule.objects.select_for_update().filter(municipality=municipality).first()
    row = row or Schedule(municipality=municipality, next_run_at=timezone.now())
    _plan(row, day, people, by)
    audit.record("report.schedule", by=by, target=row, label=str(municipality), day=day,
                 people=[str(person) for person in people])  # fmt: skip
    return row


@transaction.atomic
def plan_programme(
    programme: Programme, every: Every, day: int, people: Sequence[User], *, by: User
) -> ProgrammeSchedule:
    """The same for a programme; with quarters on this day of January, April, July and October."""
    row = ProgrammeSchedule.objects.select_for_update().filter(programme=programme).first()
    row = row or ProgrammeSchedule(programme=programme, next_run_at=timezone.now())
    row.every = every
    _plan(row, day, people, by)
    audit.record("report.schedule_programme", by=by, target=row, label=str(programme), day=day,
                 people=[str(person) for person in people])  # fmt: skip
    return row


def _plan(row: Scheduled, day: int, people: Sequence[User], by: User) -> None:
    if not row.is_paused:
        row.next_run_at = rules.next_due(day, timezone.now(), row.every)
    row.day, row.changed_by = day, by
    row.save()
    row.people.set(people)


@transaction.atomic
def pause(schedule: Scheduled, *, by: User) -> None:
    row = _locked(schedule)
    if row.is_paused:
        return
    row.next_run_at, row.changed_by = None, by
    row.save()
    audit.record(
        "report.pause_schedule" if isinstance(row, Schedule) else "report.pause_programme",
        by=by,
        target=row,
        label=_label(row),
    )


@transaction.atomic
def resume(schedule: Scheduled, *, by: User) -> None:
    """Continue with the next due day; runs during the pause are not made up for."""
    row = _locked(schedule)
    if not row.is_paused:
        return
    row.next_run_at, row.changed_by = rules.next_due(row.day, timezone.now(), row.every), by
    row.save()
    audit.record(
        "report.resume_schedule" if isinstance(row, Schedule) else "report.resume_programme",
        by=by,
        target=row,
        label=_label(row),
    )


@transaction.atomic
def end(schedule: Scheduled, *, by: User) -> None:
    audit.record(
        "report.end_schedule" if isinstance(schedule, Schedule) else "report.end_programme",
        by=by,
        target=schedule,
        label=_label(schedule),
    )
    schedule.delete()


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: people who may no longer read the reports get none. The schedule continues."""
    with everywhere("find the schedules by which somebody gets reports"):
        rows = list(Schedule.objects.filter(people=person).select_related("municipality").order_by("pk"))
    for row in rows:
        if not still_may(person, row.municipality, Verb.ANALYTICS_VIEW):
            with scope(row.municipality):
                row.people.remove(person)
                audit.record("report.end_mail", by=by, target=row, label=_label(row), person=str(person))
    for planned in ProgrammeSchedule.objects.filter(people=person).select_related("programme").order_by("pk"):
        if not (person.is_active and planned.programme.staff.filter(pk=person.pk).exists()):
            planned.people.remove(person)
            audit.record("report.end_programme_mail", by=by, target=planned, label=_label(planned), person=str(person))


def _locked(schedule: Scheduled) -> Scheduled:
    return type(schedule)._default_manager.select_for_update().get(pk=schedule.pk)


def _label(schedule: Scheduled) -> str:
    return str(schedule.municipality if isinstance(schedule, Schedule) else schedule.programme)


def _inside(municipality: int | None) -> AbstractContextManager[Any]:
    """The scope of that municipality; a programme's own rows need none."""
    return nullcontext() if municipality is None else scope(municipality)


def begin_due() -> int:
    """Begin the runs that are due; returns how many. Each asks for one report a language."""
    places, programmes = _due()
    for pk, municipality in places:
        with _inside(municipality):
            _begin(Schedule, pk)
    for pk in programmes:
        _begin(ProgrammeSchedule, pk)
    return len(places) + len(programmes)


def is_due() -> bool:
    """Whether `begin_due` or `notify_ready` may have anything to do."""
    return any((*_due(), *_not_notified()))


# (id, municipality) of municipalities' schedules, and ids of programmes'
Due = tuple[list[tuple[int, int]], list[int]]


def _due() -> Due:
    now = timezone.now()
    with everywhere("find report schedules that are due"):
        places = list(Schedule.objects.filter(next_run_at__lte=now).values_list("pk", "municipality_id"))
    return places, list(ProgrammeSchedule.objects.filter(next_run_at__lte=now).values_list("pk", flat=True))


def _not_notified() -> Due:
    with everywhere("find runs of report schedules that are to be told"):
        places = list(Run.objects.filter(notified_at__isnull=True).values_list("pk", "municipality_id"))
    return places, list(ProgrammeRun.objects.filter(notified_at__isnull=True).values_list("pk", flat=True))


@transaction.atomic
def _begin(model: type[Scheduled], pk: int) -> None:
    now = timezone.now()
    schedules = model._default_manager.select_for_update(skip_locked=True, of=("self",))
    schedule = schedules.filter(pk=pk, next_run_at__lte=now).first()
    if schedule is None:  # another worker has it
        return
    due_at = rules.last_due(schedule.day, now, schedule.every)
    if schedule.next_run_at is not None and due_at < schedule.next_run_at:  # the day was changed meanwhile
        due_at = schedule.next_run_at
    month = rules.reported_month(due_at)
    schedule.next_run_at = rules.next_due(schedule.day, now, schedule.every)
    schedule.save(update_fields=["next_run_at"])
    owned = {"municipality": schedule.municipality} if isinstance(schedule, Schedule) else {}
    run, is_new = schedule.runs.get_or_create(month=month, defaults={**owned, "due_at": due_at})
    if not is_new:
        return
    languages = sorted({person.language for person in _people(schedule)})
    if not languages:
        run.notified_at = now
        run.save(update_fields=["notified_at"])
    for language in languages:
        run.reports.add(_ask(schedule, month, language))


def _ask(schedule: Scheduled, month: Any, language: str) -> Any:
    if isinstance(schedule, Schedule):
        return make.ask_monthly(schedule.municipality, month, language, by=None)
    first, last = rules.span(month, schedule.every)
    return make.ask_programme(schedule.programme, first, last, language, by=None)


def notify_ready() -> int:
    """Notify the people of runs whose reports are finished (or failed); returns how many runs."""
    places, programmes = _not_notified()
    notified = 0
    for pk, municipality in places:
        with _inside(municipality):
            notified += _notify_of_run(Run, pk)
    for pk in programmes:
        notified += _notify_of_run(ProgrammeRun, pk)
    return notified


@transaction.atomic
def _notify_of_run(model: type[Run | ProgrammeRun], pk: int) -> bool:
    runs = model._default_manager.select_for_update(skip_locked=True, of=("self",))
    run = runs.filter(pk=pk, notified_at__isnull=True).first()
    if run is None:
        return False
    reports = list(run.reports.all())
    if any(report.is_open for report in reports):
        return False
    schedule = run.schedule
    for report, people in _whose(reports, _people(schedule)):
        _notify(schedule, report, people)
    run.notified_at = timezone.now()
    run.save(update_fields=["notified_at"])
    audit.record(
        "report.send" if isinstance(schedule, Schedule) else "report.send_programme",
        by=None,
        target=run,
        label=_label(schedule),
        month=f"{run.month:%Y-%m}",
    )
    return True


def _whose(reports: Iterable[GeneratedReport], people: Iterable[User]) -> list[tuple[Any, list[User]]]:
    """Each gets the one in their language; another one where theirs could not be made, or they chose it only now."""
    ready = {report.language: report for report in reports if report.state == State.READY}
    if not ready:
        return []
    recipients: dict[int, list[User]] = defaultdict(list)
    for person in people:
        recipients[(ready.get(person.language) or next(iter(ready.values()))).pk].append(person)
    return [(report, recipients[report.pk]) for report in ready.values() if recipients[report.pk]]


def _people(schedule: Scheduled) -> list[User]:
    """Who is on its list and may read it still: of a municipality the notification itself asks that."""
    people = schedule.people.filter(is_active=True)
    if isinstance(schedule, ProgrammeSchedule):
        people = people.filter(programmes=schedule.programme)
    return list(people)


def _notify(schedule: Scheduled, report: Any, people: Sequence[User]) -> None:
    is_of_a_place = isinstance(report, MonthlyReport)
    notify(
        NotificationKind.REPORT,
        people,
        municipality=report.municipality if is_of_a_place else None,
        url=reverse("report", args=[report.municipality.slug, report.pk])
        if is_of_a_place
        else reverse("programme_report", args=[report.pk]),
        build_text=lambda: _mail_texts(report),
        about=f"reports.report:{report.pk}" if is_of_a_place else f"reports.programme:{report.pk}",
        file=_attached(report),
    )


def _mail_texts(report: MonthlyReport | ProgrammeReport) -> tuple[str, str]:
    first, last = month_year(report.first), month_year(report.last)
    body = _("%(summary)s\n\nThe complete report is in the portal, as PDF, Excel and CSV.") % {
        "summary": report.summary
    }
    if isinstance(report, MonthlyReport):
        facts: dict[str, Any] = {"municipality": report.municipality, "month": first}
        return _("%(municipality)s: the report for %(month)s") % facts, body
    facts = {"programme": report.programme, "first": first, "last": last}
    if report.first == report.last:
        return _("%(programme)s: the report for %(first)s") % facts, body
    return _("%(programme)s: the report for %(first)s – %(last)s") % facts, body


def _attached(report: MonthlyReport | ProgrammeReport) -> dict[str, str] | None:
    printed = report.files["pdf"]
    if printed["bytes"] > settings.REPORT_MAIL_BYTES:
        return None
    if isinstance(report, MonthlyReport):
        name = f"{report.municipality.slug}-{report.first:%Y-%m}.pdf"
    else:
        name = f"programme-{report.first:%Y-%m}-{report.last:%Y-%m}.pdf"
    return {"path": printed["name"], "name": name, "type": "application/pdf"}
