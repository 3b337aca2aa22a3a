"""The places of the inbox, and of the floors below it, that hold something of a citizen: `inbox.personal_data`.

Who adds a column for words or names adds it here: to `columns`, to `fields`, and to what `erase` does.
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
from delivery.models import Attempt, Delivery
from inbox import personal_data
from inbox.domain import evidence, handover_mail
from inbox.enums import ProposalState
from inbox.models import AnswerDraft, HandOver, LegalHold, Message, Moderation, Note, ProposedAnswer, Reply
from inbox.personal_data import Erasing, Fate, Field, Person, PersonalDataStore, with_the_message
from posts.models import Consent

MOST_NAMED = 100
BY, AT = Field("by", pgettext_lazy("of a row", "By")), Field("at", pgettext_lazy("of a row", "When"))
TEXT = Field("text", gettext_lazy("Words"))

# ---- messages

GONE: dict[str, Any] = {
    "text": "", "first_text": "", "search_key": "", "author_id": "", "author_handle": "", "author_name": "", "url": "",
    "script": "", "suggested_kind": "", "suggested_topic": "", "hints": {}, "similar_group": None,
    "has_personal_data": False,
}  # fmt: skip


def _erase_messages(what: Erasing) -> None:
    Message.objects.filter(pk__in=what.messages).update(erased_at=what.now, **GONE)


MESSAGES = PersonalDataStore(
    "messages",
    gettext_lazy("Messages"),
    Fate.PARTLY,
    with_the_message,
    "inbox.message",
    ("remote_id", "root", "in_reply_to", *(name for name, empty in GONE.items() if empty in ("", {}))),
    lambda person: (
        Message.objects.filter(pk__in=person.messages)
        .select_related("channel", "settlement", "department", "assignee")
        .order_by("at", "pk")
    ),
    (
        Field("id", gettext_lazy("Number"), "pk"),
        Field("network", gettext_lazy("Network"), "channel.platform"),
        Field("channel", gettext_lazy("Channel")),
        Field("author", gettext_lazy("Name"), "author_name"),
        Field("handle", gettext_lazy("Handle"), "author_handle"),
        Field("author_id", gettext_lazy("Number on the network")),
        TEXT,
        Field("first_text", gettext_lazy("First it read:")),
        Field("visibility", gettext_lazy("Who may read it"), "get_visibility_display"),
        Field("link", gettext_lazy("Link"), "url"),
        AT,
        Field("heard_at", gettext_lazy("Read by the portal"), "received_at"),
        Field("gone_at", gettext_lazy("Deleted on the network"), "remote_deleted_at"),
        Field("kind", gettext_lazy("Kind"), "get_kind_display"),
        Field("topic", gettext_lazy("Topic"), "get_topic_display"),
        Field("settlement", gettext_lazy("Settlement")),
        Field("department", gettext_lazy("Department")),
        Field("state", gettext_lazy("State"), "get_state_display"),
        Field("assigned_to", gettext_lazy("Given to"), "assignee"),
        Field("looks_like", gettext_lazy("What the portal took it for"), lambda row: _suggested(row)),
        Field("number_there", gettext_lazy("Number of the message on the network"), "remote_id"),
    ),
    message="pk",
    erase=_erase_messages,
    stays=lambda: _(
        "Time, kind, topic and the number that the network gave the message: it still counts, and the number sees to "
        "it that what was erased is not read from the network again. No words and no name."
    ),
)


def _suggested(row: Message) -> list[str]:
    """What `inbox.reading` suggested, in words."""
    told = [row.get_suggested_kind_display(), row.get_suggested_topic_display()]
    return [str(one) for one in (*told, *(words for _tone, _icon, words in row.flag_pills)) if one]


# ---- what our people wrote about them


def _of(model: Any, *related: str, **only: Any) -> Any:
    """A function that finds the rows of a table that belong to a person's messages."""

    def rows(person: Person) -> Iterable[Any]:
        return model.objects.filter(message__in=person.messages, **only).select_related("by", *related).order_by("pk")

    return rows


def _delete(model: Any) -> Any:
    def erase(what: Erasing) -> None:
        model.objects.filter(message__in=what.messages).delete()

    return erase


NOTES = PersonalDataStore(
    "notes",
    gettext_lazy("Notes of our people"),
    Fate.DELETED,
    with_the_message,
    "inbox.note",
    ("text",),
    _of(Note),
    (TEXT, BY, AT),
    erase=_delete(Note),
)

DRAFTS = PersonalDataStore(
    "drafts",
    gettext_lazy("Answers that somebody began"),
    Fate.DELETED,
    lambda: _("Until the answer is sent; 30 days at most."),
    "inbox.answerdraft",
    ("text",),
    _of(AnswerDraft),
    (TEXT, BY, AT),
    erase=_delete(AnswerDraft),
)


def _erase_proposed(what: Erasing) -> None:
    rows = ProposedAnswer.objects.filter(message__in=what.messages)
    rows.filter(state=ProposalState.WAITING).update(state=ProposalState.WITHDRAWN)
    rows.update(text="", reason="")


PROPOSED = PersonalDataStore(
    "proposed_answers",
    gettext_lazy("Answers that waited for an approver"),
    Fate.EMPTIED,
    with_the_message,
    "inbox.proposedanswer",
    ("text", "reason"),
    _of(ProposedAnswer, "text_by", "decided_by"),
    (
        TEXT,
        BY,
        AT,
        Field("words_by", gettext_lazy("Words of"), "text_by"),
        Field("state", gettext_lazy("State"), "get_state_display"),
        Field("reason", gettext_lazy("Why it came back")),
        Field("decided_by", gettext_lazy("Decided by")),
        Field("decided_at", gettext_lazy("Decided")),
    ),
    erase=_erase_proposed,
)

ANSWERS = PersonalDataStore(
    "answers",
    gettext_lazy("Our answers"),
    Fate.EMPTIED,
    with_the_message,
    "inbox.reply",
    ("text",),
    _of(Reply, "approved_by", "delivery"),
    (
        TEXT,
        BY,
        Field("approved_by", gettext_lazy("Approved by")),
        AT,
        Field("state", gettext_lazy("State"), "delivery.get_state_display"),
    ),
    erase=lambda what: _nothing(Reply.objects.filter(message__in=what.messages).update(text="")),
)


def _nothing(_count: int) -> None:
    return None


# ---- answers as they left


def _sent(person: Person) -> Iterable[Any]:
    replies = Reply.objects.filter(message__in=person.messages).select_related("delivery").order_by("pk")
    return [_with_message(reply.delivery, reply.message_id) for reply in replies]


def _with_message(row: Any, message: int | None) -> Any:
    row.message_id = message
    return row


def _calls(person: Person) -> Iterable[Any]:
    replies = Reply.objects.filter(message__in=person.messages).values_list("delivery", "message")
    of = dict(replies)
    rows = Attempt.objects.filter(delivery__in=of).order_by("pk")
    return [_with_message(row, of[row.delivery_id]) for row in rows if len(row.detail) > 1]


def _erase_sent(what: Erasing) -> None:
    replies = Reply.objects.filter(message__in=what.messages)
    rows = list(Delivery.objects.filter(pk__in=replies.values("delivery")))
    for row in rows:
        row.payload = {**row.payload, "text": "", "title": "", "first_comment": ""}
        row.shown = None if row.shown is None else ""
        row.shown_now, row.problem = "", ""
    Delivery.objects.bulk_update(rows, ["payload", "shown", "shown_now", "problem"])


def _erase_calls(what: Erasing) -> None:
    replies = Reply.objects.filter(message__in=what.messages)
    rows = list(Attempt.objects.filter(delivery__in=replies.values("delivery")))
    for row in rows:
        row.detail = {key: value for key, value in row.detail.items() if key in ("key", "repeat")}
    Attempt.objects.bulk_update(rows, ["detail"])


SENT = PersonalDataStore(
    "sent",
    gettext_lazy("Answers as they were sent"),
    Fate.PARTLY,
    with_the_message,
    "delivery.delivery",
    ("payload", "shown", "shown_now", "problem", "permalink", "remote_id"),
    _sent,
    (
        Field("text", gettext_lazy("Words"), lambda row: row.payload.get("text")),
        Field("shown", gettext_lazy("As the network showed it")),
        Field("shown_now", gettext_lazy("As the network showed it later")),
        Field("problem", gettext_lazy("What the network said")),
        Field("link", gettext_lazy("Link"), "permalink"),
        Field("sent_at", gettext_lazy("Sent"), "published_at"),
    ),
    erase=_erase_sent,
    stays=lambda: _(
        "Where our answer stands on the network, and when it was sent: we answer for what we publish. No words. On the "
        "network itself the answer stays until somebody deletes it there."
    ),
)

CALLS = PersonalDataStore(
    "calls",
    gettext_lazy("What the network said to our answers"),
    Fate.EMPTIED,
    with_the_message,
    "delivery.attempt",
    ("detail",),
    _calls,
    (Field("at", gettext_lazy("When"), "opened_at"), Field("said", gettext_lazy("What the network said"), "detail")),
    erase=_erase_calls,
)

# ---- departments

ASKED_GONE: dict[str, Any] = {
    "question": "", "shown": "", "shown_name": "", "shown_contact": "", "answer": "", "answered_name": "",
}  # fmt: skip


def _erase_asked(what: Erasing) -> None:
    """Words, name and links go; the mail that carried the question is a place of its own."""
    rows = HandOver.objects.filter(message__in=what.messages)
    rows.update(withdrawn_at=Coalesce("withdrawn_at", Value(what.now)), **ASKED_GONE)


ASKED = PersonalDataStore(
    "departments_asked",
    gettext_lazy("Questions to departments"),
    Fate.EMPTIED,
    with_the_message,
    "inbox.handover",
    tuple(ASKED_GONE),
    _of(HandOver, "department"),
    (
        Field("department", gettext_lazy("Department")),
        Field("question", gettext_lazy("Question")),
        Field("words_shown", gettext_lazy("Words that went along"), "shown"),
        Field("name_shown", gettext_lazy("Name that went along"), "shown_name"),
        Field("contact_shown", gettext_lazy("Contact that went along"), "shown_contact"),
        BY,
        Field("at", gettext_lazy("When"), "sent_at"),
        Field("answer", gettext_lazy("Their answer")),
        Field("answered_by", gettext_lazy("Answered by"), "answered_name"),
        Field("answered_at", gettext_lazy("Answered")),
        Field("withdrawn_at", gettext_lazy("Taken back")),
    ),
    erase=_erase_asked,
)


def _mails(person: Person) -> Iterable[Any]:
    asked = HandOver.objects.filter(message__in=person.messages).values_list("pk", "message")
    of = {name: message for pk, message in asked for name in handover_mail.names(pk)}
    rows = MailMessage.objects.filter(dedupe__in=of).order_by("pk")
    return [_with_message(row, of[row.dedupe]) for row in rows if row.dedupe]


def _erase_mails(what: Erasing) -> None:
    asked = HandOver.objects.filter(message__in=what.messages).values_list("pk", flat=True)
    MailMessage.objects.filter(dedupe__in=[name for pk in asked for name in handover_mail.names(pk)]).delete()


# The body is the question, which stands in its own place, and a link that is a key: it is not given away.
MAILS = PersonalDataStore(
    "mails",
    gettext_lazy("Mails to departments"),
    Fate.DELETED,
    lambda: _("%(days)s days after the mail was written.") % {"days": settings.MAIL_KEPT_DAYS},
    "common.mailmessage",
    ("subject", "sealed", "problem"),
    _mails,
    (
        Field("to", pgettext_lazy("of a mail", "To")),
        Field("subject", gettext_lazy("Subject")),
        Field("written_at", gettext_lazy("Written"), "created_at"),
        Field("sent_at", gettext_lazy("Sent")),
    ),
    erase=_erase_mails,
)

# ---- what holds it, what was hidden

HOLDS = PersonalDataStore(
    "held",
    gettext_lazy("Protected from being erased"),
    Fate.STAYS,
    lambda: _("Until an approver ends the protection; then the reason goes with the message."),
    "inbox.legalhold",
    ("reason",),
    _of(LegalHold, released_at=None),
    (Field("reason", gettext_lazy("Why")), BY, AT),
    # Only of those messages that nothing protects any more: the others are not among those to be erased.
    erase=lambda what: _nothing(LegalHold.objects.filter(message__in=what.messages).update(reason="")),
    stays=lambda: _(
        "A message that is protected for a dispute, a court or an inspection stays whole, with its answers, notes and "
        "questions, as long as the protection runs: the law lets us keep what a legal claim needs."
    ),
    left=lambda person: LegalHold.objects.filter(message__in=person.messages, released_at=None).count(),
)


def _moderated(person: Person) -> Any:
    """Also copies of messages whose own words were forgotten long ago: a copy has a time of its own."""
    wanted = Q(message__in=person.messages)
    for channel, author in person.authors:
        wanted |= Q(message__channel=channel, author_id=author)
    people = ("by", "second_by", "done_by", "undo_by", "decided_by", "appeal_noted_by")
    return Moderation.objects.filter(wanted).select_related(*people).order_by("pk")


def _erase_moderated(what: Erasing) -> None:
    for channel, author in what.authors:
        evidence.erase_of(author, channel, what.now)


def _left_of_moderated(person: Person) -> int:
    """Copies that are evidence: they would outlive an erasure."""
    return sum(evidence.kept(channel, author).count() for channel, author in person.authors)


MODERATION = PersonalDataStore(
    "moderation",
    gettext_lazy("Comments that were hidden or removed, and objections"),
    Fate.PARTLY,
    lambda: _("%(days)s days after the last decision about it.") % {"days": settings.INBOX_EVIDENCE_DAYS},
    "inbox.moderation",
    tuple(evidence.GONE),
    _moderated,
    (
        Field("act", gettext_lazy("What was done"), "get_act_display"),
        Field("reason", gettext_lazy("Reason"), "get_reason_display"),
        Field("why", gettext_lazy("Why")),
        Field("words", gettext_lazy("Copy of the words"), "text"),
        Field("author", gettext_lazy("Name"), "author_name"),
        Field("handle", gettext_lazy("Handle"), "author_handle"),
        Field("author_id", gettext_lazy("Number on the network")),
        Field("link", gettext_lazy("Link"), "url"),
        Field("written_at", gettext_lazy("Written")),
        AT,
        BY,
        Field("state", gettext_lazy("State"), "get_state_display"),
        Field("second_by", gettext_lazy("Second person")),
        Field("second_why", gettext_lazy("What the second person said")),
        Field("done_at", gettext_lazy("Done")),
        Field("done_by", gettext_lazy("Done by")),
        Field("detail", gettext_lazy("What was done by hand, or what the network said")),
        Field("undo_why", gettext_lazy("Why it was shown again")),
        Field("undone_at", gettext_lazy("Shown again")),
        Field("objection", gettext_lazy("Objection"), "appeal"),
        Field("objected_on", gettext_lazy("Day of the objection"), "appealed_on"),
        Field("decision", gettext_lazy("Decision about the objection"), "get_decision_display"),
        Field("decision_why", gettext_lazy("Why it was decided so")),
        Field("decided_by", gettext_lazy("Decided by")),
        Field("decided_at", gettext_lazy("Decided")),
        Field("erased_at", gettext_lazy("Copy erased")),
        Field("seal", gettext_lazy("Seal of the copy (SHA-256)")),
    ),
    erase=_erase_moderated,
    stays=lambda: (
        _(
            "Copies of threats, of hate and of what is otherwise clearly unlawful stay as evidence, with the name, "
            "until %(days)s days after the last decision: the law lets us keep what a legal claim needs. Of all others "
            "only what was done, why by the list, and when."
        )
        % {"days": settings.INBOX_EVIDENCE_DAYS}
    ),
    left=_left_of_moderated,
)

# ---- what networks told by themselves


def _events(person: Person) -> Iterable[Any]:
    channels = Channel.objects.in_bulk({channel for channel, _author in person.authors})
    return [row for channel, author in person.authors for row in unread_events.of_author(channels[channel], author)]


def _erase_events(what: Erasing) -> None:
    channels = Channel.objects.in_bulk({channel for channel, _author in what.authors})
    for channel, author in what.authors:
        if author:
            unread_events.delete_author(channels[channel], author)


EVENTS = PersonalDataStore(
    "events",
    gettext_lazy("What the network told us by itself, as it came"),
    Fate.DELETED,
    lambda: _("30 days; what nobody has read by then, 60 days."),
    "channels.event",
    ("payload", "key"),
    _events,
    (
        Field("network", gettext_lazy("Network"), "platform"),
        Field("at", gettext_lazy("When"), "received_at"),
        Field("received", gettext_lazy("What came"), "payload"),
    ),
    erase=_erase_events,
)

# ---- known by a name only


def _named(person: Person) -> Iterable[Any]:
    """Messages of others in which their full name stands, newest first."""
    told = Q(pk__in=[])
    for words in person.full_names:
        one = Q()
        for word in words:
            one &= Q(search_key__contains=word)
        told |= one
    rows = Message.objects.filter(told).exclude(pk__in=person.messages).select_related("channel")
    return [_with_message(row, None) for row in rows.order_by("-at", "-pk")[:MOST_NAMED]]


NAMED = PersonalDataStore(
    "named_by_others",
    gettext_lazy("Messages of others in which the same name stands"),
    Fate.STAYS,
    with_the_message,
    "inbox.message",
    (),
    _named,
    (
        Field("id", gettext_lazy("Number"), "pk"),
        Field("channel", gettext_lazy("Channel")),
        AT,
    ),
    stays=lambda: _(
        "They are the words of somebody else, and the same name need not be the same person. Read them in the inbox; "
        "hide or erase them there where they give somebody's personal data away."
    ),
)


def _consents(person: Person) -> Iterable[Any]:
    if not person.full_names:
        return []
    rows = Consent.objects.exclude(people="", given_by="").select_related("media", "recorded_by").order_by("pk")
    return [row for row in rows if person.is_named_in(f"{row.people} {row.given_by}")]


CONSENTS = PersonalDataStore(
    "consents",
    gettext_lazy("Consents to pictures that carry the same name"),
    Fate.STAYS,
    lambda: _("Until the day that was agreed on when the consent was recorded."),
    "posts.consent",
    ("people", "given_by", "scan"),
    _consents,
    (
        Field("picture", gettext_lazy("Picture"), "media.name"),
        Field("people", gettext_lazy("Who is shown")),
        Field("given_by", gettext_lazy("Who agreed")),
        Field("kind", gettext_lazy("How it was given"), "get_kind_display"),
        Field("given_on", gettext_lazy("Day")),
        Field("valid_until", gettext_lazy("Valid until")),
        Field("erased_after", gettext_lazy("Names are erased after"), "keep_until"),
        Field("withdrawn_at", gettext_lazy("Withdrawn")),
        Field("scan", gettext_lazy("A scan is kept"), lambda row: bool(row.scan) or None),
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
    Fate.STAYS,
    lambda: _("As long as the network keeps it."),
    stays=lambda: _(
        "What stands on a network is the network's and the author's own: they delete it there. The same holds for "
        "posts that others have copied."
    ),
)
MAILBOXES = PersonalDataStore(
    "mailboxes",
    gettext_lazy("Mailboxes of departments"),
    Fate.STAYS,
    lambda: _("As long as the department keeps its mail."),
    stays=lambda: _(
        "The mail with our question has left the portal. It holds the question, none of the citizen's words; ask the "
        "department to delete it. Its link shows nothing any more."
    ),
)
BACKUPS = PersonalDataStore(
    "backups",
    gettext_lazy("Backups"),
    Fate.STAYS,
    lambda: _("As long as the one who runs the installation keeps backups."),
    stays=lambda: _(
        "A backup made before holds what has been erased since, until it runs out. It is opened only to restore "
        "everything after a failure; what was erased since then has to be erased once more."
    ),
)

OURS = (
    MESSAGES, ANSWERS, SENT, CALLS, PROPOSED, DRAFTS, NOTES, MAILS, ASKED, MODERATION, HOLDS, EVENTS, NAMED,
    CONSENTS,
)  # fmt: skip
OUTSIDE = (NETWORKS, MAILBOXES, BACKUPS)


def register() -> None:
    personal_data.register(*OURS, *OUTSIDE)
