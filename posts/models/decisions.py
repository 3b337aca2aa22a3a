"""Who decided what about which version."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from municipalities.tenancy import TenantModel
from posts.enums import DecisionKind
from posts.models.version import Version

User = settings.AUTH_USER_MODEL


class Decision(TenantModel):
    """Submitted, read, approved, returned …: of a version, by a person. Nothing of a row changes but `remind_at`.

    `due_at` is the time that was decided upon; it keeps its time on the clock when the rules of the time zone change
    (`posts.scheduling.domain.wall_times`). `for_whom` is the absent approver for whom a delegate decided. `threads`
    says what became of the conversations that were open at an approval: {"resolved": [ids], "left": [ids]}.
    `without_mentor`: the house asks the mentor first, and nobody was paired that day. An emergency has to be reviewed
    until `review_due_at`; `remind_at` is when the approvers hear of it next, empty once it was reviewed.
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
        """How many conversations were open and knowingly left so."""
        return len(self.threads.get("left", ()))

    @property
    def threads_resolved(self) -> int:
        """How many open conversations were resolved by it."""
        return len(self.threads.get("resolved", ()))
