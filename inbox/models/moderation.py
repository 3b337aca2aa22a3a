"""Hiding a citizen's message: the reason, a copy of the text, and the people who decided.

Hiding takes one person and happens at once. *Removing* for good needs the agreement of a second person beforehand.
Threats, hate, clearly unlawful content and dangerous falsehoods are also hidden by one person, because their deadline
is short, and a second person reviews them within a day (`confirm_by`). An overdue review is marked in the list;
nothing is shown again automatically, because every act is a person's decision.
Where the network can delete as well, hiding comes first and the removal is a row of its own with its own copy.

The copy is taken first and is sealed with a checksum (`inbox.moderation_rules.seal`). As evidence it outlives the
message and has a retention period of its own (`inbox.domain.evidence`); what remains afterwards is anonymous and only
counted.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import WebAddressField
from inbox import moderation_rules
from inbox.models.messages import Message
from inbox.moderation_rules import (
    FINAL_STATES,
    WORKER_STATES,
    AppealDecision,
    ModerationAction,
    ModerationReason,
    ModerationState,
)
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL

PILLS = {
    ModerationState.PROPOSED: ("waiting", "eye"),
    ModerationState.AGREED: ("info", "hourglass"),
    ModerationState.DOING: ("info", "refresh-cw"),
    ModerationState.BY_HAND: ("warning", "pencil"),
    ModerationState.DONE: ("good", "circle-check"),
    ModerationState.FAILED: ("problem", "octagon-alert"),
    ModerationState.REFUSED: ("quiet", "circle-slash"),
    ModerationState.SHOWING: ("info", "eye"),
    ModerationState.UNDONE: ("quiet", "undo-2"),
}

REMOVING = {ModerationState.AGREED: _("About to be removed"), ModerationState.DOING: _("Being removed")}


class Moderation(TenantModel):
    """One act on one message.

    `text` to `seal` are the copy, as of `copied_at`. `second_by` agreed to a removal, refused it or confirmed a hide.
    `next_at` is when a worker handles the row (null: no work for a worker), moved ahead by a lease while one does.
    `attempts` counts the calls to the network, `error_code` is why the last one has to be repeated ("needs_consent",
    "rate_limited", "not_reached"), `detail` the network's message or a note of what was done by hand. `done_by` is
    null where the portal did it. `appeal` is the objection as received. `was_untouched` records, when a copy is erased,
    whether it still matched its seal; null before that.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="moderations")
    reason = models.CharField(max_length=10, choices=ModerationReason)
    act = models.CharField(max_length=6, choices=ModerationAction)
    why = models.TextField(blank=True)
    text = models.TextField(blank=True)
    author_id = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)
    url = WebAddressField(max_length=600, blank=True)
    written_at = models.DateTimeField()
    copied_at = models.DateTimeField()
    seal = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    confirm_by = models.DateTimeField(null=True)
    second_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_why = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=ModerationState)
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=14, blank=True)
    detail = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undo_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undo_why = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True)
    appeal = models.TextField(blank=True)
    appealed_on = models.DateField(null=True)
    appeal_noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=7, choices=AppealDecision, blank=True)
    decision_why = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    was_untouched = models.BooleanField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            # at most one active act of each kind
            models.UniqueConstraint(
                name="moderation_once", fields=["message", "act"], condition=~Q(state__in=FINAL_STATES)
            ),
            models.CheckConstraint(
                name="moderation_by_two", condition=Q(second_by__isnull=True) | ~Q(second_by=F("by"))
            ),
            models.CheckConstraint(
                name="moderation_removed_by_two",
                condition=~Q(act=ModerationAction.REMOVE)
                | Q(state__in=[ModerationState.PROPOSED, *FINAL_STATES])
                | Q(second_by__isnull=False),
            ),
            # before anything is done there is a copy
            models.CheckConstraint(name="moderation_copy", condition=~Q(seal="") | Q(erased_at__isnull=False)),
            models.CheckConstraint(
                name="moderation_done_at",
                condition=~Q(state=ModerationState.DONE) | Q(done_at__isnull=False, copied_at__lte=F("done_at")),
            ),
            models.CheckConstraint(
                name="moderation_work", condition=Q(next_at__isnull=True) | Q(state__in=WORKER_STATES)
            ),
            models.CheckConstraint(
                name="moderation_decided",
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(decision=""), ~Q(decided_by=F("by")), decided_by__isnull=False, decided_at__isnull=False,
                    appealed_on__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["municipality", "state", "-at"], name="moderation_list"),
            models.Index(fields=["next_at"], name="moderation_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["at"], name="moderation_age", condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.get_reason_display()}"

    @property
    def pill(self) -> tuple[str, str, Any]:
        """How it looks (`common.states`)."""
        tone, icon = PILLS[ModerationState(self.state)]
        if self.waits_to_be_shown_by_hand:
            return tone, icon, _("Restored by hand")
        return (
            tone,
            icon,
            REMOVING.get(ModerationState(self.state)) if self.is_removing else ModerationState(self.state).label,
        )

    @property
    def is_removing(self) -> bool:
        """Whether the portal is about to delete it on the network."""
        return self.act == ModerationAction.REMOVE and self.state in REMOVING

    @property
    def is_live(self) -> bool:
        return self.state not in FINAL_STATES

    @property
    def waits_for_confirmation(self) -> bool:
        return self.confirm_by is not None and self.second_by_id is None and self.is_live

    @property
    def objection_waits(self) -> bool:
        return self.appealed_on is not None and not self.decision

    @property
    def waits_to_be_shown_by_hand(self) -> bool:
        return self.state == ModerationState.SHOWING and self.next_at is None

    @property
    def is_untouched(self) -> bool:
        """Whether the copy still matches its seal. False for an erased one."""
        return self.erased_at is None and self.seal == self.sealed()

    def sealed(self) -> str:
        """What the seal of this copy has to be."""
        return moderation_rules.seal(
            remote_id=self.message.remote_id, text=self.text, author_id=self.author_id,
            author_name=self.author_name, author_handle=self.author_handle, url=self.url,
            written_at=self.written_at, copied_at=self.copied_at,
        )  # fmt: skip


class HouseRules(TenantModel):
    """What a municipality adds to its house rules, and whether their page is public.

    The text itself is generated by `inbox.house_rules_text`; here is only the municipality's own input, in its own
    script.
    """

    is_on = models.BooleanField(_("Page can be read by everyone"), default=False)
    contact = models.CharField(_("Where one can object"), max_length=300, blank=True)
    formal = models.CharField(_("Where formal requests go"), max_length=300, blank=True)
    privacy = models.CharField(_("Contact for personal data"), max_length=300, blank=True)
    own_text = models.TextField(_("In your own words"), max_length=1000, blank=True)
    on_since = models.DateField(null=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_set_of_house_rules", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)
