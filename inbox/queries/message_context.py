"""Everything that belongs to a message, in one query: notes, drafts, questions, moderation, legal holds.

Each kind of row is selected as JSON by a subquery and turned into model instances here, for reading only. Separate
queries would be seven on the page that is opened most often.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from common.prepared import among, array
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
from inbox.queries.thread import alike_messages
from municipalities.models import PrivateReader
from municipalities.prepared import Prepared
from municipalities.queries import private_readers
from municipalities.tenancy import the_only_one

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


# What is packed for each part: its model, and the people and departments whose labels come with it.
PARTS: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "notes": (Note, ("by",)),
    "drafts": (AnswerDraft, ("by",)),
    "proposed": (ProposedAnswer, ("by", "text_by", "decided_by")),
    "handovers": (HandOver, ("department", "by")),
    "holds": (LegalHold, ("by",)),
    "acts": (Moderation, ("by", "second_by")),
}
PARTS_OF_CONVERSATION: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "attachments": (MessageAttachment, ()),
    "external": (ExternalReply, ()),
    "readers": (PrivateReader, ()),
}


@dataclass(frozen=True)
class _Alike:
    """The shape of the condition on messages that say nearly the same (`similar_messages`)."""

    is_private: bool
    is_below_post: bool


@cache
def everything_of(*, of_conversation: bool, alike: _Alike | None) -> Prepared:
    return Prepared(
        lambda of: _packed(of, of_conversation=of_conversation, alike=alike),
        message=int,
        **({"shown": str, "since": datetime} if of_conversation else {}),
        **({"channel": int, "group": int} if alike else {}),
        **({"publication": int} if alike and alike.is_below_post else {}),
    )


def message_context(message: Message, shown: Sequence[Message] = ()) -> MessageContext:
    """One query. Notes and drafts the oldest first, questions and acts the newest first.

    Of a private conversation, of which `shown` are the messages on the page, oldest first: their attachments, what we
    wrote outside of the portal since the first of them, and who was named to read private messages.
    """
    of_conversation = message.conversation_id is not None and bool(shown)
    given: dict[str, Any] = {"message": message.pk}
    if of_conversation:
        given |= {"shown": array(row.pk for row in shown), "since": shown[0].at}
    alike = None
    if message.similar_group is not None and not message.is_settled:
        alike = _Alike(message.is_private, is_below_post=message.publication_id is not None)
        given |= {"channel": message.channel_id, "group": message.similar_group}
        given |= {"publication": message.publication_id} if alike.is_below_post else {}
    statement = everything_of(of_conversation=of_conversation, alike=alike)
    ((others, *columns),) = statement.rows(municipality=the_only_one(), **given)
    parts = {**PARTS, **(PARTS_OF_CONVERSATION if of_conversation else {})}
    rows_by_part: dict[str, Any] = {
        name: [_unpack(model, json.loads(packed), named) for packed in column]
        for (name, (model, named)), column in zip(parts.items(), columns, strict=True)
    }
    return MessageContext(
        others=others,
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


def _packed(of: Any, *, of_conversation: bool, alike: _Alike | None) -> QuerySet[Any, Any]:
    """How many are alike, and one column for each part."""
    rows = {**_of_message(), **(_of_conversation(of.shown, of.since) if of_conversation else {})}
    parts = {**PARTS, **(PARTS_OF_CONVERSATION if of_conversation else {})}
    columns = {f"all_{name}": _pack(rows[name], named) for name, (_model, named) in parts.items()}
    message = Message.objects.filter(pk=of.message)
    return message.annotate(all_others=_others(of, alike), **columns).values_list("all_others", *columns)


def _of_message() -> dict[str, QuerySet[Any]]:
    mine = {"message": OuterRef("pk")}
    answered = Reply.objects.filter(message=OuterRef("message"), is_automatic=False, at__gt=OuterRef("decided_at"))
    proposed = ProposedAnswer.objects.filter(**mine).annotate(is_answered=Exists(answered))
    return {
        "notes": Note.objects.filter(**mine).order_by("pk"),
        "drafts": AnswerDraft.objects.filter(**mine).order_by("began_at"),
        "proposed": proposed.order_by("-pk"),
        "handovers": HandOver.objects.filter(**mine).order_by("-pk"),
        "holds": LegalHold.objects.filter(**mine, released_at=None),
        "acts": Moderation.objects.filter(**mine).order_by("-pk"),
    }


def _of_conversation(shown: str, since: datetime) -> dict[str, QuerySet[Any]]:
    attachments = MessageAttachment.objects.filter(message__in=among(shown))
    external = ExternalReply.objects.filter(conversation=OuterRef("conversation"), at__gte=since)
    return {
        "attachments": attachments.order_by("message", "position"),
        "external": external.order_by("at", "pk")[:MOST_EXTERNAL],
        "readers": private_readers(OuterRef("municipality")).select_related(None),
    }


def _by_message(rows: Iterable[MessageAttachment]) -> dict[int, list[MessageAttachment]]:
    by_message: dict[int, list[MessageAttachment]] = {}
    for row in rows:
        by_message.setdefault(row.message_id, []).append(row)
    return by_message


def _others(of: Any, alike: _Alike | None) -> Any:
    if alike is None:
        return Value(0)
    publication = of.publication if alike.is_below_post else None
    rows = alike_messages(of.channel, publication, of.group, is_private=alike.is_private).exclude(pk=of.message)
    counted = rows.order_by().values("similar_group").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)


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
