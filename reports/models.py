"""Reports that a worker makes, the schedules that ask for them, and the public page of a municipality."""

import pghistory

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


class Made(models.Model):
    """Something a worker makes of whole months, first to last, in one language.

    `files` names what lies in `settings.REPORTS_ROOT`: {"pdf": {"name": …, "bytes": …}, …}; the names cannot be
    guessed. A worker that makes it holds it until `lease_until`; after that it is dead and another one begins again.
    """

    first = models.DateField()
    last = models.DateField()
    language = models.CharField(max_length=10, choices=languages.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
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
        """Whether a worker has still to do with it."""
        return self.state in OPEN

    @property
    def bytes(self) -> int:
        return sum(each["bytes"] for each in self.files.values())


class MonthlyReport(Made, TenantModel):
    """The page a month of a municipality. `asked_by` nobody: a schedule asked."""

    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Made.Meta, TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["municipality", "-id"], name="monthly_report_page"),
            # what a worker looks for: what is to be made, and what is to be deleted
            models.Index(
                fields=["state"],
                name="monthly_report_open",
                condition=models.Q(state__in=["waiting", "making", "ready"]),
            ),
        ]
        constraints = [
            *Made.Meta.constraints,
            models.UniqueConstraint(
                name="monthly_report_asked_once",
                fields=["municipality", "first", "language"],
                condition=models.Q(state__in=["waiting", "making"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.first:%Y-%m}"


class ProgrammeReport(Made):
    """What a programme tells its donor of some months. `asked_by` nobody: a schedule asked."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(Made.Meta):
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
            *Made.Meta.constraints,
            models.UniqueConstraint(
                name="programme_report_asked_once",
                fields=["programme", "first", "last", "language"],
                condition=models.Q(state__in=["waiting", "making"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.first:%Y-%m} {self.last:%Y-%m}"


class Planned(models.Model):
    """By mail on a day of the month, to whom. `next_at` is derived (`reports.rules`); NULL while paused."""

    day = models.PositiveSmallIntegerField(_("day of the month"))
    people: models.ManyToManyField = models.ManyToManyField(User, related_name="+")
    next_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_paused(self) -> bool:
        return self.next_at is None


class Schedule(Planned, TenantModel):
    """Of a municipality: every month."""

    every = Every.MONTH

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_report_schedule", fields=["municipality"]),
            models.CheckConstraint(name="report_day_is_a_day", condition=models.Q(day__gte=1, day__lte=31)),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="report_schedule_due", condition=models.Q(next_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.day}"


class ProgrammeSchedule(Planned):
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


class Occasion(models.Model):
    """Once of a schedule, told of by its last month. There is one and never another: nothing is sent twice."""

    month = models.DateField()  # the first of the last month that is told of
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Run(Occasion, TenantModel):
    """One month of a municipality's schedule."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="runs")
    reports: models.ManyToManyField = models.ManyToManyField(MonthlyReport, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_run_a_month", fields=["schedule", "month"])]
        indexes = [models.Index(fields=["began_at"], name="report_run_open", condition=models.Q(told_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ProgrammeRun(Occasion):
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
    """Whether everybody may see the municipality's sums, and whom they may ask about them. Off until switched on."""

    is_on = models.BooleanField(_("Everybody may see the page"), default=False)
    contact = models.CharField(_("Whom one may ask"), max_length=200, blank=True)
    on_since = models.DateField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_public_page", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)
