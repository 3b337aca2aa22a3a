"""The report of each month by mail, without anybody asking: who gets it and when, and the run of a month.

A run is a row, one for each month of a schedule: whatever dies or is delivered twice, nobody is told twice. Runs that
were missed (the portal was off, the schedule paused) are not made up for one by one: only the last month is told of.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.dates import month_year
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import Kind
from reports import rules
from reports.domain import make
from reports.enums import State
from reports.models import MonthlyReport, Run, Schedule


@transaction.atomic
def plan(municipality: Municipality, day: int, people: Sequence[User], *, by: Any) -> Schedule:
    """On this day of each month to these people; the first time on the next such day. Paused stays paused."""
    row = Schedule.objects.select_for_update().filter(municipality=municipality).first()
    due_at = rules.next_due(day, timezone.now())
    if row is None:
        row = Schedule(municipality=municipality, next_at=due_at)
    elif not row.is_paused:
        row.next_at = due_at
    row.day, row.changed_by = day, by
    row.save()
    row.people.set(people)
    audit.record("report.schedule", by=by, target=row, label=str(municipality), day=day,
                 people=[str(person) for person in people])  # fmt: skip
    return row


@transaction.atomic
def pause(schedule: Schedule, *, by: Any) -> None:
    row = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if row.is_paused:
        return
    row.next_at, row.changed_by = None, by
    row.save()
    audit.record("report.pause_schedule", by=by, target=row, label=str(row.municipality))


@transaction.atomic
def resume(schedule: Schedule, *, by: Any) -> None:
    """Goes on with the next day that comes; what lay in the pause is not sent."""
    row = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if not row.is_paused:
        return
    row.next_at, row.changed_by = rules.next_due(row.day, timezone.now()), by
    row.save()
    audit.record("report.resume_schedule", by=by, target=row, label=str(row.municipality))


@transaction.atomic
def end(schedule: Schedule, *, by: Any) -> None:
    audit.record("report.end_schedule", by=by, target=schedule, label=str(schedule.municipality))
    schedule.delete()


def begin_due() -> int:
    """Begin the runs that are due; returns how many. Each asks for one report a language."""
    with everywhere("find report schedules that are due"):
        rows = list(Schedule.objects.filter(next_at__lte=timezone.now()).values_list("pk", "municipality_id"))
    for pk, municipality in rows:
        with scope(municipality):
            _begin(pk)
    return len(rows)


@transaction.atomic
def _begin(pk: int) -> None:
    now = timezone.now()
    found = Schedule.objects.select_for_update(skip_locked=True, of=("self",)).select_related("municipality")
    schedule = found.filter(pk=pk, next_at__lte=now).first()
    if schedule is None:  # another worker has it
        return
    due_at = rules.last_due(schedule.day, now)
    if schedule.next_at is not None and due_at < schedule.next_at:  # the day was changed meanwhile
        due_at = schedule.next_at
    month = rules.told_of(due_at)
    schedule.next_at = rules.next_due(schedule.day, now)
    schedule.save(update_fields=["next_at"])
    run, is_new = Run.objects.get_or_create(
        schedule=schedule, month=month, defaults={"municipality": schedule.municipality, "due_at": due_at}
    )
    if not is_new:
        return
    languages = sorted({person.language for person in _active(schedule.people.all())})
    if not languages:
        run.told_at = now
        run.save(update_fields=["told_at"])
    for language in languages:
        run.reports.add(make.ask_monthly(schedule.municipality, month, language, by=None))


def tell_ready() -> int:
    """Tell the people of runs whose reports are all made (or cannot be); returns how many runs."""
    with everywhere("find runs of report schedules that are to be told"):
        rows = list(Run.objects.filter(told_at__isnull=True).values_list("pk", "municipality_id"))
    told = 0
    for pk, municipality in rows:
        with scope(municipality):
            told += _tell(pk)
    return told


@transaction.atomic
def _tell(pk: int) -> bool:
    run = Run.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, told_at__isnull=True).first()
    if run is None:
        return False
    reports = list(run.reports.all())
    if any(report.is_open for report in reports):
        return False
    schedule, municipality = run.schedule, run.municipality
    for report, people in _whose(reports, _active(schedule.people.all())):
        _notify(municipality, report, people)
    run.told_at = timezone.now()
    run.save(update_fields=["told_at"])
    audit.record("report.send", by=None, target=run, label=str(municipality), month=f"{run.month:%Y-%m}")
    return True


def _whose(reports: Iterable[MonthlyReport], people: Iterable[User]) -> list[tuple[MonthlyReport, list[User]]]:
    """Each gets the one in their language; another one where theirs could not be made, or they chose it only now."""
    ready = {report.language: report for report in reports if report.state == State.READY}
    if not ready:
        return []
    found: dict[int, list[User]] = defaultdict(list)
    for person in people:
        found[(ready.get(person.language) or next(iter(ready.values()))).pk].append(person)
    return [(report, found[report.pk]) for report in ready.values() if found[report.pk]]


def _active(people: Iterable[User]) -> list[User]:
    return [person for person in people if person.is_active]


def _notify(municipality: Municipality, report: MonthlyReport, people: Sequence[User]) -> None:
    facts = {"municipality": municipality, "month": report.first}

    def words() -> tuple[str, str]:
        told = {**facts, "month": month_year(report.first), "summary": report.summary}
        subject = _("%(municipality)s: the report for %(month)s") % told
        return subject, _("%(summary)s\n\nThe whole report is in the portal, as PDF, Excel and CSV.") % told

    printed = report.files["pdf"]
    file = None
    if printed["bytes"] <= settings.REPORT_MAIL_BYTES:
        name = f"{municipality.slug}-{report.first:%Y-%m}.pdf"
        file = {"path": printed["name"], "name": name, "type": "application/pdf"}
    notify(
        Kind.REPORT,
        people,
        municipality=municipality,
        url=reverse("report", args=[municipality.slug, report.pk]),
        words=words,
        about=f"reports.report:{report.pk}",
        file=file,
    )
