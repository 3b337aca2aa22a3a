"""Contributions of citizens to a consultation, whatever their way in, and what became of each."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inbox.models import Message, Reply, Settlement
from inbox.models.handover import DepartmentQuestion
from municipalities.tenancy import TenantModel
from participation.enums import (
    DECISION_STYLES,
    AgeBand,
    AnswerState,
    ConsultationStage,
    Decision,
    Gender,
    SpeakerRole,
    WayIn,
)
from participation.models.consultations import Consultation
from serbian.folding import fold

User = settings.AUTH_USER_MODEL


def contribution_search_key(number: int, text: str) -> str:
    """The folded words by which a contribution is found, with its number."""
    return fold(f"#{number} {text}").strip()


class Meeting(TenantModel):
    """A meeting of a consultation, and its minutes. `people` and `women` as counted by hand, None where nobody did."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="meetings")
    place = models.CharField(_("where"), max_length=200)
    at = models.DateTimeField(_("when"))
    people = models.PositiveIntegerField(_("how many people came"), null=True, blank=True)
    women = models.PositiveIntegerField(_("of them women"), null=True, blank=True)
    note = models.TextField(_("what was said in short"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_people",
                condition=Q(women__isnull=True) | Q(people__isnull=False, women__lte=F("people")),
            )
        ]

    def __str__(self) -> str:
        return self.place


class PaperBatch(TenantModel):
    """Proposals on paper, entered by one person and checked against the paper by another.

    `sheets` is how many there are on the table. Contributions of a batch count only once it is checked.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="batches")
    title = models.CharField(_("where it comes from"), max_length=200)
    sheets = models.PositiveIntegerField(_("number of sheets"))
    received_on = models.DateField(_("received on"))
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="paper_batch_two_people",
                condition=Q(checked_by__isnull=True, checked_at__isnull=True)
                | (Q(checked_at__isnull=False) & ~Q(checked_by=F("entered_by"))),
            )
        ]

    def __str__(self) -> str:
        return self.title


class AnswerRound(TenantModel):
    """One press by which a person answers the authors of decided contributions: `people` is how many.

    Where answers need approval, nothing is sent before `approved_at`, and an approver other than `by` gives it.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="rounds")
    people = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    needs_approval = models.BooleanField(default=False)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="participation_round_approved",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="participation_round_waits_once",
                fields=["consultation"],
                condition=Q(needs_approval=True, approved_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation}, {self.people}"

    @property
    def is_waiting(self) -> bool:
        """Whether an approver has to agree first."""
        return self.needs_approval and self.approved_at is None


class NoContribution(TenantModel):
    """A message that a person looked at and left out, so that it is not suggested for this consultation again."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="left_out")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="no_contribution_once", fields=["consultation", "message"])]

    def __str__(self) -> str:
        return str(self.message)


class Contribution(TenantModel):
    """One contribution. `number` is its public number within the consultation and never changes.

    `text` are the citizen's words; `public_text` what everybody reads of them, without names, "" while nobody has
    released it. `fingerprint` is that of `inbox.text_analysis.similarity`, and `similar_group` names the group of
    near-duplicates in the consultation, as there. `same_as`: a person joined it to another contribution, which then
    carries the decision for both; both count. `receipt` is the digest of the code that its author holds
    (`participation.rules.receipt_digest`). `contact` is an e-mail address, only where one was given. `round` is the
    press that answers its author, or did.

    `withdrawn_at`: its author withdrew their consent; the words are erased, the number stays. `gone_at`: the comment
    was deleted on its network after it was counted; the contribution stays, and its author is not quoted.
    `is_checked`: False for paper until a second person has compared it.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="contributions")
    number = models.PositiveIntegerField()
    way_in = models.CharField(max_length=8, choices=WayIn)
    text = models.TextField()
    public_text = models.TextField(blank=True)
    search_key = models.TextField(blank=True, editable=False)
    public_search_key = models.TextField(blank=True, editable=False)
    fingerprint = models.BigIntegerField(null=True)
    similar_group = models.BigIntegerField(null=True)
    has_personal_data = models.BooleanField(default=False)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="others")
    message = models.OneToOneField(Message, models.SET_NULL, null=True, related_name="contribution")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="contributions")
    batch = models.ForeignKey(PaperBatch, models.PROTECT, null=True, related_name="contributions")
    speaker = models.CharField(_("spoke as"), max_length=12, choices=SpeakerRole, blank=True)
    receipt = models.CharField(max_length=64, null=True, unique=True)
    contact = models.EmailField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    settlement = models.ForeignKey(Settlement, models.SET_NULL, null=True, related_name="+")
    age_band = models.CharField(max_length=5, choices=AgeBand, blank=True)
    gender = models.CharField(max_length=5, choices=Gender, blank=True)
    received_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    is_checked = models.BooleanField(default=True)
    decision = models.CharField(max_length=9, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    where_to = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answer_state = models.CharField(max_length=8, choices=AnswerState, blank=True, default=AnswerState.NONE)
    answer_error = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    reply = models.ForeignKey(Reply, models.SET_NULL, null=True, related_name="+")
    round = models.ForeignKey(AnswerRound, models.SET_NULL, null=True, related_name="contributions")
    withdrawn_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="contribution_number", fields=["consultation", "number"]),
            models.CheckConstraint(name="contribution_not_its_own_double", condition=~Q(same_as=F("id"))),
            models.CheckConstraint(
                name="contribution_decided",
                condition=Q(decision="", decided_at__isnull=True)
                | Q(decision="withdrawn", decided_at__isnull=False, withdrawn_at__isnull=False)
                | Q(decision="accepted", decided_at__isnull=False, decided_by__isnull=False)
                | (
                    Q(decision__in=["partly", "declined", "elsewhere"], decided_at__isnull=False)
                    & Q(decided_by__isnull=False)
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(name="contribution_where_to", condition=~Q(decision="elsewhere") | ~Q(where_to="")),
            models.CheckConstraint(
                name="contribution_withdrawn", condition=Q(withdrawn_at__isnull=True) | Q(decision="withdrawn", text="")
            ),
        ]
        indexes = [
            # the list of a consultation, newest first
            models.Index(fields=["consultation", "-number"], name="contribution_list"),
            # those without an end, oldest first
            models.Index(
                fields=["consultation", "number"],
                name="contribution_undecided",
                condition=Q(decision="", same_as__isnull=True),
            ),
            # filters and counts; what the counts read is all in it
            models.Index(
                fields=["consultation", "decision", "way_in"],
                include=["municipality", "is_checked"],
                name="contribution_counts",
            ),
            # the public list of those that are decided, newest first
            models.Index(
                fields=["consultation", "-number"],
                include=["municipality", "decision", "id"],
                name="contribution_decided_list",
                condition=Q(is_checked=True) & ~Q(decision=""),
            ),
            # answers that are due
            models.Index(
                fields=["municipality", "id"],
                name="contribution_to_answer",
                condition=Q(answer_state="", decided_at__isnull=False),
            ),
            # answers that are under way, or were not sent
            models.Index(
                fields=["id"], name="contribution_under_way", condition=Q(answer_state__in=["waiting", "failed"])
            ),
            # near-duplicates
            models.Index(
                fields=["consultation", "similar_group"],
                name="contribution_similar",
                condition=Q(similar_group__isnull=False),
            ),
            # words that are erased once their time is over
            models.Index(fields=["consultation"], name="contribution_age", condition=Q(erased_at__isnull=True)),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="contribution_search"),
            GinIndex(fields=["public_search_key"], opclasses=["gin_trgm_ops"], name="contribution_public_search"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def pill(self) -> tuple[str, str, Any]:
        """Its end as a pill: tone, icon, label (`common.states`)."""
        if not self.decision:
            return "waiting", "circle-dot", _("Without a decision")
        return *DECISION_STYLES[Decision(self.decision)], self.get_decision_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = contribution_search_key(self.number, self.text)
        self.public_search_key = contribution_search_key(self.number, self.public_text)
        super().save(*args, **kwargs)


class ContributionQuestion(DepartmentQuestion):
    """A question to a department about a contribution that came without a message: by the form, at a meeting, on paper.

    About one that is a message the inbox asks (`inbox.models.HandOver`). The decision takes the answer over: from then
    on the department cannot change it, unless the decision is taken back.
    """

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="questions")

    class Meta(DepartmentQuestion.Meta):
        indexes = [
            # questions to remind of
            models.Index(
                fields=["remind_at"],
                name="contribution_question_remind",
                condition=Q(reminded_at__isnull=True, answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    @property
    def is_used(self) -> bool:
        return bool(self.answered_at and self.contribution.decision)

    @property
    def is_obsolete(self) -> bool:
        """It was decided without the answer, or the consultation is over."""
        is_over = self.contribution.consultation.stage != ConsultationStage.PUBLISHED
        return not self.is_used and (is_over or bool(self.contribution.decision))


class ContributionFile(TenantModel):
    """What a citizen attached to the form: its type is that of its content, whatever its name says.

    `is_pictures`: of a PDF that carried more than pages, pictures of them.
    """

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="files")
    file = models.FileField(upload_to="contributions/", max_length=200)
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    is_pictures = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name
