"""Questions to departments, by mail, with a link that needs no account."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbox.models.desk import Department
from inbox.models.messages import Message
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class DepartmentQuestion(TenantModel):
    """One question. Whoever holds its link reads `question` and the chosen words of the citizen (`shown`), and nothing
    else. Subclasses name what it is about.

    Only the SHA-256 of a link is stored: `token_hash` for the first mail, `reminder_hash` for the reminder, which has
    its own link because the first one cannot be recovered. `answer_by` is the requested time; the links work until
    `expires_at`. Opening is not recorded: mail scanners follow every link, so it would mean nothing.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    shown = models.TextField(blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    reminder_hash = models.CharField(max_length=64, unique=True, null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_name = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.department)

    @property
    def is_used(self) -> bool:
        """Whether its answer was taken over, and can no longer be changed. Subclasses say when that is."""
        return False

    @property
    def is_obsolete(self) -> bool:
        """Whether nobody needs an answer any more, although nobody took the question back."""
        return False

    def standing(self, now: datetime | None = None) -> str:
        """ "withdrawn", "used", "expired", "answered" or "waiting": the first that holds."""
        if self.withdrawn_at or self.is_obsolete:
            return "withdrawn"
        if self.is_used:
            return "used"
        if self.expires_at <= (now or timezone.now()):
            return "expired"
        return "answered" if self.answered_at else "waiting"

    @property
    def waits(self) -> bool:
        """Whether it has no answer yet and still takes one."""
        return self.standing() == "waiting"

    @property
    def is_open(self) -> bool:
        """Its link still takes an answer, or a correction of one."""
        return self.standing() in ("waiting", "answered")


class HandOver(DepartmentQuestion):
    """A question about one message. `shown_name` and `shown_contact` are those of its author, where they go along."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="handovers")
    shown_name = models.CharField(max_length=300, blank=True)
    shown_contact = models.CharField(max_length=300, blank=True)
    used_at = models.DateTimeField(null=True)

    class Meta(DepartmentQuestion.Meta):
        constraints = [
            models.CheckConstraint(
                name="handover_used_after_answer", condition=Q(used_at__isnull=True) | Q(answered_at__isnull=False)
            ),
        ]
        indexes = [
            # questions to remind of
            models.Index(
                fields=["remind_at"],
                name="handover_remind",
                condition=Q(reminded_at__isnull=True, answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    @property
    def is_used(self) -> bool:
        return self.used_at is not None
