"""The outbox: what is to be sent, and every call that may have reached a network.

`state` has one writer, `delivery.domain.move`. Attempts are append-only: opened before a call, closed after it.
"""

from datetime import datetime

import pgtrigger

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.enums import ChannelState
from channels.models import Channel
from common.fields import WebAddressField
from common.lazy_text import LazyText
from delivery import expiry
from delivery.enums import DELAYS, PAUSES, PRIVATE_REASONS, Outcome, ReasonCode, State, Step
from delivery.rules import DELAYED_AFTER, SEEN
from municipalities.tenancy import TenantModel
from platforms.visibility import Visibility, is_private

NOTIFY_CHANNEL = "delivery_due"
# What `common.states` calls the states of an answer that one person alone reads. It does not wait for a time.
PRIVATE_STATES = {
    "scheduled": "sending",
    "published": "sent",
    "failed": "not_sent",
    "twice": "sent_twice",
    "public_after_all": "sent_after_all",
}
"""PostgreSQL's NOTIFY that something has become due; `delivery.dispatch` listens."""


class Delivery(TenantModel):
    """One thing that shall appear on one channel once.

    `payload` is the frozen content, JSON of `platforms.types.Outgoing`. `key` is the idempotency key, made before the
    first call. What is `urgent` leaves its channel before all that is not. `next_at` is when a worker acts on the row
    again. `lease_until` is how long the claiming worker may be silent before the sweeper settles it. `unknown_since` is
    set while a call may have landed that is not reconciled: the opening of the earliest such attempt.

    A delivery of the kind "edit" changes what its parent published: it has no post of its own on the network.
    `shown` is the text as the network showed it first after `watched_from`, None before it; `shown_now`
    what it showed when it had become another one, at `changed_at`. `noted_at`: a person has seen that it was changed
    or removed there. `duplicate_check_at`: when it is searched for again, because more than one call may have landed,
    or because it may be public although nothing here says so (`delivery.domain.verify`). `duplicate_at`: since when it
    has a `DuplicatePost` that nobody has decided about. `restored_at`: it came from a backup that was restored then,
    and may have left before; `verified_at`: since when it is known that it had not.

    `edit_check_at`: when its newest text is sent once more, because an earlier one may have been carried out late
    (`delivery.domain.late_edits`). `is_repeat`: it is the edit that does so.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    payload = models.JSONField()
    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    unknown_since = models.DateTimeField(null=True)
    token = models.CharField(max_length=2000, blank=True)  # under which the network holds what is not public yet
    remote_id = models.CharField(max_length=300, blank=True)
    permalink = WebAddressField(max_length=600, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    state_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)  # people were notified of the present state
    withdrawal_asked_at = models.DateTimeField(null=True)  # somebody wants it taken down; a worker does it
    shown = models.TextField(null=True)
    watched_from = models.DateTimeField(null=True)
    shown_now = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)
    duplicate_check_at = models.DateTimeField(null=True)
    duplicate_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    edit_check_at = models.DateTimeField(null=True)
    is_repeat = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        indexes = [
            # the publisher: what is due, oldest first
            models.Index(fields=["next_at"], name="delivery_due", condition=Q(state__in=["scheduled", "waiting"])),
            # the sweeper: leases that ran out, status checks and reconciliations that are due
            models.Index(
                fields=["state", "next_at"],
                name="delivery_open",
                condition=Q(state__in=["sending", "processing", "checking", "unconfirmed"]),
            ),
            # calendar and Home of one municipality
            models.Index(fields=["municipality", "due_at"], name="delivery_calendar"),
            # Home of one municipality: what is still to come, and what needs a person. Without them the pages of one
            # municipality read the deliveries of all.
            models.Index(
                fields=["municipality", "due_at"],
                name="delivery_coming",
                condition=Q(state__in=["scheduled", "waiting", "sending", "processing", "checking"]),
            ),
            models.Index(
                fields=["municipality", "due_at"],
                name="delivery_attention",
                condition=Q(state__in=["failed", "expired", "unconfirmed"])
                | Q(state="missing", noted_at__isnull=True)
                | Q(state="published", changed_at__isnull=False, noted_at__isnull=True)
                | Q(duplicate_at__isnull=False),
            ),
            # order within a channel: what must leave it first is the first row
            models.Index(
                fields=["channel", "-urgent", "due_at", "id"],
                name="delivery_line",
                condition=Q(state__in=["scheduled", "sending"]),
            ),
            # what else of the channel is out there
            models.Index(fields=["channel", "due_at"], name="delivery_channel"),
            # what somebody wants taken down
            models.Index(
                fields=["next_at"],
                name="delivery_withdrawal",
                condition=Q(state="published", withdrawal_asked_at__isnull=False),
            ),
            # changes that did not get through
            models.Index(
                fields=["parent"], name="delivery_edit", condition=Q(kind="edit", state__in=["failed", "expired"])
            ),
            # what a restore brought back
            models.Index(fields=["restored_at"], name="delivery_restored", condition=Q(restored_at__isnull=False)),
            # what people have not been notified of yet
            models.Index(
                fields=["state_at"],
                name="delivery_notice",
                condition=Q(notified_at__isnull=True)
                & (
                    Q(state__in=["failed", "expired", "unconfirmed", "waiting", "missing"])
                    | Q(changed_at__isnull=False)
                    | Q(duplicate_at__isnull=False)
                ),
            ),
            # what may be public twice
            models.Index(
                fields=["duplicate_check_at"],
                name="delivery_duplicate_check",
                condition=Q(duplicate_check_at__isnull=False),
            ),
            # whose newest text is sent once more
            models.Index(
                fields=["edit_check_at"], name="delivery_edit_check", condition=Q(edit_check_at__isnull=False)
            ),
        ]
        triggers = [
            # Whoever made something due, publishers hear of it when the transaction is through, and only then. A
            # second's sleep of theirs finds what is due later.
            pgtrigger.Trigger(
                name="wake_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="scheduled"),
                func=f"""
                    IF NEW.next_at <= clock_timestamp() + interval '1 second' THEN
                        PERFORM pg_notify('{NOTIFY_CHANNEL}', '');
                    END IF;
                    RETURN NULL;
                """,
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="published_has_remote_id",
                condition=~Q(state__in=["published", "withdrawn", "missing"]) | ~Q(remote_id=""),
            ),
            models.CheckConstraint(
                name="published_has_time",
                condition=~Q(state__in=["published", "withdrawn", "missing"]) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sending_has_lease", condition=~Q(state="sending") | Q(lease_until__isnull=False)
            ),
            # an unknown outcome is never forgotten on the way: only looking, or a person, settles it
            models.CheckConstraint(
                name="unconfirmed_is_unknown",
                condition=~Q(state__in=["checking", "unconfirmed"]) | Q(unknown_since__isnull=False),
            ),
            models.CheckConstraint(
                name="unknown_is_not_sent_again",
                condition=Q(unknown_since__isnull=True)
                | Q(state__in=["sending", "checking", "unconfirmed", "cancelled"]),
            ),
            # one post of a network belongs to one delivery, and to those that changed it
            models.UniqueConstraint(
                name="one_delivery_per_remote_post",
                fields=["channel", "remote_id"],
                condition=~Q(remote_id="") & ~Q(kind="edit"),
            ),
            models.CheckConstraint(name="edit_has_parent", condition=~Q(kind="edit") | Q(parent__isnull=False)),
            # an edit may be repeated, so that its outcome is never unknown for long
            models.CheckConstraint(
                name="edit_is_never_unknown", condition=~Q(kind="edit") | Q(unknown_since__isnull=True)
            ),
            models.CheckConstraint(
                name="changed_shows_what", condition=Q(changed_at__isnull=True) | Q(shown__isnull=False)
            ),
            models.CheckConstraint(name="not_after_follows_due", condition=Q(not_after__gte=models.F("due_at"))),
            models.CheckConstraint(name="state_is_known", condition=Q(state__in=State.values)),
        ]

    def __str__(self) -> str:
        """The first words of the text: the activity page names a delivery by them. An answer begins with a citizen's
        name on many networks, so it is called by its number."""
        if self.kind == "reply":
            return f"{self.kind} {self.pk}"
        words = str(self.payload.get("text", "")).split()
        return " ".join(words[:8]) + ("…" if len(words) > 8 else "") or f"{self.kind} {self.pk}"

    @property
    def shown_state(self) -> str:
        """The state as people see it: what a pause holds back is paused, what has a second post is public twice, what
        is scheduled on a channel that is not connected will not go out, and what was cancelled after a lost answer is
        not confirmed until the last search (`common.states`)."""
        if self.duplicate_at:
            return "twice" if self.state == State.PUBLISHED else "public_after_all"
        if self.state == State.SCHEDULED and self.channel.state != ChannelState.CONNECTED:
            return "unplugged"
        if self.is_delayed(timezone.now()):
            return "delayed"
        if self.is_over:
            return "over"
        if self.state == State.CANCELLED and self.unknown_since and self.duplicate_check_at:
            return "cancelled_unconfirmed"
        return "paused" if self.state == State.WAITING and self.reason in PAUSES else self.state

    @property
    def is_unverified(self) -> bool:
        """Whether a restore brought it back, and it is not known yet whether it had left before."""
        return self.restored_at is not None and self.verified_at is None

    @property
    def is_private(self) -> bool:
        """Whether it is an answer that one person alone reads."""
        return is_private(self.payload.get("visibility", Visibility.PUBLIC))

    @property
    def shown_private_state(self) -> str:
        """`shown_state` of an answer that one person alone reads: it is sent, and never published."""
        return PRIVATE_STATES.get(self.shown_state, self.shown_state)

    @property
    def public_until(self) -> datetime | None:
        """When the network removes it by itself; None where it stays, or was never public."""
        return expiry.public_until(self)

    @property
    def is_over(self) -> bool:
        """Whether it was public for a limited time that has passed (`delivery.expiry`)."""
        return expiry.is_over(self, timezone.now())

    @property
    def open_link(self) -> str:
        """Its address on the network, while anybody finds it there."""
        return "" if self.is_over else self.permalink

    def is_delayed(self, now: datetime) -> bool:
        """Whether it should have left a while ago, and is still going to."""
        return self.state == State.SCHEDULED and now - self.due_at > DELAYED_AFTER

    @property
    def delay_words(self) -> LazyText:
        """Why it is not out yet, as far as the row says; `delivery.delays` knows more."""
        if self.reason in DELAYS or self.state == State.CHECKING:
            return ReasonCode(self.reason).label
        return _("It has not left yet: another post goes first, or the portal cannot publish at the moment.")

    @property
    def only_seen(self) -> bool:
        """A person says that it is there, where links name no post: the network would not know which one we mean."""
        return self.remote_id.startswith(SEEN)

    @property
    def reason_words(self) -> str:
        """Why it stands where it stands, as a sentence; empty before its first move."""
        if self.duplicate_at:
            return str(
                _("The network carried out a call late that had been given up. Decide whether that post is taken down.")
            )
        if self.reason in PRIVATE_REASONS and self.is_private:
            return str(PRIVATE_REASONS[self.reason])
        return str(ReasonCode(self.reason).label) if self.reason else ""

    @property
    def network_words(self) -> str:
        """`problem` where it is a quotation of the network, which is shown as one; "" where it is a sentence of ours.

        Connectors refuse some content with sentences of our own: those have a translation.
        """
        refused_removal = self.state == State.PUBLISHED and self.withdrawal_asked_at is None
        is_answer = self.reason in (ReasonCode.REJECTED, ReasonCode.RATE_LIMITED) or refused_removal
        if not (is_answer and self.problem):
            return ""
        with translation.override("sr"):
            is_ours = gettext(self.problem) != self.problem
        return "" if is_ours else self.problem


class Attempt(TenantModel):
    """One call that may have left, or one reconciliation or status check.

    `taken_at`: a worker began to work on it; there is one such worker. `sent_at`: the one request that cannot be taken
    back is about to leave. An attempt without `sent_at` provably published nothing.
    """

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=8, choices=Step)
    opened_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    detail = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        # how the calls of the last hour went: rows lie in the order of their opening
        indexes = [BrinIndex(fields=["opened_at"], name="attempt_opened", autosummarize=True)]
        constraints = [
            models.UniqueConstraint(name="attempt_number", fields=["delivery", "number"]),
            models.UniqueConstraint(name="one_open_attempt", fields=["delivery"], condition=Q(closed_at__isnull=True)),
            models.UniqueConstraint(
                name="one_success_per_step",
                fields=["delivery", "step"],
                condition=Q(outcome="ok", step__in=["create", "finish", "edit"]),
            ),
            models.CheckConstraint(
                name="sent_was_taken", condition=Q(sent_at__isnull=True) | Q(taken_at__isnull=False)
            ),
            models.CheckConstraint(
                name="closed_has_outcome",
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}: {self.step} {self.outcome}"


class DuplicatePost(TenantModel):
    """A post on the network that a delivery brought about beside its own, or although a person had dropped it: a call
    was given up and carried out late.

    A person decides about it. `settled_at`: it was taken down or is gone, or somebody keeps it.
    """

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="duplicates")
    remote_id = models.CharField(max_length=300)
    permalink = WebAddressField(max_length=600, blank=True)
    detected_at = models.DateTimeField()
    withdrawal_asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when a worker tries to take it down
    problem = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_duplicate_per_remote_post", fields=["delivery", "remote_id"])]

    def __str__(self) -> str:
        return f"duplicate post of {self.delivery_id}: {self.remote_id}"
