"""Reports that a worker generates, their schedules, and the public page of a municipality."""

import pghistory
import pgtrigger

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import languages
from municipalities.models import Programme
from municipalities.tenancy import TenantModel
from reports.enums import Every, State, Trouble

User = settings.AUTH_USER_MODEL
OPEN = (State.WAITING, State.MAKING)


class GeneratedReport(models.Model):
    """A report that a worker generates for whole months, first to last, in one language.

    `files` names what lies in `settings.REPORTS_ROOT`: {"pdf": {"name": …, "bytes": …}, …}; the names cannot be
    guessed. A worker has a lease on it until `lease_until`; when that has expired, another worker starts over.
    """

    first = models.DateField()
    last = models.DateField()
    language = models.CharField(max_length=10, choices=languages.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    files = models.JSONField(default=dict)
    summary = models.TextField(blank=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ready_has_files",
                condition=~models.Q(state="ready")
                | (~models.Q(files={}) & models.Q(expires_at__isnull=False, ready_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="%(class)s_failed_says_why", condition=~models.Q(state="failed") | ~models.Q(trouble="")
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts", condition=models.Q(first__lte=models.F("last"))
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether a worker still has to finish it."""
        return self.state in OPEN

    @property
    def bytes(self) -> int:
        return sum(file["bytes"] for file in self.files.values())


class MonthlyReport(GeneratedReport, TenantModel):
    """The monthly page of a municipality. `asked_by` is empty when a schedule requested it."""

    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(GeneratedReport.Meta, TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["municipality", "-id"], name="monthly_report_page"),
            # for workers: reports to generate, and reports to delete
            models.Index(
                fields=["state"],
                name="monthly_report_open",
                condition=models.Q(state__in=["waiting", "making", "ready"]),
            ),
        ]
        constraints = [
            *GeneratedReport.Meta.constraints,
            models.UniqueConstraint(
                name="monthly_report_asked_once",
                fields=["municipality", "first", "language"],
                condition=models.Q(state__in=["waiting", "making"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.first:%Y-%m}"


class ProgrammeReport(GeneratedReport):
    """Report of a programme to its donor. `asked_by` is empty when a schedule requested it. `recount_because`: why its
    months are counted again, until that is done."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recount_because = models.CharField(max_length=300, blank=True)

    class Meta(GeneratedReport.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["programme", "-id"], name="programme_report_page"),
            models.Index(
                fields=["state"],
                name="programme_report_open",
                condition=models.Q(state__in=["waiting", "making", "ready"]),
            ),
        ]
        constraints = [
            *GeneratedReport.Meta.constraints,
            models.UniqueConstraint(
                name="programme_report_asked_once",
                fields=["programme", "first", "last", "language"],
                condition=models.Q(state__in=["waiting", "making"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.first:%Y-%m} {self.last:%Y-%m}"


class KeptContent(models.Model):
    """What the report of a programme says about months that are over: the plain data of `reports.document`, by
    language (`reports.kept`). Every file of these months is written from the latest edition; another edition needs a
    reason. Only added, so that a report says the same for ever."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    edition = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=300, blank=True)
    content = models.JSONField()
    as_of = models.DateTimeField()
    counted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_edition", fields=["programme", "first", "last", "edition"]),
            models.CheckConstraint(
                name="later_edition_has_reason", condition=models.Q(edition=1) | ~models.Q(reason="")
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept_content_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.programme} {self.first:%Y-%m} {self.last:%Y-%m} ({self.edition})"


class BaseSchedule(models.Model):
    """Day of the month and recipients of reports by mail. `next_run_at` is derived (`reports.rules`); NULL while
    paused."""

    day = models.PositiveSmallIntegerField(_("day of the month"))
    people: models.ManyToManyField = models.ManyToManyField(User, related_name="+")
    next_run_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_paused(self) -> bool:
        return self.next_run_at is None


class Schedule(BaseSchedule, TenantModel):
    """Of a municipality: every month."""

    every = Every.MONTH

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_report_schedule", fields=["municipality"]),
            models.CheckConstraint(name="report_day_is_a_day", condition=models.Q(day__gte=1, day__lte=31)),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"], name="report_schedule_due", condition=models.Q(next_run_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.day}"


class ProgrammeSchedule(BaseSchedule):
    """Of a programme: every month, or after each quarter."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    every = models.PositiveSmallIntegerField(_("How often"), choices=Every, default=Every.MONTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_programme_schedule", fields=["programme"]),
            models.CheckConstraint(name="programme_schedule_day_is_a_day", condition=models.Q(day__gte=1, day__lte=31)),
            models.CheckConstraint(name="programme_schedule_every", condition=models.Q(every__in=Every.values)),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.day}"


class BaseRun(models.Model):
    """One run of a schedule, identified by the last month that it reports on. It is unique, so nothing is sent
    twice."""

    month = models.DateField()  # first day of the last month that is reported on
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(default=timezone.now)
    notified_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Run(BaseRun, TenantModel):
    """One month of a municipality's schedule."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs")
    reports: models.ManyToManyField = models.ManyToManyField(MonthlyReport, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_run_a_month", fields=["schedule", "month"])]
        indexes = [
            models.Index(fields=["began_at"], name="report_run_open", condition=models.Q(notified_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ProgrammeRun(BaseRun):
    """One month, or one quarter, of a programme's schedule."""

    schedule = models.ForeignKey(ProgrammeSchedule, models.CASCADE, related_name="runs")
    reports: models.ManyToManyField = models.ManyToManyField(ProgrammeReport, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_programme_run", fields=["schedule", "month"])]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


FIELDS = ["is_on", "contact"]


@pghistory.track(fields=FIELDS, model_name="PublicPageEvent")
class PublicPage(TenantModel):
    """Whether the municipality's figures are public, and the contact for questions. Off until switched on."""

    is_on = models.BooleanField(_("Page is public"), default=False)
    contact = models.CharField(_("Whom one may ask"), max_length=200, blank=True)
    on_since = models.DateField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_public_page", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)
