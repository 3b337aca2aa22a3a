"""Everything that belongs to a message, in one query: notes, drafts, questions, moderation, legal holds.

Each kind of row is selected as JSON by a subquery and turned into model instances here, for reading only. Separate
queries would be seven on the page that is opened most often.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from inbox.models import (
    AnswerDraft,
    ExternalReply,
    HandOver,
    LegalHold,
    Message,
    MessageAttachment,
    Moderation,
    Note,
    ProposedAnswer,
    Reply,
)
from inbox.queries.thread import similar_messages
from municipalities.queries import private_readers

# So many of our messages from elsewhere are shown in a conversation.
MOST_EXTERNAL = 60

# Columns that label a related row.
LABELS: Mapping[str, tuple[str, ...]] = {"User": ("name", "email"), "Department": ("name", "email")}


@dataclass(frozen=True)
class MessageContext:
    """`others` say nearly the same and are open. `proposed` is the newest answer that an approver saw, or is to see."""

    others: int
    notes: list[Note]
    drafts: list[AnswerDraft]
    proposed: Any | None
    handovers: list[HandOver]
    hold: LegalHold | None
    acts: list[Moderation]
    attachments: dict[int, list[MessageAttachment]] = field(default_factory=dict)
    external: list[ExternalReply] = field(default_factory=list)
    named_readers: set[int] = field(default_factory=set)


def message_context(message: Message, shown: Sequence[Message] = ()) -> MessageContext:
    """One query. Notes and drafts the oldest first, questions and acts the newest first.

    Of a private conversation, of which `shown` are the messages on the page, oldest first: their attachments, what we
    wrote outside of the portal since the first of them, and who was named to read private messages.
    """
    mine = {"message": OuterRef("pk")}
    answered = Reply.objects.filter(message=OuterRef("message"), is_automatic=False, at__gt=OuterRef("decided_at"))
    proposed = ProposedAnswer.objects.filter(**mine).annotate(is_answered=Exists(answered))
    parts = {
        "notes": (Note.objects.filter(**mine).order_by("pk"), ("by",)),
        "drafts": (AnswerDraft.objects.filter(**mine).order_by("began_at"), ("by",)),
        "proposed": (proposed.order_by("-pk"), ("by", "text_by", "decided_by")),
        "handovers": (HandOver.objects.filter(**mine).order_by("-pk"), ("department", "by")),
        "holds": (LegalHold.objects.filter(**mine, released_at=None), ("by",)),
        "acts": (Moderation.objects.filter(**mine).order_by("-pk"), ("by", "second_by")),
        **(_of_conversation(shown) if message.conversation_id is not None and shown else {}),
    }
    wanted = {f"all_{name}": _pack(rows, named) for name, (rows, named) in parts.items()}
    packed: QuerySet[Any, Any] = Message.objects.filter(pk=message.pk).values(all_others=_others(message), **wanted)
    packed_row = packed.get()
    rows_by_part: dict[str, Any] = {
        name: [_unpack(rows.model, values, named) for values in packed_row[f"all_{name}"]]
        for name, (rows, named) in parts.items()
    }
    return MessageContext(
        others=packed_row["all_others"],
        notes=rows_by_part["notes"],
        drafts=rows_by_part["drafts"],
        proposed=next(iter(rows_by_part["proposed"]), None),
        handovers=[] if message.erased_at else rows_by_part["handovers"],
        hold=next(iter(rows_by_part["holds"]), None),
        acts=rows_by_part["acts"],
        attachments=_by_message(rows_by_part.get("attachments", ())),
        external=rows_by_part.get("external", []),
        named_readers={row.user_id for row in rows_by_part.get("readers", ())},
    )


def _of_conversation(shown: Sequence[Message]) -> dict[str, tuple[QuerySet[Any], tuple[str, ...]]]:
    attachments = MessageAttachment.objects.filter(message__in=[row.pk for row in shown])
    external = ExternalReply.objects.filter(conversation=OuterRef("conversation"), at__gte=shown[0].at)
    readers = private_readers(OuterRef("municipality")).select_related(None)
    return {
        "attachments": (attachments.order_by("message", "position"), ()),
        "external": (external.order_by("at", "pk")[:MOST_EXTERNAL], ()),
        "readers": (readers, ()),
    }


def _by_message(rows: Iterable[MessageAttachment]) -> dict[int, list[MessageAttachment]]:
    by_message: dict[int, list[MessageAttachment]] = {}
    for row in rows:
        by_message.setdefault(row.message_id, []).append(row)
    return by_message


def _others(message: Message) -> Any:
    if message.similar_group is None or message.is_settled:
        return Value(0)
    rows = (
        similar_messages(message).exclude(pk=message.pk).order_by().values("similar_group").annotate(count=Count("pk"))
    )
    return Coalesce(Subquery(rows.values("count"), output_field=IntegerField()), 0)


def _pack(rows: QuerySet[Any], named: tuple[str, ...]) -> ArraySubquery:
    """PostgreSQL takes a hundred arguments: fifty columns, with those of the named rows."""
    meta = rows.model._meta
    columns = [column.attname for column in meta.concrete_fields]
    columns += [f"{name}__{label}" for name in named for label in LABELS[_related_model(rows.model, name).__name__]]
    return ArraySubquery(rows.values(packed=JSONObject(**{name: name for name in (*columns, *rows.query.annotations)})))


def _unpack(kind: type[Model], values_by_name: Mapping[str, Any], named: tuple[str, ...]) -> Any:
    fields = kind._meta.concrete_fields
    values = [field.to_python(values_by_name[field.attname]) for field in fields]
    row = kind.from_db(None, [field.attname for field in fields], values)
    for name in named:
        if values_by_name[f"{name}_id"] is not None:
            other = _related_model(kind, name)
            labels = {label: values_by_name[f"{name}__{label}"] for label in LABELS[other.__name__]}
            setattr(row, name, other(pk=values_by_name[f"{name}_id"], **labels))
    if "is_answered" in values_by_name:
        row.is_answered = values_by_name["is_answered"]  # type: ignore[attr-defined]
    return row


def _related_model(kind: type[Model], name: str) -> type[Model]:
    return kind._meta.get_field(name).related_model  # type: ignore[return-value]
