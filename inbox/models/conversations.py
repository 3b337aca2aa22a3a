"""Private conversations between one person and one channel of the municipality.

The person's messages are `inbox.models.Message` rows with a `conversation`; the municipality's are `Reply` rows, and
`ExternalReply` rows for what was written outside of the portal. Names are citizens' personal data: they are erased
when no message of the conversation has words any more.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.account_limits import reply_windows as windows_of
from channels.models import Channel
from municipalities.tenancy import TenantModel
from platforms import reply_windows
from platforms.types import AttachmentKind

# For a conversation in which the other person has not written yet.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Citizen(TenantModel):
    """One person whose conversations on several networks were merged by hand. It holds no data of its own."""

    def __str__(self) -> str:
        return f"citizen {self.pk}"


class Conversation(TenantModel):
    """One conversation on one network. `remote_id` is the network's id of it: the thread's, or its other person's.

    `author_*` are those of the other person, to whom every answer goes. `last_received_at` is when that person last
    wrote (null: never): the network's reply window counts from it. `seen_until`: they have seen what we wrote until
    then, where the network reports it. `citizen`: the person with whose other conversations it was merged
    (`ConversationMerge`).
    """

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=300)
    author_id = models.CharField(max_length=300, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    last_received_at = models.DateTimeField(null=True)
    seen_until = models.DateTimeField(null=True)
    citizen = models.ForeignKey(Citizen, models.SET_NULL, null=True, related_name="conversations")
    search_key = models.CharField(max_length=900, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="conversation_once", fields=["channel", "remote_id"])]
        indexes = [
            # whose conversations these are: subject access, erasure, merging
            models.Index(fields=["channel", "author_id"], name="conversation_author"),
            # search by name in either script
            GinIndex(
                OpClass("municipality_id", "int8_ops"),
                OpClass("search_key", "gin_trgm_ops"),
                name="conversation_search",
            ),
        ]

    def __str__(self) -> str:
        return self.author_name or self.author_handle or "–"

    def closes_at(self, *, automatic: bool = False) -> datetime | None:
        """When the network's reply window closes; None: never. In the past where the person never wrote."""
        windows = windows_of(self.channel.platform, self.channel.granted)
        return reply_windows.closes_at(windows, self.last_received_at or LONG_AGO, automatic=automatic)

    def may_be_answered(self, now: datetime, *, automatic: bool = False) -> bool:
        """Whether the network would take an answer at `now`."""
        closes = self.closes_at(automatic=automatic)
        return closes is None or now < closes


class ConversationMerge(TenantModel):
    """A person's decision that a conversation is with the same citizen as another one. `reason` names no citizen."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="merges")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="merges")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="conversation_merged_once", fields=["conversation"], condition=Q(undone_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.reason


class ExternalReply(TenantModel):
    """What the municipality's account wrote in a conversation outside of the portal, for example in the network's app.

    `handled_at`: when it was decided whether it answers a message (`inbox.domain.external_replies`).
    """

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="external_replies")
    remote_id = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="external_reply_once", fields=["conversation", "remote_id"])]
        indexes = [
            models.Index(fields=["received_at"], name="external_reply_new", condition=Q(handled_at__isnull=True)),
            models.Index(fields=["conversation", "at"], name="external_reply_thread"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class AttachmentState(models.TextChoices):
    """State of fetching an attachment's content. EMPTY: there is none to fetch, as of a location."""

    EMPTY = "empty", _("Nothing to fetch")
    WAITING = "waiting", _("Being fetched")
    STORED = "stored", _("Stored")
    REFUSED = "refused", _("Not accepted")
    EXPIRED = "expired", _("No longer on the network")
    ERASED = "erased", _("Erased")


class AttachmentProblem(models.TextChoices):
    """Why an attachment was not accepted or could not be fetched; of a stored one, PICTURES: what became of it."""

    TYPE = "type", _("Files of this type are not accepted.")
    OLD_OFFICE = "old", _("Old Word and Excel files and RTF are not accepted: ask for a PDF or a DOCX.")
    PROGRAM = "program", _("The document runs, embeds or loads something, so it is not accepted: ask for a PDF.")
    LOCKED = "locked", _("The PDF asks for a password, so it is not accepted: ask for one without.")
    PICTURES = "pictures", _("The PDF runs or holds something else, so you get pictures of its pages.")
    SIZE = "size", _("It is too large.")
    BROKEN = "broken", _("The file cannot be read.")
    UNREACHABLE = "unreached", _("The network did not hand it out.")


LABELS: dict[str, Any] = {
    AttachmentKind.PICTURE: _("Picture"),
    AttachmentKind.VIDEO: _("Video"),
    AttachmentKind.VOICE: _("Voice message"),
    AttachmentKind.FILE: _("File"),
    AttachmentKind.LOCATION: pgettext_lazy("an attachment", "Location"),
    AttachmentKind.LINK: _("Link"),
}


class MessageAttachment(TenantModel):
    """Something attached to a message. `name`, `mime`, `size` and `url` are claims of the sender; `file_mime` and
    `file_size` are what the stored file is.

    `source` is given to the connector to fetch the content. `next_at` is when a worker fetches it (null: no work for a
    worker), moved ahead by a lease while one does.
    """

    message = models.ForeignKey("inbox.Message", models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=2000, blank=True)
    name = models.CharField(max_length=200, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    url = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=AttachmentState)
    problem = models.CharField(max_length=9, choices=AttachmentProblem, blank=True)
    file = models.CharField(max_length=200, blank=True)
    file_mime = models.CharField(max_length=100, blank=True)
    file_size = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="attachment_once", fields=["message", "position"]),
            models.CheckConstraint(name="attachment_stored", condition=~Q(state=AttachmentState.STORED) | ~Q(file="")),
            models.CheckConstraint(
                name="attachment_work", condition=Q(next_at__isnull=True) | Q(state=AttachmentState.WAITING)
            ),
            models.CheckConstraint(
                name="attachment_place",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
            ),
            models.CheckConstraint(name="attachment_latitude", condition=Q(latitude__range=(-90, 90))),
            models.CheckConstraint(name="attachment_longitude", condition=Q(longitude__range=(-180, 180))),
        ]
        indexes = [models.Index(fields=["next_at"], name="attachment_due", condition=Q(next_at__isnull=False))]
        ordering = [F("position").asc()]

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def is_stored(self) -> bool:
        return self.state == AttachmentState.STORED

    @property
    def shown_as(self) -> str:
        """ "picture", "sound", "video", or "file" for what is only saved."""
        group = self.file_mime.partition("/")[0]
        return {"image": "picture", "audio": "sound", "video": "video"}.get(group, "file")

    @property
    def label(self) -> Any:
        """What it is, where it has no name."""
        return LABELS.get(self.kind, _("Attachment"))

    @property
    def map_url(self) -> str:
        """A page with a map of the location; the reader opens it, the portal does not call it."""
        if self.latitude is None or self.longitude is None:
            return ""
        place = f"{self.latitude:.6f}/{self.longitude:.6f}"
        return f"https://www.openstreetmap.org/?mlat={self.latitude:.6f}&mlon={self.longitude:.6f}#map=17/{place}"
