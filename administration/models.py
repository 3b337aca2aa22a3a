"""The installation's own data, exports of municipalities, dismissed first steps, how far people are in a tour, and
resets of the demo."""

import pghistory

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from administration.enums import DemoResetProblem, DemoResetState, ExportState, Tour
from common.models import MailMessage
from municipalities.models import Municipality
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


FACTS = ["name", "operator", "address", "email", "phone", "privacy_email"]


@pghistory.track(fields=FACTS, model_name="InstallationEvent")
class Installation(models.Model):
    """One row: who runs this installation, and how far its first set-up has come.

    Of the set-up code only the hash is kept. `done` are steps of `SetUpStep`. `begun_by` made the first account by the
    code and goes on with the set-up; nobody: the first administrator came by a command, and there is no set-up.
    """

    name = models.CharField(_("name of the portal"), max_length=80, blank=True)
    operator = models.CharField(_("who is responsible"), max_length=160, blank=True)
    address = models.TextField(_("postal address"), max_length=400, blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    privacy_email = models.EmailField(_("e-mail address for personal data"), blank=True)
    # the first set-up
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    done = models.JSONField(default=list)
    begun_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    test_mail = models.ForeignKey(MailMessage, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="one_installation", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.name or "Dobošar"


class Export(TenantModel):
    """An export of a municipality in one file, for the person who requested it only.

    `name` is that of the file in `settings.EXPORTS_ROOT`, unguessable. A worker that builds it renews `lease_until`;
    when that is over, the worker is dead and another one begins again. `contents` counts what is in it.
    """

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    name = models.CharField(max_length=120, blank=True)
    bytes = models.BigIntegerField(null=True)
    contents = models.JSONField(default=dict)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # queried by workers: exports to build, and exports to delete
            models.Index(
                fields=["state"], name="export_open", condition=models.Q(state__in=["waiting", "building", "ready"])
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_export_at_a_time",
                fields=["municipality"],
                condition=models.Q(state__in=["waiting", "building"]),
            ),
            models.CheckConstraint(
                name="export_ready_has_a_file",
                condition=~models.Q(state="ready")
                | (~models.Q(name="") & models.Q(expires_at__isnull=False, bytes__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether a worker has still to do with it."""
        return self.state in (ExportState.WAITING, ExportState.BUILDING)


class PutAway(TenantModel):
    """A first step that was dismissed; `ALL`: the whole list."""

    ALL = "all"

    step = models.CharField(max_length=12)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="put_away_once", fields=["municipality", "step"])]

    def __str__(self) -> str:
        return self.step


class TourProgress(models.Model):
    """How far a person is in the tour of one of their roles; without a row it was neither begun nor declined.

    `municipality` is where the tour takes place, none for the staff of a programme. `marks` is {step: "done" |
    "skipped"}. `after_event` is the newest audit event when it began: what was done before does not count. It runs
    while `begun_at` is set and neither `left_at` nor `finished_at` is; one that was declined was left without a
    beginning.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="tours")
    tour = models.CharField(max_length=8, choices=Tour)
    municipality = models.ForeignKey(Municipality, models.CASCADE, null=True, related_name="+")
    marks = models.JSONField(default=dict)
    after_event = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="tour_once", fields=["user", "tour"]),
            models.UniqueConstraint(
                name="one_running_tour",
                fields=["user"],
                condition=models.Q(begun_at__isnull=False, left_at__isnull=True, finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="tour_was_begun_or_left",
                condition=models.Q(begun_at__isnull=False) | models.Q(left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.tour

    @property
    def is_running(self) -> bool:
        return self.begun_at is not None and self.left_at is None and self.finished_at is None


class DemoReset(models.Model):
    """One request to bring the demo back to its beginning; only where `settings.DEMO` is on.

    The process that does it renews `lease_until`; when that is over, the process is dead and another one begins.
    `reset_at`: the demo is back, in the same transaction; what may follow is the year before it. `ended_at`: nothing
    follows any more.
    """

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=DemoResetState, default=DemoResetState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    reset_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=8, choices=DemoResetProblem, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_demo_reset_at_a_time",
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="demo_reset_ends_once",
                condition=models.Q(state__in=["waiting", "running"], ended_at__isnull=True)
                | models.Q(state__in=["done", "failed"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_open(self) -> bool:
        """Whether a worker has still to do with it."""
        return self.ended_at is None
