"""Everything that belongs to a message, in one query: notes, drafts, questions, moderation, legal holds.

Each kind of row is selected as JSON by a subquery and turned into model instances here, for reading only. Separate
queries would be seven on the page that is opened most often.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from inbox.models import AnswerDraft, HandOver, LegalHold, Message, Moderation, Note, ProposedAnswer, Reply
from inbox.queries.thread import similar_messages

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


def message_context(message: Message) -> MessageContext:
    """One query. Notes and drafts the oldest first, questions and acts the newest first."""
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
    )


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
