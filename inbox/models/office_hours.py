"""The automatic answer outside office hours: its switch, and where one was sent."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from inbox.models.conversations import Conversation
from inbox.models.messages import Reply
from municipalities.tenancy import TenantModel


class OfficeHours(TenantModel):
    """Whether a municipality answers private messages automatically while its offices are closed.

    `own_text` follows the fixed words (`inbox.office_hours_text`). `by` switched it on or wrote `own_text` last: it is
    sent in their name, and only while they may answer here.
    """

    is_on = models.BooleanField(default=False)
    own_text = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_office_hours", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)


class OfficeHoursAnswer(TenantModel):
    """One automatic answer. `until` is the day on which offices open next: there is one for each conversation and
    opening, so that nobody gets two in one night."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    until = models.DateField()
    reply = models.OneToOneField(Reply, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="office_hours_answer_once", fields=["conversation", "until"]),
        ]
        # those of the last days
        indexes = [models.Index(fields=["at"], name="office_hours_answer_age")]

    def __str__(self) -> str:
        return f"{self.conversation_id} · {self.until}"
