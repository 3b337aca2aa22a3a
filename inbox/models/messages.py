"""What citizens said, what our people noted about it, and what was answered.

A message is what a network told at the last look; `seen` keeps the words of the first look where they were changed
there. Words and names are citizens' personal data: `inbox.domain.retention` takes them away when their time is over,
and what is left counts, without telling who.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.models import Channel
from common.fields import WebAddressField
from delivery.models import Delivery
from inbox.enums import Heard, MessageKind, State, Topic, Visibility
from inbox.models.desk import Department, Settlement
from inbox.reading import Flag, masked
from municipalities.tenancy import TenantModel
from platforms.visibility import FOR_EVERYBODY, is_private
from posts.models import Publication
from serbian.folding import fold

User = settings.AUTH_USER_MODEL

FLAGS: dict[str, tuple[str, str, Any]] = {
    Flag.THREAT: ("problem", "triangle-alert", pgettext_lazy("a word that was found", "Threat")),
    Flag.PERSONAL: ("warning", "shield-check", _("Personal data")),
    Flag.ANGRY: ("quiet", "flag", _("Angry words")),
    Flag.ADVERT: ("quiet", "link", pgettext_lazy("a link that was found", "Advert")),
}


PRIVATE = ~Q(visibility__in=sorted(FOR_EVERYBODY))
"""Messages that somebody may not read, and those of which nobody knows."""


class Listening(TenantModel):
    """Listening to one channel: up to where it was read (`cursor`, the connector's own), and when it is read again.

    `woken_at`: its network told then of something that it has to be asked about.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="listening")
    cursor = models.CharField(max_length=2000, blank=True)
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, choices=Heard, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["next_at"], name="listening_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.channel)


class Message(TenantModel):
    """One thing that somebody wrote to us. `publication` is the post of ours that it stands below, if it does.

    `kind` is what a person said it is, `due_at` until when it then wants its answer (`inbox.rules`). Its time runs from
    `counts_from`: from when it was written, or from the first look where nobody listened before. `first_answer_at`
    is when the first answer was on the network. `seen` are the words of the first look where they were changed later.
    `gone_at`: since then we know that it was deleted on the network; `missed_at`: a look did not find it there.
    `visibility`: who may read it on the network; empty, it counts as the narrowest.
    Until `snoozed_until` it is out of the list of open ones, unless it is late.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=300)
    root = models.CharField(max_length=300, blank=True)
    in_reply_to = models.CharField(max_length=300, blank=True)
    publication = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="+")
    author_id = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    seen = models.TextField(blank=True)
    search_key = models.TextField(blank=True, editable=False)
    url = WebAddressField(max_length=600, blank=True)
    visibility = models.CharField(max_length=9, choices=Visibility, blank=True)
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    topic = models.CharField(max_length=10, choices=Topic, blank=True)
    settlement = models.ForeignKey(Settlement, models.SET_NULL, null=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, related_name="+")
    # what it looks like (inbox.reading): a suggestion, nobody's word; `alike` names those that say nearly the same
    script = models.CharField(max_length=8, blank=True)
    suggested_kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    suggested_topic = models.CharField(max_length=10, choices=Topic, blank=True)
    hints = models.JSONField(default=dict, blank=True)
    alike = models.BigIntegerField(null=True)
    has_personal_data = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    first_answer_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    # how many other open ones say nearly the same, and how many of them nobody has read (inbox.queries.listing)
    others = others_new = 0
    size = 1  # how many stand below the same post (inbox.queries.listing)

    class Meta(TenantModel.Meta):
        constraints = [
            # however often a network tells of it
            models.UniqueConstraint(name="message_once", fields=["channel", "remote_id"]),
            models.CheckConstraint(
                name="message_settled_at",
                condition=Q(state__in=["open", "waiting"], settled_at__isnull=True)
                | Q(state__in=["answered", "closed"], settled_at__isnull=False),
            ),
            models.CheckConstraint(name="message_visibility", condition=Q(visibility__in=["", *Visibility.values])),
        ]
        indexes = [
            # settled ones, the newest first
            models.Index(fields=["municipality", "state", "-at", "-id"], name="message_list"),
            # the list of open ones: who waits longest comes first
            models.Index(
                fields=["municipality", "due_at", "-at", "-id"],
                name="message_due",
                condition=Q(state__in=["open", "waiting"]),
            ),
            # one kind of settled ones
            models.Index(fields=["municipality", "kind", "state", "-at", "-id"], name="message_kind"),
            # words, in either script; with the municipality, so that nobody reads through the matches of all others
            GinIndex(
                OpClass("municipality_id", "int8_ops"), OpClass("search_key", "gin_trgm_ops"), name="message_search"
            ),
            # what people are told of
            models.Index(fields=["heard_at"], name="message_news", condition=Q(state__in=["open", "waiting"])),
            # what stands below one of our posts
            models.Index(fields=["publication", "at"], name="message_below"),
            # what says nearly the same
            models.Index(
                fields=["municipality", "alike"], name="message_alike", condition=Q(state__in=["open", "waiting"])
            ),
            # of which nobody knows who may read them
            models.Index(fields=["channel", "-id"], name="message_unasked", condition=Q(visibility="")),
            # whose words are to be forgotten
            models.Index(fields=["settled_at"], name="message_age", condition=Q(forgotten_at__isnull=True)),
        ]

    def __str__(self) -> str:
        words = self.shown_text.split()
        return " ".join(words[:8]) + ("…" if len(words) > 8 else "")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(f"{self.text} {self.author_name} {self.author_handle}")
        super().save(*args, **kwargs)

    @property
    def shown_text(self) -> str:
        """Its words for lists and titles, with personal data masked. The page of the message shows them whole."""
        return masked(self.text)

    @property
    def is_private(self) -> bool:
        """Whether it was written for few: then it is answered to its author alone, and quoted nowhere."""
        return is_private(self.visibility)

    @property
    def private_pill(self) -> tuple[str, str, Any]:
        return "warning", "lock", pgettext_lazy("a message", "Private")

    @property
    def flag_pills(self) -> list[tuple[str, str, Any]]:
        """How its flags look (`common.states`)."""
        return [FLAGS[flag] for flag in self.hints.get("flags", ()) if flag in FLAGS]

    @property
    def late_pill(self) -> tuple[str, str, Any]:
        """How it looks once its time is over (`common.states`)."""
        return "problem", "clock", _("Late")

    @property
    def asleep_pill(self) -> tuple[str, str, Any]:
        return "quiet", "moon", _("Put off")

    @property
    def is_asleep(self) -> bool:
        """Nobody wants to see it now. Its time goes on meanwhile, and once that is over it is shown all the same."""
        now = timezone.now()
        is_late = self.due_at is not None and self.due_at < now
        return bool(not self.is_settled and self.snoozed_until and self.snoozed_until > now and not is_late)

    @property
    def is_settled(self) -> bool:
        return self.state in (State.ANSWERED, State.CLOSED)


class Note(TenantModel):
    """What our people say to each other about a message; citizens never see it."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class Reply(TenantModel):
    """One answer of ours; what becomes of it on the network is its delivery's to tell. `arrived_at`: it is there."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="replies")
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    arrived_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        # what is on its way
        indexes = [models.Index(fields=["id"], name="reply_under_way", condition=Q(arrived_at__isnull=True))]

    def __str__(self) -> str:
        return self.text[:60]


# ---- When we look again what stands below a post of ours, where its network does not tell all of that by itself.


class Below(TenantModel):
    """Looks below one publication. `next_at` is empty once it is too old. `answers`: how many answers the network
    counted at the last look, if it told that."""

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="below")
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answers = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["next_at"], name="below_due", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.publication)


# ---- A message that must not be erased for the time being: a dispute, a court, an inspection.


class Hold(TenantModel):
    """While it runs, neither time nor a wish erases the message. `reason` is ours and names no citizen."""

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
