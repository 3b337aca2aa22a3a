"""The plan of three months: what a mentor and a municipality agree on, the evidence for it, and its changes.

A plan is a draft until both have agreed; from then on it changes only by a `PlanChange` that both accept. Days are
dates in Belgrade, never hours, so that neither daylight saving time nor New Year moves anything. Activities copy the
texts of the library: later changes of the library do not change what was agreed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import languages
from common.fields import WebAddressField
from mentoring.enums import ChangeKind, ClosingReason, Proof, Side
from municipalities.models import Enrolment, Programme
from municipalities.tenancy import TenantModel
from needs.enums import NeedStage
from needs.models import Need
from posts.models import Post

User = settings.AUTH_USER_MODEL


def in_readers_language(serbian: str, english: str = "") -> str:
    """What was written in Serbian, as the reader reads it: English where there is any, Latin letters where they read
    Latin."""
    return languages.stored_text(serbian, english)


class EvidenceRequirement(models.Model):
    """What shows that something was done, and how much of it. `code` and `threshold` are those of an indicator."""

    proof = models.CharField(_("evidence of completion"), max_length=10, choices=Proof, default=Proof.POSTS)
    wanted = models.PositiveSmallIntegerField(_("how many"), default=1)
    code = models.CharField(_("indicator"), max_length=8, blank=True)
    threshold = models.FloatField(_("value to reach"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_indicator_with_threshold",
                condition=Q(proof=Proof.INDICATOR, threshold__isnull=False) & ~Q(code="")
                | ~Q(proof=Proof.INDICATOR) & Q(code="", threshold__isnull=True),
            ),
            models.CheckConstraint(name="%(class)s_wants_one_at_least", condition=Q(wanted__gte=1)),
        ]

    @property
    def proves_itself(self) -> bool:
        return self.proof == Proof.INDICATOR


class ActivityKind(EvidenceRequirement):
    """An activity in the library of a programme. `programme` is empty where a municipality takes part in none.

    `texts` are {"sr": {"name": "…", "description": "…", "evidence": "…"}, "en": {…}}; English may be missing.
    `usual_days` is after how many days of a plan it is usually due. `fits` narrows which posts are suggested as
    evidence: {"call": true, "interactive": true, "service": true, "category": "…"}.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")
    key = models.SlugField(max_length=40)
    texts = models.JSONField(default=dict)
    usual_days = models.PositiveSmallIntegerField(default=45)
    fits = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(EvidenceRequirement.Meta):
        constraints = [
            *EvidenceRequirement.Meta.constraints,
            models.UniqueConstraint(name="one_kind_each", fields=["programme", "key"], nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self._text("name")

    def _text(self, field: str) -> str:
        english: Mapping[str, Any] = self.texts.get("en") or {}
        return in_readers_language(str(self.texts["sr"].get(field, "")), str(english.get(field, "")))

    @property
    def description(self) -> str:
        return self._text("description")

    @property
    def evidence(self) -> str:
        """The description of the evidence."""
        return self._text("evidence")


class Plan(TenantModel):
    """What was agreed for the months after the training. The enrolment's municipality is its own.

    Each side agrees by one of its people. `agreed_at` is set when both have; until then both may edit.
    """

    # an enrolment is ended, not deleted
    enrolment = models.ForeignKey(Enrolment, models.DO_NOTHING, related_name="+")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    goal = models.TextField(_("goal"), blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    mentor_agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    mentor_agreed_at = models.DateTimeField(null=True)
    municipality_agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    municipality_agreed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_because = models.CharField(max_length=8, choices=ClosingReason, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_running_plan", fields=["enrolment"], condition=Q(closed_at__isnull=True)),
            models.CheckConstraint(name="plan_ends_after_it_starts", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="plan_agreed_by_both",
                condition=Q(agreed_at__isnull=True)
                | Q(mentor_agreed_at__isnull=False, municipality_agreed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_agreed_by_two_people",
                condition=Q(mentor_agreed_by__isnull=True)
                | Q(municipality_agreed_by__isnull=True)
                | ~Q(mentor_agreed_by=F("municipality_agreed_by")),
            ),
            models.CheckConstraint(
                name="plan_closed_for_a_reason",
                condition=Q(closed_at__isnull=True, closed_because="")
                | Q(closed_at__isnull=False) & ~Q(closed_because=""),
            ),
        ]
        indexes = [models.Index(fields=["municipality", "-starts_on"], name="plan_newest")]

    def __str__(self) -> str:
        return f"{self.municipality} {self.starts_on}–{self.ends_on}"

    @property
    def is_draft(self) -> bool:
        return self.agreed_at is None and self.closed_at is None

    @property
    def is_running(self) -> bool:
        """Agreed by both and not closed."""
        return self.agreed_at is not None and self.closed_at is None

    def agreed(self, side: str) -> bool:
        return bool(self.mentor_agreed_at if side == Side.MENTOR else self.municipality_agreed_at)


class Activity(TenantModel, EvidenceRequirement):
    """One thing that was agreed: who does it, by which day, and what shows it.

    `name` and `description` are as they were agreed; `english` holds both in English where the library gave them.
    `done_on` is the day on which it counts as done. The owner is a person of the portal or a name. `reading` is what
    the indicator came to when it was last read: {"value": 62.5, "n": 16, "why": "", "first": "…", "last": "…"}.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="activities")
    kind = models.ForeignKey(ActivityKind, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(pgettext_lazy("agreed with the mentor", "activity"), max_length=140)
    description = models.TextField(_("details"), blank=True)
    english = models.JSONField(default=dict)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    owner_name = models.CharField(_("who does it"), max_length=120, blank=True)
    due_on = models.DateField(_("due on"))
    position = models.PositiveSmallIntegerField(default=0)
    reading = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    # empty if an indicator proved it
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_note = models.CharField(max_length=500, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_because = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *EvidenceRequirement.Meta.constraints,
            models.CheckConstraint(
                name="activity_done_on_and_at",
                condition=Q(done_on__isnull=True, done_at__isnull=True)
                | Q(done_on__isnull=False, done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="activity_confirmed_when_done",
                condition=Q(confirmed_at__isnull=True) | Q(done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "due_on"], name="activity_plan"),
            # ME1, and what is due over many municipalities
            models.Index(fields=["municipality", "due_on"], name="activity_due", condition=Q(dropped_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return in_readers_language(self.name, str(self.english.get("name", "")))

    @property
    def what(self) -> str:
        """The description as the reader reads it."""
        return in_readers_language(self.description, str(self.english.get("description", "")))

    @property
    def who(self) -> str:
        return str(self.owner) if self.owner_id else self.owner_name

    @property
    def was_in_time(self) -> bool:
        return self.done_on is not None and self.done_on <= self.due_on

    def is_overdue(self, today: date | None = None) -> bool:
        """Its due day has passed and it was not reported as done."""
        return self.is_open and self.due_on < (today or timezone.localdate())

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


class PlanChange(TenantModel):
    """A change of an agreed plan: proposed by one side, in force once the other one agreed. Never deleted.

    `before` and `after` hold what the activity (or the plan) said and shall say, dates as ISO text. `accepted` None:
    undecided; False: declined, withdrawn by its proposer, or lapsed with its plan (`decided_by` None).
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="changes")
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, related_name="changes")
    what = models.CharField(max_length=6, choices=ChangeKind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=500)
    side = models.CharField(max_length=12, choices=Side)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="change_decided_by_and_at",
                condition=Q(accepted__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(accepted__isnull=False, decided_at__isnull=False),
            ),
            # a proposer cannot accept
            models.CheckConstraint(
                name="change_accepted_by_another",
                condition=~Q(accepted=True) | ~Q(decided_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                name="one_open_change_each", fields=["activity"], condition=Q(accepted__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["plan", "-proposed_at"], name="change_newest")]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.reason}"

    @property
    def is_open(self) -> bool:
        return self.accepted is None


class Evidence(TenantModel):
    """What shows that an activity was done. Taken back, never deleted.

    A post and a need keep a snapshot of what they were, so that the row still says what it meant when they are gone: of
    a need its title, its stage, how many asked (`n`), how many of them were informed, and when it was done or decided.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=10, choices=Proof)
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")
    need = models.ForeignKey(Need, models.SET_NULL, null=True, related_name="+")
    stage = models.CharField(max_length=10, choices=NeedStage, blank=True)
    informed = models.PositiveIntegerField(null=True)
    title = models.CharField(max_length=200, blank=True)
    url = WebAddressField(_("address"), max_length=500, blank=True)  # of a post: where it stood
    published_on = models.DateField(null=True)
    file = models.FileField(_("file"), max_length=200, blank=True)
    file_mime = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=8, blank=True)
    value = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # empty if an indicator proved it
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_post_each_as_evidence",
                fields=["activity", "post"],
                condition=Q(withdrawn_at__isnull=True, post__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_need_each_as_evidence",
                fields=["activity", "need"],
                condition=Q(withdrawn_at__isnull=True, need__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["activity", "at"], name="evidence_activity")]

    def __str__(self) -> str:
        return self.title or self.url or self.get_kind_display()
