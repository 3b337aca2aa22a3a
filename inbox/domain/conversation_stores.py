"""Personal data stores of private conversations, for `inbox.personal_data`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inbox.domain import attachments, retention
from inbox.models import (
    Conversation,
    ConversationMerge,
    ExternalReply,
    Message,
    MessageAttachment,
    SatisfactionQuestion,
)
from inbox.personal_data import DataSubject, Erasure, ErasureEffect, PersonalDataStore, StoredField, with_the_message
from municipalities.tenancy import everywhere

ERASED = "erased-"
MOST = 1000


def _attachments(person: DataSubject) -> Iterable[Any]:
    return MessageAttachment.objects.filter(message__in=person.messages).order_by("message", "position")


ATTACHMENTS = PersonalDataStore(
    "attachments",
    gettext_lazy("Attachments of messages"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.messageattachment",
    ("source", "name", "mime", "url", "file"),
    _attachments,
    (
        StoredField("kind", gettext_lazy("Kind")),
        StoredField("name", gettext_lazy("File name")),
        StoredField("size", gettext_lazy("Size in bytes"), "file_size"),
        StoredField("type", gettext_lazy("File type"), "file_mime"),
        StoredField("latitude", gettext_lazy("Latitude")),
        StoredField("longitude", gettext_lazy("Longitude")),
        StoredField("link", gettext_lazy("Link"), "url"),
        StoredField("state", gettext_lazy("State"), "get_state_display"),
    ),
    erase=lambda what: attachments.erase(what.messages),
)


def _of(one: DataSubject | Erasure) -> Any:
    """Conversations of these messages, and those of these people that have no message: what we wrote first."""
    ids = Message.objects.filter(pk__in=one.messages, conversation__isnull=False).values("conversation")
    wanted = Q(pk__in=ids)
    for channel, author in one.authors:
        wanted |= Q(channel=channel, author_id=author) if author else Q()
    return Conversation.objects.filter(wanted)


def _conversations(person: DataSubject) -> Iterable[Any]:
    return _of(person).select_related("channel").order_by("pk")


def _without_words(rows: Any) -> Any:
    return rows.filter(~Exists(Message.objects.filter(conversation=OuterRef("pk"), erased_at__isnull=True)))


def _emptied(what: Erasure) -> Any:
    """Those of them in which no message has words any more. Messages are erased before."""
    return _without_words(_of(what))


def purge_expired() -> int:
    """Erase conversations without words whose time is over: those in which only we wrote. How many."""
    with everywhere("erase conversations whose time is over"), transaction.atomic():
        return _purge(timezone.now() - timedelta(days=retention.private_days()))


def _purge(before: datetime) -> int:
    ours = ExternalReply.objects.filter(conversation=OuterRef("pk"))
    is_silent = Q(last_received_at__lt=before) | Q(Exists(ours), last_received_at=None)
    silent, later = _without_words(Conversation.objects.filter(is_silent)), ours.filter(at__gte=before)
    ids = list(silent.filter(~Exists(later)).exclude(remote_id__startswith=ERASED).values_list("pk", flat=True)[:MOST])
    ExternalReply.objects.filter(conversation__in=ids).update(text="")
    ConversationMerge.objects.filter(conversation__in=ids).update(reason="")
    _clear(Conversation.objects.filter(pk__in=ids))
    return len(ids)


def _erase_conversations(what: Erasure) -> None:
    _clear(_emptied(what))


def _clear(rows: Any) -> None:
    """The network's number of a conversation is often its person's: it is replaced by one of ours."""
    rows.update(
        author_id="", author_handle="", author_name="", search_key="", citizen=None,
        remote_id=Concat(Value(ERASED), Cast(F("pk"), CharField())),
    )  # fmt: skip


CONVERSATIONS = PersonalDataStore(
    "conversations",
    gettext_lazy("Private conversations"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.conversation",
    ("remote_id", "author_id", "author_handle", "author_name", "search_key"),
    _conversations,
    (
        StoredField("channel", gettext_lazy("Channel")),
        StoredField("number_there", gettext_lazy("Number of the conversation on the network"), "remote_id"),
        StoredField("author", gettext_lazy("Name"), "author_name"),
        StoredField("handle", gettext_lazy("Handle"), "author_handle"),
        StoredField("author_id", gettext_lazy("Number on the network")),
        StoredField("last_message_at", gettext_lazy("Last message"), "last_received_at"),
        StoredField("seen_until", gettext_lazy("Our messages seen until")),
    ),
    message="message_id",
    erase=_erase_conversations,
)


def _merges(person: DataSubject) -> Iterable[Any]:
    rows = ConversationMerge.objects.filter(conversation__in=_of(person))
    return rows.select_related("by", "undone_by").order_by("pk")


def _erase_merges(what: Erasure) -> None:
    ConversationMerge.objects.filter(conversation__in=_emptied(what)).update(reason="")


MERGES = PersonalDataStore(
    "merged_conversations",
    gettext_lazy("Conversations merged by our people"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.conversationmerge",
    ("reason",),
    _merges,
    (
        StoredField("reason", gettext_lazy("Why")),
        StoredField("by", pgettext_lazy("of a row", "By")),
        StoredField("at", pgettext_lazy("of a row", "When")),
        StoredField("undone_at", gettext_lazy("Taken back")),
    ),
    erase=_erase_merges,
)


def _satisfaction(person: DataSubject) -> Iterable[Any]:
    return SatisfactionQuestion.objects.filter(message__in=person.messages).order_by("pk")


def _erase_satisfaction(what: Erasure) -> None:
    SatisfactionQuestion.objects.filter(message__in=what.messages).update(word="")


SATISFACTION = PersonalDataStore(
    "satisfaction",
    gettext_lazy("Replies to the question whether theirs was answered"),
    ErasureEffect.PARTLY,
    with_the_message,
    "inbox.satisfactionquestion",
    ("word",),
    _satisfaction,
    (
        StoredField("value", gettext_lazy("Reply"), "get_value_display"),
        StoredField("stars", gettext_lazy("Stars")),
        StoredField("word", gettext_lazy("Words")),
        StoredField("asked_at", gettext_lazy("Asked")),
        StoredField("answered_at", gettext_lazy("Answered")),
    ),
    erase=_erase_satisfaction,
    stays=lambda: _("Yes or no, and when: it still counts. No words."),
)


def _external_replies(person: DataSubject) -> Iterable[Any]:
    return ExternalReply.objects.filter(conversation__in=_of(person)).order_by("pk")


def _erase_external_replies(what: Erasure) -> None:
    ExternalReply.objects.filter(conversation__in=_emptied(what)).update(text="")


EXTERNAL_REPLIES = PersonalDataStore(
    "external_replies",
    gettext_lazy("Our answers from outside of the portal"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.externalreply",
    ("remote_id", "text"),
    _external_replies,
    (
        StoredField("text", gettext_lazy("Words")),
        StoredField("at", pgettext_lazy("of a row", "When")),
    ),
    erase=_erase_external_replies,
)

# In the order in which they are erased: those before the last ask which conversations are empty.
STORES = (ATTACHMENTS, SATISFACTION, EXTERNAL_REPLIES, MERGES, CONVERSATIONS)
