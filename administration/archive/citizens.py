"""What citizens wrote, what was noted and answered; and the posts that were shared with other municipalities."""

from collections import defaultdict
from typing import Any

from administration.archive.writer import Archive
from exchange.models import SharedPost
from inbox.models import Message, Note, Reply
from needs.models import Need


def write(archive: Archive) -> None:
    archive.json("messages.json", _messages())
    archive.json("needs.json", _needs())
    archive.json("shared-posts.json", _shared())


def _messages() -> list[dict[str, Any]]:
    notes, answers = defaultdict(list), defaultdict(list)
    for note in Note.objects.select_related("by").order_by("pk"):
        notes[note.message_id].append({"text": note.text, "by": str(note.by), "at": note.at})
    for reply in Reply.objects.select_related("by", "delivery").order_by("pk"):
        sent = {"text": reply.text, "by": str(reply.by), "at": reply.at, "state": reply.delivery.state}
        answers[reply.message_id].append({**sent, "link": reply.delivery.permalink})
    rows = Message.objects.select_related("channel", "assignee").order_by("at", "pk")
    return [
        {
            "channel": row.channel.name, "link": row.url, "author": row.author_name, "handle": row.author_handle,
            "text": row.text, "first_text": row.seen or row.text, "at": row.at, "kind": row.kind, "state": row.state,
            "answer_by": row.due_at, "first_answer_at": row.first_answer_at, "who": str(row.assignee or ""),
            "forgotten_at": row.forgotten_at, "notes": notes[row.pk], "answers": answers[row.pk],
        }
        for row in rows
    ]  # fmt: skip


def _needs() -> list[dict[str, Any]]:
    rows = Need.objects.select_related("settlement", "department", "by").prefetch_related(
        "voices", "pictures__media", "rounds__by"
    )
    return [
        {
            "title": row.title, "text": row.text, "topic": row.topic, "settlement": str(row.settlement or ""),
            "department": str(row.department or ""), "stage": row.stage, "reason": row.reason,
            "decided_on": row.decided_on, "done": row.done, "done_on": row.done_on, "public": row.is_public,
            "by": str(row.by), "created_at": row.created_at,
            "voices": [{"source": each.source, "heard_on": each.heard_on, "quote": each.quote, "note": each.note}
                       for each in row.voices.all()],
            "told": [{"text": each.text, "people": each.people, "by": str(each.by), "at": each.at}
                     for each in row.rounds.all()],
            "pictures": [{"when": each.moment, "file": each.media.name} for each in row.pictures.all()],
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _shared() -> list[dict[str, Any]]:
    rows = SharedPost.objects.select_related("by").prefetch_related("comments__author", "copies").order_by("pk")
    return [
        {
            "title": row.title, "texts": row.texts, "published_on": row.published_on, "why": row.why,
            "figures": row.figures, "measured_on": row.measured_on, "by": str(row.by), "shared_at": row.shared_at,
            "ended_at": row.ended_at, "ending": row.ending,
            "comments": [
                {"text": each.text, "by": str(each.author), "at": each.at}
                for each in row.comments.all()
                if each.deleted_at is None and each.removed_at is None
            ],
            "copied": len(row.copies.all()),
        }
        for row in rows
    ]  # fmt: skip
