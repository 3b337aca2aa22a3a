"""A question to a department about one message, by mail, with a link that needs no account."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbox.models.desk import Department
from inbox.models.messages import Message
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class HandOver(TenantModel):
    """One question. Whoever holds its link reads `question` and what of the citizen's words was chosen to go along
    (`shown`, `shown_name`, `shown_contact`), and nothing else.

    Of a link only the SHA-256 is kept: `token_hash` of the first mail's, `reminder_hash` of the reminder's, which gets
    one of its own because the first cannot be told again. `answer_by` is what the desk asked for; the links work until
    `expires_at`. There is no "opened": programs that check mail follow every link, so a look says nothing.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="handovers")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    shown = models.TextField(blank=True)
    shown_name = models.CharField(max_length=300, blank=True)
    shown_contact = models.CharField(max_length=300, blank=True)
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
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="handover_used_after_answer", condition=Q(used_at__isnull=True) | Q(answered_at__isnull=False)
            ),
        ]
        indexes = [
            # whom to remind
            models.Index(
                fields=["remind_at"],
                name="handover_remind",
                condition=Q(reminded_at__isnull=True, answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.department)

    def standing(self, now: datetime | None = None) -> str:
        """ "withdrawn", "used", "expired", "answered" or "waiting": the first that holds."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.used_at:
            return "used"
        if self.expires_at <= (now or timezone.now()):
            return "expired"
        return "answered" if self.answered_at else "waiting"

    @property
    def waits(self) -> bool:
        """Nobody has answered, and somebody still can."""
        return self.standing() == "waiting"

    @property
    def is_open(self) -> bool:
        """Its link still takes an answer, or a correction of one."""
        return self.standing() in ("waiting", "answered")
