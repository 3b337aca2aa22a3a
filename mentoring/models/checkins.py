"""Check-ins between a mentor and a municipality, the next steps agreed in them, and reminders that were sent."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils import timezone

from mentoring.enums import CheckInMethod, CheckInState, ReminderKind, Side
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL
# Hours go into the donor's report in quarters.
QUARTER, MOST_HOURS = Decimal("0.25"), Decimal(24)
HOURS = models.DecimalField(max_digits=4, decimal_places=2)


class CheckIn(TenantModel):
    """One conversation: planned and then held, or written down afterwards.

    As of a post, its time is the local time (`local_time`, stored as if it were UTC, with `fold` and `zone`);
    `due_at` in UTC is derived from it. Of one that was held both say when it really was. `mentor` is who keeps it, also
    when their pairing has ended. `reason` is that of the last move, or of calling it off. `sequence` counts changes,
    for calendars that have it already.
    """

    mentor = models.ForeignKey(User, models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=CheckInMethod)
    subject = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=300, blank=True)
    local_time = models.DateTimeField()
    fold = models.PositiveSmallIntegerField(default=0)
    zone = models.CharField(max_length=40, default=settings.TIME_ZONE)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=CheckInState, default=CheckInState.PLANNED)
    moved_from = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    notes = models.TextField(blank=True)
    hours = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="check_in_held_has_hours",
                condition=Q(state="held", hours__isnull=False) | (~Q(state="held") & Q(hours__isnull=True)),
            ),
            models.CheckConstraint(
                name="check_in_hours_of_a_day",
                condition=Q(hours__isnull=True) | Q(hours__gte=QUARTER, hours__lte=MOST_HOURS),
            ),
            models.CheckConstraint(
                name="check_in_hours_in_quarters",
                condition=Q(hours__isnull=True)
                | Q(Exact(Mod(F("hours"), Value(QUARTER, HOURS), output_field=HOURS), Value(Decimal(0), HOURS))),
            ),
            models.CheckConstraint(
                name="check_in_settled_at",
                condition=Q(state="planned", settled_at__isnull=True)
                | (~Q(state="planned") & Q(settled_at__isnull=False)),
            ),
            models.CheckConstraint(name="check_in_cancelled_says_why", condition=~Q(state="cancelled") | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["municipality", "-due_at"], name="check_in_newest"),
            # the next ones of many municipalities, and what is reminded of
            models.Index(fields=["due_at"], name="check_in_planned", condition=Q(state="planned")),
            # hours over many municipalities
            models.Index(fields=["municipality", "local_time"], name="check_in_hours", condition=Q(state="held")),
        ]

    def __str__(self) -> str:
        return self.subject or str(CheckInMethod(self.way).label)

    @property
    def on(self) -> date:
        """The local day."""
        return self.local_time.date()

    @property
    def is_planned(self) -> bool:
        return self.state == CheckInState.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == CheckInState.HELD

    @property
    def waits_for_notes(self) -> bool:
        """Its time has passed, and it is neither recorded nor cancelled."""
        return self.is_planned and self.due_at < timezone.now()


class NextStep(TenantModel):
    """A task agreed in a check-in, with a due day. Its owner is a named person, or the whole side."""

    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="steps")
    text = models.CharField(max_length=300)
    side = models.CharField(max_length=12, choices=Side)
    owner = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="next_step_done_by_and_at",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["municipality", "due_on"], name="next_step_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return self.text

    @property
    def who(self) -> str:
        return self.owner or str(Side(self.side).label)

    @property
    def is_late(self) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < timezone.localdate()


class Reminder(TenantModel):
    """A reminder that was sent; its uniqueness makes sure that it is sent once.

    `about` names the thing with its day ("activity:7:2026-12-31"): on another day it is another reminder.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReminderKind)
    about = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="reminded_once", fields=["user", "kind", "about"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
