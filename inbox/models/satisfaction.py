"""Whether citizens say that their question was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inbox.enums import Satisfaction
from inbox.models.conversations import Conversation
from inbox.models.messages import Message, Reply
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class SatisfactionSurvey(TenantModel):
    """Whether a municipality asks. `by` switched it on: where answers need approval, an approver."""

    is_on = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_satisfaction_survey", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)


class SatisfactionQuestion(TenantModel):
    """The question, asked once after an answer. `message` was answered; `reply` is the automatic message that asks.

    `word` is what the citizen added to yes or no.
    """

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="satisfaction_questions")
    message = models.OneToOneField(Message, models.PROTECT, related_name="satisfaction_question")
    reply = models.OneToOneField(Reply, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    value = models.CharField(max_length=3, choices=Satisfaction, blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    word = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="satisfaction_answered",
                condition=Q(value="", answered_at__isnull=True) | (~Q(value="") & Q(answered_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="one_open_satisfaction_question", fields=["conversation"], condition=Q(value="")
            ),
        ]
        indexes = [models.Index(fields=["municipality", "answered_at"], name="satisfaction_answered_at")]

    def __str__(self) -> str:
        return self.value or "–"
