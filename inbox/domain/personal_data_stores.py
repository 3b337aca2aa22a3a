"""Personal data stores of the inbox and of the packages below it, for `inbox.personal_data`.

A new column for texts or names has to be added here: to `columns`, to `fields`, and to what `erase` does.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.domain import unread_events
from channels.models import Channel
from common.models import MailMessage
from delivery.models import Attempt, Delivery, DuplicatePost
from inbox import personal_data
from inbox.domain import conversation_stores, department_mail, evidence, handover
from inbox.enums import ProposalState
from inbox.models import AnswerDraft, HandOver, LegalHold, Message, Moderation, Note, ProposedAnswer, Reply, Tag
from inbox.personal_data import DataSubject, Erasure, ErasureEffect, PersonalDataStore, StoredField, with_the_message
from posts.models import Consent

MOST_NAMED = 100
BY, AT = StoredField("by", pgettext_lazy("of a row", "By")), StoredField("at", pgettext_lazy("of a row", "When"))
TEXT = StoredField("text", gettext_lazy("Words"))

# ---- messages

CLEARED_FIELDS: dict[str, Any] = {
    "text": "", "first_text": "", "external_answer": "", "subject": "", "search_key": "", "author_id": "",
    "author_handle": "", "author_name": "", "url": "", "script": "", "suggested_kind": "", "suggested_topic": "",
    "hints": {}, "similar_group": None, "has_personal_data": False,
}  # fmt: skip


def _erase_messages(what: Erasure) -> None:
    Message.objects.filter(pk__in=what.messages).update(erased_at=what.now, **CLEARED_FIELDS)


MESSAGES = PersonalDataStore(
    "messages",
    gettext_lazy("Messages"),
    ErasureEffect.PARTLY,
    with_the_message,
    "inbox.message",
    ("remote_id", "root", "in_reply_to", *(name for name, empty in CLEARED_FIELDS.items() if empty in ("", {}))),
    lambda person: (
        Message.objects.filter(pk__in=person.messages)
        .select_related("channel", "settlement", "department", "assignee")
        .order_by("at", "pk")
    ),
    (
        StoredField("id", gettext_lazy("Number"), "pk"),
        StoredField("network", gettext_lazy("Network"), "channel.platform"),
        StoredField("channel", gettext_lazy("Channel")),
        StoredField("author", gettext_lazy("Name"), "author_name"),
        StoredField("handle", gettext_lazy("Handle"), "author_handle"),
        StoredField("author_id", gettext_lazy("Number on the network")),
        StoredField("subject", gettext_lazy("Subject")),
        TEXT,
        StoredField("first_text", gettext_lazy("First it read:")),
        StoredField("visibility", gettext_lazy("Who may read it"), "get_visibility_display"),
        StoredField("link", gettext_lazy("Link"), "url"),
        StoredField("stars", gettext_lazy("Stars")),
        StoredField("first_stars", gettext_lazy("Stars at first")),
        StoredField("recommends", gettext_lazy("Recommends the municipality")),
        StoredField("external_answer", gettext_lazy("Answer given outside of the portal")),
        AT,
        StoredField("heard_at", gettext_lazy("Read by the portal"), "received_at"),
        StoredField("gone_at", gettext_lazy("Deleted on the network"), "remote_deleted_at"),
        StoredField("kind", gettext_lazy("Kind"), "get_kind_display"),
        StoredField("topic", gettext_lazy("Topic"), "get_topic_display"),
        StoredField("settlement", gettext_lazy("Settlement")),
        StoredField("department", gettext_lazy("Department")),
        StoredField("tags", gettext_lazy("Tags"), lambda row: _tags(row)),
        StoredField("state", gettext_lazy("State"), "get_state_display"),
        StoredField("assigned_to", gettext_lazy("Given to"), "assignee"),
        StoredField("looks_like", gettext_lazy("The portal's classification"), lambda row: _suggestions(row)),
        StoredField("number_there", gettext_lazy("Number of the message on the network"), "remote_id"),
    ),
    message="pk",
    erase=_erase_messages,
    stays=lambda: _(
        "Time, kind, topic and the number that the network gave the message: it still counts, and the number sees to "
        "it that what was erased is not read from the network again. No words and no name."
    ),
)


def _tags(row: Message) -> list[str]:
    """Names of its tags. One query for a message that has any."""
    return list(Tag.objects.filter(pk__in=row.tags).order_by("name").values_list("name", flat=True)) if row.tags else []


def _suggestions(row: Message) -> list[str]:
    """Labels of what `inbox.text_analysis` suggested."""
    suggestions = [row.get_suggested_kind_display(), row.get_suggested_topic_display()]
    return [str(one) for one in (*suggestions, *(label for _tone, _icon, label in row.flag_pills)) if one]


# ---- what our people wrote about them


def _rows_of(model: Any, *related: str, **only: Any) -> Any:
    """A function that finds the rows of a table that belong to a person's messages."""

    def rows(person: DataSubject) -> Iterable[Any]:
        return model.objects.filter(message__in=person.messages, **only).select_related("by", *related).order_by("pk")

    return rows


def _delete(model: Any) -> Any:
    def erase(what: Erasure) -> None:
        model.objects.filter(message__in=what.messages).delete()

    return erase


NOTES = PersonalDataStore(
    "notes",
    gettext_lazy("Notes of our people"),
    ErasureEffect.DELETED,
    with_the_message,
    "inbox.note",
    ("text",),
    _rows_of(Note),
    (TEXT, BY, AT),
    erase=_delete(Note),
)

DRAFTS = PersonalDataStore(
    "drafts",
    gettext_lazy("Answers in preparation"),
    ErasureEffect.DELETED,
    lambda: _("Until the answer is sent; 30 days at most."),
    "inbox.answerdraft",
    ("text",),
    _rows_of(AnswerDraft),
    (TEXT, BY, AT),
    erase=_delete(AnswerDraft),
)


def _erase_proposed(what: Erasure) -> None:
    rows = ProposedAnswer.objects.filter(message__in=what.messages)
    rows.filter(state=ProposalState.WAITING).update(state=ProposalState.WITHDRAWN)
    rows.update(text="", reason="")


PROPOSED = PersonalDataStore(
    "proposed_answers",
    gettext_lazy("Answers that waited for an approver"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.proposedanswer",
    ("text", "reason"),
    _rows_of(ProposedAnswer, "text_by", "decided_by"),
    (
        TEXT,
        BY,
        AT,
        StoredField("words_by", gettext_lazy("Words of"), "text_by"),
        StoredField("state", gettext_lazy("State"), "get_state_display"),
        StoredField("reason", gettext_lazy("Why it came back")),
        StoredField("decided_by", gettext_lazy("Decided by")),
        StoredField("decided_at", gettext_lazy("Decided")),
    ),
    erase=_erase_proposed,
)

ANSWERS = PersonalDataStore(
    "answers",
    gettext_lazy("Our answers"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.reply",
    ("text",),
    _rows_of(Reply, "approved_by", "delivery"),
    (
        TEXT,
        BY,
        StoredField("approved_by", gettext_lazy("Approved by")),
        AT,
        StoredField("state", gettext_lazy("State"), "delivery.get_state_display"),
    ),
    erase=lambda what: _nothing(Reply.objects.filter(message__in=what.messages).update(text="")),
)


def _nothing(_count: int) -> None:
    return None


# ---- answers as they left


def _deliveries(person: DataSubject) -> Iterable[Any]:
    replies = Reply.objects.filter(message__in=person.messages).select_related("delivery").order_by("pk")
    return [_with_message(reply.delivery, reply.message_id) for reply in replies]


def _with_message(row: Any, message: int | None) -> Any:
    row.message_id = message
    return row


def _attempts(person: DataSubject) -> Iterable[Any]:
    replies = Reply.objects.filter(message__in=person.messages).values_list("delivery", "message")
    of = dict(replies)
    rows = Attempt.objects.filter(delivery__in=of).order_by("pk")
    return [_with_message(row, of[row.delivery_id]) for row in rows if len(row.detail) > 1]


CLEARED_PAYLOAD_KEYS = ("text", "title", "first_comment", "conversation", "recipient", "subject")


def _erase_deliveries(what: Erasure) -> None:
    replies = Reply.objects.filter(message__in=what.messages)
    rows = list(Delivery.objects.filter(pk__in=replies.values("delivery")))
    for row in rows:
        row.payload = {**row.payload, **dict.fromkeys(CLEARED_PAYLOAD_KEYS, "")}
        row.shown = None if row.shown is None else ""
        row.shown_now, row.problem = "", ""
    Delivery.objects.bulk_update(rows, ["payload", "shown", "shown_now", "problem"])
    DuplicatePost.objects.filter(delivery__in=rows).update(problem="")


def _erase_attempts(what: Erasure) -> None:
    replies = Reply.objects.filter(message__in=what.messages)
    rows = list(Attempt.objects.filter(delivery__in=replies.values("delivery")))
    for row in rows:
        row.detail = {key: value for key, value in row.detail.items() if key in ("key", "repeat")}
    Attempt.objects.bulk_update(rows, ["detail"])


SENT = PersonalDataStore(
    "sent",
    gettext_lazy("Answers as they were sent"),
    ErasureEffect.PARTLY,
    with_the_message,
    "delivery.delivery",
    ("payload", "shown", "shown_now", "problem", "permalink", "remote_id"),
    _deliveries,
    (
        StoredField("text", gettext_lazy("Words"), lambda row: row.payload.get("text")),
        StoredField("shown", gettext_lazy("As the network showed it")),
        StoredField("shown_now", gettext_lazy("As the network showed it later")),
        StoredField("problem", gettext_lazy("Response of the network")),
        StoredField("link", gettext_lazy("Link"), "permalink"),
        StoredField("sent_at", gettext_lazy("Sent"), "published_at"),
    ),
    erase=_erase_deliveries,
    stays=lambda: _(
        "Where our answer is on the network, and when it was sent: we are responsible for what we publish. No words. "
        "On the network itself the answer stays until it is deleted there."
    ),
)

CALLS = PersonalDataStore(
    "calls",
    gettext_lazy("Responses of the network to our answers"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "delivery.attempt",
    ("detail",),
    _attempts,
    (
        StoredField("at", gettext_lazy("When"), "opened_at"),
        StoredField("said", gettext_lazy("Response of the network"), "detail"),
    ),
    erase=_erase_attempts,
)

# ---- departments

CLEARED_HANDOVER_FIELDS: dict[str, Any] = {
    "question": "", "shown": "", "shown_name": "", "shown_contact": "", "answer": "", "answered_name": "",
}  # fmt: skip


def _erase_asked(what: Erasure) -> None:
    """Erases texts, names and links; the mail with the question is a store of its own."""
    rows = HandOver.objects.filter(message__in=what.messages)
    rows.update(withdrawn_at=Coalesce("withdrawn_at", Value(what.now)), **CLEARED_HANDOVER_FIELDS)


HANDOVERS = PersonalDataStore(
    "departments_asked",
    gettext_lazy("Questions to departments"),
    ErasureEffect.EMPTIED,
    with_the_message,
    "inbox.handover",
    tuple(CLEARED_HANDOVER_FIELDS),
    _rows_of(HandOver, "department"),
    (
        StoredField("department", gettext_lazy("Department")),
        StoredField("question", gettext_lazy("Question")),
        StoredField("words_shown", gettext_lazy("Words that went along"), "shown"),
        StoredField("name_shown", gettext_lazy("Name that went along"), "shown_name"),
        StoredField("contact_shown", gettext_lazy("Contact that went along"), "shown_contact"),
        BY,
        StoredField("at", gettext_lazy("When"), "sent_at"),
        StoredField("answer", gettext_lazy("Their answer")),
        StoredField("answered_by", gettext_lazy("Answered by"), "answered_name"),
        StoredField("answered_at", gettext_lazy("Answered")),
        StoredField("withdrawn_at", gettext_lazy("Taken back")),
    ),
    erase=_erase_asked,
)


def _mails(person: DataSubject) -> Iterable[Any]:
    hand_overs = HandOver.objects.filter(message__in=person.messages).values_list("pk", "message")
    of = {name: message for pk, message in hand_overs for name in department_mail.dedupe_keys(handover.KEY, pk)}
    rows = MailMessage.objects.filter(dedupe__in=of).order_by("pk")
    return [_with_message(row, of[row.dedupe]) for row in rows if row.dedupe]


def _erase_mails(what: Erasure) -> None:
    ids = HandOver.objects.filter(message__in=what.messages).values_list("pk", flat=True)
    department_mail.delete(handover.KEY, ids)


# The body is not exported: it holds the question, which has its own store, and a link that is a secret.
MAILS = PersonalDataStore(
    "mails",
    gettext_lazy("Mails to departments"),
    ErasureEffect.DELETED,
    lambda: _("%(days)s days after the mail was written.") % {"days": settings.MAIL_KEPT_DAYS},
    "common.mailmessage",
    ("subject", "sealed", "problem"),
    _mails,
    (
        StoredField("to", pgettext_lazy("of a mail", "To")),
        StoredField("subject", gettext_lazy("Subject")),
        StoredField("written_at", gettext_lazy("Written"), "created_at"),
        StoredField("sent_at", gettext_lazy("Sent")),
    ),
    erase=_erase_mails,
)

# ---- what holds it, what was hidden

HOLDS = PersonalDataStore(
    "held",
    gettext_lazy("Protected from being erased"),
    ErasureEffect.STAYS,
    lambda: _("Until an approver ends the protection; then the reason goes with the message."),
    "inbox.legalhold",
    ("reason",),
    _rows_of(LegalHold, released_at=None),
    (StoredField("reason", gettext_lazy("Why")), BY, AT),
    # Only of those messages that nothing protects any more: the others are not among those to be erased.
    erase=lambda what: _nothing(LegalHold.objects.filter(message__in=what.messages).update(reason="")),
    stays=lambda: _(
        "A message that is protected for a dispute, a court or an inspection stays whole, with its answers, notes and "
        "questions, as long as the protection runs: the law lets us keep what a legal claim needs."
    ),
    left=lambda person: LegalHold.objects.filter(message__in=person.messages, released_at=None).count(),
)


def _moderations(person: DataSubject) -> Any:
    """Includes copies of messages that were erased long ago: copies have a retention period of their own."""
    wanted = Q(message__in=person.messages)
    for channel, author in person.authors:
        wanted |= Q(message__channel=channel, author_id=author)
    people = ("by", "second_by", "done_by", "undo_by", "decided_by", "appeal_noted_by")
    return Moderation.objects.filter(wanted).select_related(*people).order_by("pk")


def _erase_moderations(what: Erasure) -> None:
    for channel, author in what.authors:
        evidence.erase_author(author, channel, what.now)


def _count_retained_moderations(person: DataSubject) -> int:
    """Copies that are evidence: they would outlive an erasure."""
    return sum(evidence.retained(channel, author).count() for channel, author in person.authors)


MODERATION = PersonalDataStore(
    "moderation",
    gettext_lazy("Comments that were hidden or removed, and objections"),
    ErasureEffect.PARTLY,
    lambda: _("%(days)s days after the last decision about it.") % {"days": settings.INBOX_EVIDENCE_DAYS},
    "inbox.moderation",
    tuple(evidence.CLEARED_FIELDS),
    _moderations,
    (
        StoredField("act", gettext_lazy("Action taken"), "get_act_display"),
        StoredField("reason", gettext_lazy("Reason"), "get_reason_display"),
        StoredField("why", gettext_lazy("Why")),
        StoredField("words", gettext_lazy("Copy of the words"), "text"),
        StoredField("author", gettext_lazy("Name"), "author_name"),
        StoredField("handle", gettext_lazy("Handle"), "author_handle"),
        StoredField("author_id", gettext_lazy("Number on the network")),
        StoredField("link", gettext_lazy("Link"), "url"),
        StoredField("written_at", gettext_lazy("Written")),
        AT,
        BY,
        StoredField("state", gettext_lazy("State"), "get_state_display"),
        StoredField("second_by", gettext_lazy("Second person")),
        StoredField("second_why", gettext_lazy("Decision of the second person")),
        StoredField("done_at", gettext_lazy("Done")),
        StoredField("done_by", gettext_lazy("Done by")),
        StoredField("detail", gettext_lazy("Manual actions, or the response of the network")),
        StoredField("undo_why", gettext_lazy("Why it was shown again")),
        StoredField("undone_at", gettext_lazy("Shown again")),
        StoredField("objection", gettext_lazy("Objection"), "appeal"),
        StoredField("objected_on", gettext_lazy("Day of the objection"), "appealed_on"),
        StoredField("decision", gettext_lazy("Decision about the objection"), "get_decision_display"),
        StoredField("decision_why", gettext_lazy("Why it was decided so")),
        StoredField("decided_by", gettext_lazy("Decided by")),
        StoredField("decided_at", gettext_lazy("Decided")),
        StoredField("erased_at", gettext_lazy("Copy erased")),
        StoredField("seal", gettext_lazy("Seal of the copy (SHA-256)")),
    ),
    erase=_erase_moderations,
    stays=lambda: (
        _(
            "Copies of threats, of hate and of what is otherwise clearly unlawful stay as evidence, with the name, "
            "until %(days)s days after the last decision: the law lets us keep what a legal claim needs. Of all others "
            "only what was done, why by the list, and when."
        )
        % {"days": settings.INBOX_EVIDENCE_DAYS}
    ),
    left=_count_retained_moderations,
)

# ---- what networks told by themselves


def _events(person: DataSubject) -> Iterable[Any]:
    channels = Channel.objects.in_bulk({channel for channel, _author in person.authors})
    return [row for channel, author in person.authors for row in unread_events.of_author(channels[channel], author)]


def _erase_events(what: Erasure) -> None:
    channels = Channel.objects.in_bulk({channel for channel, _author in what.authors})
    for channel, author in what.authors:
        if author:
            unread_events.delete_author(channels[channel], author)


EVENTS = PersonalDataStore(
    "events",
    gettext_lazy("Events received from the network, in their original form"),
    ErasureEffect.DELETED,
    lambda: _("30 days; unprocessed events, 60 days."),
    "channels.event",
    ("payload", "key"),
    _events,
    (
        StoredField("network", gettext_lazy("Network"), "platform"),
        StoredField("at", gettext_lazy("When"), "received_at"),
        StoredField("received", gettext_lazy("Content received"), "payload"),
    ),
    erase=_erase_events,
)

# ---- known by a name only


def _messages_naming(person: DataSubject) -> Iterable[Any]:
    """Other people's messages that contain the full name, newest first."""
    wanted = Q(pk__in=[])
    for name in person.full_names:
        one = Q()
        for word in name:
            one &= Q(search_key__contains=word)
        wanted |= one
    rows = Message.objects.filter(wanted).exclude(pk__in=person.messages).select_related("channel")
    return [_with_message(row, None) for row in rows.order_by("-at", "-pk")[:MOST_NAMED]]


NAMED = PersonalDataStore(
    "named_by_others",
    gettext_lazy("Messages of others that contain the same name"),
    ErasureEffect.STAYS,
    with_the_message,
    "inbox.message",
    (),
    _messages_naming,
    (
        StoredField("id", gettext_lazy("Number"), "pk"),
        StoredField("channel", gettext_lazy("Channel")),
        AT,
    ),
    stays=lambda: _(
        "They are the words of another person, and the same name need not be the same person. Read them in the inbox; "
        "hide or erase them there if they disclose personal data."
    ),
)


def _consents(person: DataSubject) -> Iterable[Any]:
    if not person.full_names:
        return []
    rows = Consent.objects.exclude(people="", given_by="").select_related("media", "recorded_by").order_by("pk")
    return [row for row in rows if person.is_named_in(f"{row.people} {row.given_by}")]


CONSENTS = PersonalDataStore(
    "consents",
    gettext_lazy("Consents to pictures that carry the same name"),
    ErasureEffect.STAYS,
    lambda: _("Until the day that was agreed on when the consent was recorded."),
    "posts.consent",
    ("people", "given_by", "scan"),
    _consents,
    (
        StoredField("picture", gettext_lazy("Picture"), "media.name"),
        StoredField("people", gettext_lazy("Person shown")),
        StoredField("given_by", gettext_lazy("Person who agreed")),
        StoredField("kind", gettext_lazy("How it was given"), "get_kind_display"),
        StoredField("given_on", gettext_lazy("Day")),
        StoredField("valid_until", gettext_lazy("Valid until")),
        StoredField("erased_after", gettext_lazy("Names are erased after"), "keep_until"),
        StoredField("withdrawn_at", gettext_lazy("Withdrawn")),
        StoredField("scan", gettext_lazy("A scan is kept"), lambda row: bool(row.scan) or None),
    ),
    stays=lambda: _(
        "A consent is the proof that a picture may be shown, and the same name need not be the same person. Who wants "
        "to end it has it withdrawn in the library: then the picture is used no more."
    ),
)

# ---- what is no table of ours

NETWORKS = PersonalDataStore(
    "networks",
    gettext_lazy("The networks themselves"),
    ErasureEffect.STAYS,
    lambda: _("As long as the network keeps it."),
    stays=lambda: _(
        "Content on a network belongs to the network and the author: they delete it there. The same holds for posts "
        "that others have copied."
    ),
)
MAILBOXES = PersonalDataStore(
    "mailboxes",
    gettext_lazy("Mailboxes of departments"),
    ErasureEffect.STAYS,
    lambda: _("As long as the department keeps its mail."),
    stays=lambda: _(
        "The mail with our question has left the portal. It holds the question, none of the citizen's words; ask the "
        "department to delete it. Its link shows nothing any more."
    ),
)
BACKUPS = PersonalDataStore(
    "backups",
    gettext_lazy("Backups"),
    ErasureEffect.STAYS,
    lambda: _("As long as the one who runs the installation keeps backups."),
    stays=lambda: _(
        "A backup created earlier contains what has been erased since, until it expires. It is opened only to restore "
        "everything after a failure; data erased since then has to be erased again."
    ),
)

OURS = (
    MESSAGES, *conversation_stores.STORES, ANSWERS, SENT, CALLS, PROPOSED, DRAFTS, NOTES, MAILS, HANDOVERS, MODERATION,
    HOLDS, EVENTS, NAMED, CONSENTS,
)  # fmt: skip
OUTSIDE = (NETWORKS, MAILBOXES, BACKUPS)


def register() -> None:
    personal_data.register(*OURS, *OUTSIDE)
