"""Messages of citizens, notes of colleagues about them, and replies.

A message holds what its network returned at the last fetch; `first_text` keeps the first version where it was edited.
Texts and names are citizens' personal data: `inbox.domain.retention` erases them when their time is over, and the rest
of the row is kept for statistics, without any name.
"""

from datetime import datetime
from typing import Any

import pgtrigger

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.models import Channel
from common.enums import label
from common.fields import WebAddressField
from common.live_streams import NOTIFY_CHANNEL
from delivery.enums import State
from delivery.models import Delivery
from inbox.enums import NOT_WAITING, Automatic, FetchOutcome, MessageKind, MessageState, MessageVisibility, Topic
from inbox.models.conversations import Conversation
from inbox.models.desk import Department, Settlement
from inbox.models.saved_answers import SavedAnswer
from inbox.text_analysis import Flag, mask
from municipalities.tenancy import TenantModel
from platforms.visibility import FOR_EVERYBODY, is_private
from posts.models import Publication
from serbian.folding import fold

User = settings.AUTH_USER_MODEL

# An answer on its way to the network, or there.
SENT = (State.SCHEDULED, State.SENDING, State.PROCESSING, State.CHECKING, State.WAITING, State.PUBLISHED)

FLAGS: dict[str, tuple[str, str, Any]] = {
    Flag.THREAT: ("problem", "triangle-alert", pgettext_lazy("a word that was found", "Threat")),
    Flag.PERSONAL: ("warning", "shield-check", _("Personal data")),
    Flag.ANGRY: ("quiet", "flag", _("Angry words")),
    Flag.ADVERT: ("quiet", "link", pgettext_lazy("a link that was found", "Advert")),
}


PRIVATE = ~Q(visibility__in=sorted(FOR_EVERYBODY))
"""Messages that are not visible to everybody, or whose visibility is unknown."""


def message_search_key(row: "Message") -> str:
    """The folded words by which a message is found."""
    return fold(" ".join(filter(None, (row.subject, row.text, row.author_name, row.author_handle))))


def _notification(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """Tells `portal.live` which inbox has changed (`inbox.queries.live.topic`), once the transaction is through.

    Once a municipality, however many rows a statement has. A transition table allows one operation.
    """
    return pgtrigger.Trigger(
        name=f"notify_{str(operation).lower()}",
        when=pgtrigger.After,
        operation=operation,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="changed"),
        func=f"""
            PERFORM pg_notify('{NOTIFY_CHANNEL}', 'inbox:' || municipality_id)
            FROM (SELECT DISTINCT municipality_id FROM changed) of_municipalities;
            RETURN NULL;
        """,  # noqa: S608 -- a constant of ours
    )


class MessageFetch(TenantModel):
    """State of fetching one channel's messages: the connector's `cursor`, and when to fetch next.

    `woken_at`: when the network last sent an event without the message itself, so that it has to be fetched.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="message_fetch")
    cursor = models.CharField(max_length=2000, blank=True)
    next_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, choices=FetchOutcome, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["next_at"], name="message_fetch_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.channel)


class Message(TenantModel):
    """A citizen's message. `publication` is our post that it replies to, if any.

    `kind` is chosen by a person and determines `due_at`, the deadline of its answer (`inbox.rules`). The deadline is
    counted from `counts_from`: when the message was written, or when the channel was first fetched. `first_answer_at`
    is when the first answer reached the network. `first_text` is the original text where it was edited later.
    `remote_deleted_at`: when the portal learned that it was deleted on the network; `missed_at`: when a fetch first
    missed it there. `visibility`: who may read it on the network; empty counts as the narrowest.
    Until `snoozed_until` it is left out of the list of open messages, unless it is late. `is_urgent` moves it before
    the others there. `tags` are ids of the municipality's tags. `rule_effects`: what sorting rules did with it, in
    order (`inbox.domain.apply_rules.Effect`); `suggested_answer` is the saved answer that one of them proposed.

    `conversation` is the private conversation that it belongs to. `is_follow_up`: an earlier message of its
    conversation was still open when it came, so it is listed, answered and closed with that one
    (`inbox.domain.conversations`). `stars` and `recommends` are those of a review, `first_stars` the original ones
    where they were changed later. `external_answer` is what somebody answered to it outside of the portal, at
    `external_answer_at` (`inbox.domain.review_answers`). `sender_verified`: whether the municipality's mail server
    verified the sender of an e-mail; null: it was not checked. `automatic`: it gets no automatic answer.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=300)
    root = models.CharField(max_length=300, blank=True)
    in_reply_to = models.CharField(max_length=300, blank=True)
    publication = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="+")
    conversation = models.ForeignKey(Conversation, models.PROTECT, null=True, related_name="messages")
    is_follow_up = models.BooleanField(default=False)
    author_id = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    first_text = models.TextField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    first_stars = models.PositiveSmallIntegerField(null=True)
    recommends = models.BooleanField(null=True)
    external_answer = models.TextField(blank=True)
    external_answer_at = models.DateTimeField(null=True)
    sender_verified = models.BooleanField(null=True)
    automatic = models.CharField(max_length=10, choices=Automatic, blank=True, db_default="")
    search_key = models.TextField(blank=True, editable=False)
    url = WebAddressField(max_length=600, blank=True)
    visibility = models.CharField(max_length=9, choices=MessageVisibility, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    remote_deleted_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    topic = models.CharField(max_length=10, choices=Topic, blank=True)
    settlement = models.ForeignKey(Settlement, models.SET_NULL, null=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, related_name="+")
    is_urgent = models.BooleanField(default=False)
    tags = ArrayField(models.BigIntegerField(), default=list, blank=True)
    rule_effects = models.JSONField(default=list, blank=True)
    suggested_answer = models.ForeignKey(SavedAnswer, models.SET_NULL, null=True, related_name="+")
    # suggestions of inbox.text_analysis; near-duplicates share a `similar_group`
    script = models.CharField(max_length=8, blank=True)
    suggested_kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    suggested_topic = models.CharField(max_length=10, choices=Topic, blank=True)
    hints = models.JSONField(default=dict, blank=True)
    similar_group = models.BigIntegerField(null=True)
    has_personal_data = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.OPEN)
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    first_answer_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    # how many other open messages say nearly the same, and how many of these are unread (inbox.queries.listing)
    others = others_new = 0
    tag_names: tuple[str, ...] | list[str] = ()  # inbox.queries.neighbours
    size = 1  # how many messages reply to the same post (inbox.queries.listing)
    sent = ""  # the state in which the delivery of the newest answer is (inbox.queries.listing)
    follow_ups = 0  # how many further messages of its conversation wait with it (inbox.queries.listing)

    class Meta(TenantModel.Meta):
        constraints = [
            # however often a network sends it
            models.UniqueConstraint(name="message_once", fields=["channel", "remote_id"]),
            models.CheckConstraint(
                name="message_settled_at",
                condition=Q(state__in=["open", "waiting"], settled_at__isnull=True)
                | Q(state__in=["answered", "closed"], settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_follows_in_a_conversation",
                condition=Q(is_follow_up=False) | Q(conversation__isnull=False),
            ),
            models.CheckConstraint(
                name="message_stars",
                condition=(Q(stars__isnull=True) | Q(stars__range=(1, 5)))
                & (Q(first_stars__isnull=True) | Q(first_stars__range=(1, 5))),
            ),
            models.CheckConstraint(
                name="message_visibility", condition=Q(visibility__in=["", *MessageVisibility.values])
            ),
        ]
        indexes = [
            # settled messages, newest first
            models.Index(fields=["municipality", "state", "-at", "-id"], name="message_list"),
            # the list of open messages, urgent ones first, then the earliest deadline
            models.Index(
                fields=["municipality", "-is_urgent", "due_at", "-at", "-id"],
                name="message_due",
                condition=Q(state__in=["open", "waiting"], is_follow_up=False),
            ),
            # settled messages of one kind
            models.Index(
                fields=["municipality", "kind", "state", "-at", "-id"],
                name="message_kind",
                condition=Q(is_follow_up=False),
            ),
            # search in either script; starts with the municipality so that matches of others are not scanned
            GinIndex(
                OpClass("municipality_id", "int8_ops"), OpClass("search_key", "gin_trgm_ops"), name="message_search"
            ),
            # the same among open ones: a common word is in very many others
            GinIndex(
                OpClass("municipality_id", "int8_ops"),
                OpClass("search_key", "gin_trgm_ops"),
                name="message_open_search",
                condition=Q(state__in=["open", "waiting"]),
            ),
            # what colleagues are notified of, and what came since a list was made
            models.Index(
                fields=["municipality", "received_at"],
                name="message_news",
                condition=Q(state__in=["open", "waiting"]),
            ),
            # a private conversation
            models.Index(
                fields=["conversation", "at"], name="message_conversation", condition=Q(conversation__isnull=False)
            ),
            # what waits with the first open message of its conversation
            models.Index(
                fields=["conversation"],
                name="message_follow_up",
                condition=Q(is_follow_up=True, state__in=["open", "waiting"]),
            ),
            # messages below one of our posts
            models.Index(fields=["publication", "at"], name="message_below"),
            # messages that say nearly the same
            models.Index(
                fields=["municipality", "similar_group"],
                name="message_alike",
                condition=Q(state__in=["open", "waiting"]),
            ),
            # messages of unknown visibility
            models.Index(fields=["channel", "-id"], name="message_unasked", condition=Q(visibility="")),
            # messages whose retention period ends
            models.Index(fields=["settled_at"], name="message_age", condition=Q(erased_at__isnull=True)),
        ]
        triggers = [_notification(pgtrigger.Insert), _notification(pgtrigger.Update)]

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return label(MessageKind, self.kind)

    def get_topic_display(self) -> str:  # type: ignore[no-redef]
        return label(Topic, self.topic)

    def get_suggested_kind_display(self) -> str:  # type: ignore[no-redef]
        return label(MessageKind, self.suggested_kind)

    def __str__(self) -> str:
        words = self.shown_text.split()
        return " ".join(words[:8]) + ("…" if len(words) > 8 else "")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = message_search_key(self)
        super().save(*args, **kwargs)

    @property
    def shown_text(self) -> str:
        """The text for lists and titles, with personal data masked. The page of the message shows it whole."""
        return mask(self.text)

    @property
    def is_private(self) -> bool:
        """Whether it is not public: then the answer goes to its author alone, and it is never quoted."""
        return is_private(self.visibility)

    @property
    def reply_closes_at(self) -> datetime | None:
        """When the network stops taking an answer in its private conversation; None where it never does, or where it
        is in none."""
        if self.conversation is None:
            return None
        self.conversation.channel = self.channel
        return self.conversation.closes_at()

    @property
    def private_pill(self) -> tuple[str, str, Any]:
        return "warning", "lock", pgettext_lazy("a message", "Private")

    @property
    def automatic_pill(self) -> tuple[str, str, Any] | None:
        """Of e-mail that no person wrote to the municipality."""
        is_automatic = self.automatic in NOT_WAITING
        return ("quiet", "mail", label(Automatic, self.automatic)) if is_automatic else None

    @property
    def flag_pills(self) -> list[tuple[str, str, Any]]:
        """Its flags as pills (`common.states`)."""
        return [FLAGS[flag] for flag in self.hints.get("flags", ()) if flag in FLAGS]

    @property
    def late_pill(self) -> tuple[str, str, Any]:
        """The pill once its deadline is over (`common.states`)."""
        return "problem", "clock", _("Late")

    @property
    def urgent_pill(self) -> tuple[str, str, Any]:
        return "warning", "bell", pgettext_lazy("a message", "Urgent")

    @property
    def snoozed_pill(self) -> tuple[str, str, Any]:
        return "quiet", "moon", _("Put off")

    @property
    def is_snoozed(self) -> bool:
        """Whether it is hidden from the open list. Its deadline goes on, and a late message is listed again."""
        now = timezone.now()
        is_late = self.due_at is not None and self.due_at < now
        return bool(not self.is_settled and self.snoozed_until and self.snoozed_until > now and not is_late)

    @property
    def is_answer_sent(self) -> bool:
        """Whether our answer was sent and has not failed: nobody has to answer any more."""
        return self.state == MessageState.WAITING and self.sent in SENT

    @property
    def is_settled(self) -> bool:
        return self.state in (MessageState.ANSWERED, MessageState.CLOSED)


class DeletedMessage(TenantModel):
    """A message that the network reported as deleted before it reported the message itself. Kept for some days."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    remote_id = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="deleted_message_once", fields=["channel", "remote_id"])]
        indexes = [models.Index(fields=["at"], name="deleted_message_age")]

    def __str__(self) -> str:
        return self.remote_id


class Note(TenantModel):
    """An internal note about a message, never shown to citizens."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class Reply(TenantModel):
    """Our answer to a message. Its delivery holds its state on the network; `arrived_at`: when it was published.

    An automatic one (`is_automatic`) answers nothing: it says that the offices are closed
    (`inbox.domain.office_hours`), or asks whether an answer helped. `by` is who switched it on.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="replies")
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    is_automatic = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)
    arrived_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # replies that have not reached the network
            models.Index(fields=["id"], name="reply_under_way", condition=Q(arrived_at__isnull=True)),
            # answers after which citizens are asked whether they helped
            models.Index(fields=["arrived_at"], name="reply_arrived", condition=Q(is_automatic=False)),
        ]

    def __str__(self) -> str:
        return self.text[:60]


# ---- Fetching replies below our posts, where the network does not send all of them as events.


class ReplyFetch(TenantModel):
    """State of fetching the replies below one publication. `next_at` is null once the post is too old. `answers`: the
    network's own count of replies at the last fetch, if it gives one."""

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="reply_fetch")
    next_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    answers = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["next_at"], name="reply_fetch_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.publication)


# ---- Messages that must not be erased for the time being: a dispute, a court case, an inspection.


class LegalHold(TenantModel):
    """While it is in force, neither retention nor a request erases the message. `reason` names no citizen."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="hold_once", fields=["message"], condition=Q(released_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reason
