"""Citizens' messages with notes and answers, needs, and the posts shared with other municipalities."""

from collections import defaultdict
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from administration.archive.writer import Archive
from exchange.models import SharedPost
from inbox.models import (
    PRIVATE,
    ExternalReply,
    HandOver,
    LegalHold,
    MessageAttachment,
    Moderation,
    Note,
    ProposedAnswer,
    Reply,
    SatisfactionQuestion,
    SavedAnswer,
    Tag,
)
from inbox.queries.readable import readable, readable_messages, reads_private
from municipalities.queries import Access
from needs.models import Need, Supporter


def write(archive: Archive, access: Access) -> int:
    """`access`: of the person for whom the archive is made; private messages are in it only if they may read them.
    Returns how many of these are in it."""
    archive.json("messages.json", _messages(access))
    archive.json("answers-elsewhere.json", _answers_elsewhere(access))
    files = _attachments(access).exclude(file="").order_by("pk").values_list("file", flat=True)
    for ref in files.iterator(chunk_size=200):
        archive.file(ref, partial(default_storage.open, ref))
    archive.json("moderation.json", _moderation(access))
    archive.json("saved-answers.json", _saved())
    archive.json("needs.json", _needs())
    archive.json("shared-posts.json", _shared())
    return readable_messages(access).filter(PRIVATE).count()


def _messages(access: Access) -> list[dict[str, Any]]:
    notes, answers, proposed = defaultdict(list), defaultdict(list), defaultdict(list)
    for proposed_answer in ProposedAnswer.objects.select_related("by", "decided_by").order_by("pk"):
        facts = {
            "text": proposed_answer.text,
            "by": str(proposed_answer.by),
            "at": proposed_answer.at,
            "state": proposed_answer.state,
            "reason": proposed_answer.reason,
        }
        proposed[proposed_answer.message_id].append({**facts, "decided_by": str(proposed_answer.decided_by or "")})
    for note in Note.objects.select_related("by").order_by("pk"):
        notes[note.message_id].append({"text": note.text, "by": str(note.by), "at": note.at})
    for reply in Reply.objects.select_related("by", "approved_by", "delivery").order_by("pk"):
        sent: dict[str, Any] = {"text": reply.text, "by": str(reply.by), "approved_by": str(reply.approved_by or "")}
        sent |= {"at": reply.at, "state": reply.delivery.state, "automatic": reply.is_automatic}
        answers[reply.message_id].append({**sent, "link": reply.delivery.permalink})
    rows = (
        readable_messages(access).select_related("channel", "assignee", "settlement", "department").order_by("at", "pk")
    )
    questions, holds, attached, replied = _asked(), _holds(), _attached(access), _satisfaction(access)
    tags = dict(Tag.objects.values_list("pk", "name"))
    return [
        {
            "channel": row.channel.name, "link": row.url, "author": row.author_name, "handle": row.author_handle,
            "visibility": row.visibility,
            "conversation": row.conversation_id, "subject": row.subject, "stars": row.stars,
            "first_stars": row.first_stars, "recommends": row.recommends,
            "answer_elsewhere": row.external_answer, "answer_elsewhere_at": row.external_answer_at,
            "attachments": attached[row.pk],
            "was_it_answered": replied.get(row.pk),
            "text": row.text, "first_text": row.first_text or row.text, "at": row.at, "kind": row.kind,
            "state": row.state,
            "answer_by": row.due_at, "first_answer_at": row.first_answer_at, "who": str(row.assignee or ""),
            "topic": row.topic, "settlement": str(row.settlement or ""), "department": str(row.department or ""),
            "urgent": row.is_urgent, "tags": [tags[tag] for tag in row.tags if tag in tags],
            "rules": [effect["name"] for effect in row.rule_effects],
            "put_off_until": row.snoozed_until, "forgotten_at": row.erased_at,
            "notes": notes[row.pk], "answers": answers[row.pk], "proposed": proposed[row.pk],
            "departments_asked": questions[row.pk], "held_for": holds[row.pk],
        }
        for row in rows
    ]  # fmt: skip


def _attachments(access: Access) -> QuerySet[MessageAttachment]:
    return MessageAttachment.objects.filter(readable(access, "message__"))


def _attached(access: Access) -> dict[int, list[dict[str, Any]]]:
    """What citizens attached, by message; `file` is its name in the archive."""
    by_message = defaultdict(list)
    for row in _attachments(access).order_by("message", "position"):
        by_message[row.message_id].append({
            "kind": row.kind, "name": row.name, "file": row.file, "type": row.file_mime, "bytes": row.file_size,
            "latitude": row.latitude, "longitude": row.longitude, "link": row.url, "state": row.state,
        })  # fmt: skip
    return by_message


def _satisfaction(access: Access) -> dict[int, dict[str, Any]]:
    """What citizens replied to the question whether their question was answered, by message."""
    rows = SatisfactionQuestion.objects.filter(readable(access, "message__"))
    return {
        row.message_id: {
            "asked_at": row.asked_at, "reply": row.value, "stars": row.stars, "words": row.word, "at": row.answered_at,
        }
        for row in rows
    }  # fmt: skip


def _answers_elsewhere(access: Access) -> list[dict[str, Any]]:
    """What the municipality's accounts wrote in private conversations outside of the portal."""
    if not reads_private(access):
        return []
    rows = ExternalReply.objects.select_related("conversation__channel").order_by("at", "pk")
    return [
        {
            "channel": row.conversation.channel.name, "conversation": row.conversation_id,
            "to": row.conversation.author_name, "text": row.text, "at": row.at,
        }
        for row in rows
    ]  # fmt: skip


def _saved() -> list[dict[str, Any]]:
    rows = SavedAnswer.objects.select_related("by").order_by("pk")
    return [
        {
            "name": row.name, "text": row.text, "topic": row.topic, "kind": row.kind, "retired": row.is_retired,
            "used": row.use_count, "by": str(row.by), "at": row.at,
        }
        for row in rows
    ]  # fmt: skip


def _moderation(access: Access) -> list[dict[str, Any]]:
    """What was hidden, why, and by whom, with the sealed copy."""
    rows = Moderation.objects.filter(readable(access, "message__")).select_related(
        "message__channel", "by", "second_by", "undo_by", "decided_by"
    )
    return [
        {
            "channel": row.message.channel.name, "reason": row.reason, "act": row.act, "why": row.why,
            "words": row.text, "author": row.author_name, "handle": row.author_handle, "link": row.url,
            "written_at": row.written_at, "copied_at": row.copied_at, "sha256": row.seal, "by": str(row.by),
            "at": row.at, "second": str(row.second_by or ""), "second_at": row.second_at,
            "second_why": row.second_why, "state": row.state, "done_at": row.done_at, "detail": row.detail,
            "undone_at": row.undone_at, "undone_by": str(row.undo_by or ""), "undone_why": row.undo_why,
            "objection": row.appeal, "objection_on": row.appealed_on, "decision": row.decision,
            "decision_why": row.decision_why, "decided_by": str(row.decided_by or ""), "decided_at": row.decided_at,
            "erased_at": row.erased_at, "was_untouched": row.was_untouched,
        }
        for row in rows.order_by("at", "pk")
    ]  # fmt: skip


def _asked() -> dict[int, list[dict[str, Any]]]:
    """Questions to departments, by message."""
    by_message = defaultdict(list)
    for row in HandOver.objects.select_related("department", "by").order_by("pk"):
        by_message[row.message_id].append({
            "department": str(row.department), "question": row.question, "words_shown": row.shown,
            "name_shown": row.shown_name, "contact_shown": row.shown_contact, "by": str(row.by), "at": row.sent_at,
            "answer_by": row.answer_by, "answer": row.answer, "answered_by": row.answered_name,
            "answered_at": row.answered_at, "withdrawn_at": row.withdrawn_at,
        })  # fmt: skip
    return by_message


def _holds() -> dict[int, list[dict[str, Any]]]:
    """Why messages were kept from being erased, by message."""
    by_message = defaultdict(list)
    for row in LegalHold.objects.select_related("by").order_by("pk"):
        facts = {"reason": row.reason, "by": str(row.by), "at": row.at, "released_at": row.released_at}
        by_message[row.message_id].append(facts)
    return by_message


def _needs() -> list[dict[str, Any]]:
    rows = Need.objects.select_related("settlement", "department", "by").prefetch_related(
        "supporters__message", "pictures__media", "rounds__by"
    )
    return [
        {
            "title": row.title, "text": row.text, "topic": row.topic, "settlement": str(row.settlement or ""),
            "department": str(row.department or ""), "stage": row.stage, "reason": row.reason,
            "decided_on": row.decided_on, "done": row.done, "done_on": row.done_on, "public": row.is_public,
            "by": str(row.by), "created_at": row.created_at,
            "voices": [
                {"source": supporter.source, "heard_on": supporter.received_on, "quote": _quote(supporter),
                 "note": supporter.note}
                for supporter in row.supporters.all()
            ],
            "told": [{"text": notified.text, "people": notified.people, "by": str(notified.by), "at": notified.at}
                     for notified in row.rounds.all()],
            "pictures": [{"when": picture.moment, "file": picture.media.name} for picture in row.pictures.all()],
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _quote(supporter: Supporter) -> str:
    """Nothing of a private message, also where a quote was chosen before that was known."""
    return "" if supporter.message and supporter.message.is_private else supporter.quote


def _shared() -> list[dict[str, Any]]:
    rows = SharedPost.objects.select_related("by").prefetch_related("comments__author", "copies").order_by("pk")
    return [
        {
            "title": row.title, "texts": row.texts, "published_on": row.published_on, "why": row.why,
            "figures": row.figures, "measured_on": row.measured_on, "by": str(row.by), "shared_at": row.shared_at,
            "ended_at": row.ended_at, "ending": row.ending,
            "comments": [
                {"text": comment.text, "by": str(comment.author), "at": comment.at}
                for comment in row.comments.all()
                if comment.deleted_at is None and comment.removed_at is None
            ],
            "copied": len(row.copies.all()),
        }
        for row in rows
    ]  # fmt: skip
