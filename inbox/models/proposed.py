"""Answers before they are sent: drafts, and answers that wait for an approver.

Both may repeat a citizen's words, so `inbox.domain.retention` erases them with the message.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inbox.enums import ProposalState
from inbox.models.messages import Message, Reply
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class AnswerDraft(TenantModel):
    """An unsent answer of one person to a message: `began_at` is its first change, `at` its last."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="drafts")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    text = models.TextField()
    began_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="answer_draft_once", fields=["message", "by"])]
        indexes = [models.Index(fields=["at"], name="answer_draft_age")]

    def __str__(self) -> str:
        return f"{self.by_id} · {self.message_id}"


class ProposedAnswer(TenantModel):
    """An answer that needs approval. At most one waits per message.

    `revision` grows with each change of the text: a decision names the revision that was read. `after` is the id of the
    newest reply that the author had seen. `text_by` is the author of the current text, which an approver may have
    changed. `reason` says why it was sent back.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="proposed")
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    after = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    text_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ProposalState, default=ProposalState.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reply = models.OneToOneField(Reply, models.PROTECT, null=True, related_name="proposed")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_proposed_answer", fields=["message"], condition=Q(state="waiting")),
            models.CheckConstraint(
                name="proposed_answer_is_sent_with_a_reply",
                condition=Q(state="sent", reply__isnull=False) | (~Q(state="sent") & Q(reply__isnull=True)),
            ),
        ]
        indexes = [
            # what waits for approvers
            models.Index(fields=["municipality", "at"], name="proposed_waiting", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return self.text[:60]
