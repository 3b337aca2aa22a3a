"""Decisions about versions, and who made them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel
from posts.enums import DecisionKind
from posts.models.version import Version

User = settings.AUTH_USER_MODEL


class Decision(TenantModel):
    """A decision of a person about a version: submitted, endorsed, approved, returned … Immutable but for `remind_at`.

    `due_at` is the approved time; it keeps its wall-clock time when the rules of the time zone change
    (`posts.scheduling.domain.wall_times`). `for_whom` is the absent approver for whom a delegate decided. `threads` are
    the threads that were open at an approval: {"resolved": [ids], "left": [ids]}. `without_mentor`: the mentor's
    endorsement was required, but nobody was paired that day. An emergency has to be reviewed until `review_due_at`;
    `remind_at` is the time of the next reminder, empty once it is reviewed.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    for_whom = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    threads = models.JSONField(default=dict)
    without_mentor = models.BooleanField(default=False)
    review_due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the few emergencies: what has to be reviewed, and whom to remind
            models.Index(
                fields=["municipality", "review_due_at"], name="decision_review", condition=Q(kind="emergency")
            ),
            models.Index(fields=["remind_at"], name="decision_remind", condition=Q(remind_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="emergency_has_reason_and_review",
                condition=~Q(kind="emergency") | (Q(review_due_at__isnull=False) & ~Q(note="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_id}"

    @property
    def threads_left(self) -> int:
        """How many threads were deliberately left open."""
        return len(self.threads.get("left", ()))

    @property
    def threads_resolved(self) -> int:
        """How many open threads it resolved."""
        return len(self.threads.get("resolved", ()))
