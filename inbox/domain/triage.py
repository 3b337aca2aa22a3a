"""Triage of a message: kind, topic, place, assignee, waiting, snoozed, closed.

Each verb locks its row and records one event.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox import rules
from inbox.domain import conversations, staff_notifications
from inbox.domain.mark_daily_counts import mark_questions
from inbox.enums import OPEN_STATES, MessageKind, MessageState, Topic
from inbox.models import PRIVATE, Department, Message, Note, Settlement
from municipalities.models import Municipality
from municipalities.queries import people_who_read_private, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from serbian.folding import fold

MOST_NOTE = 2000
MOST_NAME = Settlement._meta.get_field("name").max_length or 0


def lock(message: Message) -> Message:
    """The row, locked. Raises outside of a transaction."""
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("channel", "conversation__channel")
        .get(pk=message.pk)
    )


def mark_read(message: Message) -> None:
    """Record that it was opened, with what follows it in its conversation. Not audited."""
    rows = Q(pk=message.pk)
    if message.conversation_id is not None:
        rows |= Q(conversation=message.conversation_id, is_follow_up=True)
    Message.objects.filter(rows, read_at__isnull=True).update(read_at=timezone.now())


@transaction.atomic
def set_kind(message: Message, kind: str, *, by: User) -> Message:
    """Set the kind; it determines the deadline."""
    row = lock(message)
    if kind and kind not in MessageKind.values:
        raise ActionNotAllowed(_("There is no such kind of message."), "kind")
    if row.kind == kind:
        return row
    if MessageKind.QUESTION in (row.kind, kind):
        mark_questions([(row.municipality_id, row.at)])
    row.kind, row.due_at = kind, rules.due_at(kind, row.counts_from)
    row.save(update_fields=["kind", "due_at", "search_key"])
    record("message.sort", by=by, target=row, label=audit_label(row), kind=kind)
    return row


@transaction.atomic
def set_urgent(message: Message, *, is_urgent: bool, by: User) -> Message:
    """Move it before the others in the open list, or back. The deadline stays."""
    row = lock(message)
    if row.is_urgent == is_urgent:
        return row
    row.is_urgent = is_urgent
    row.save(update_fields=["is_urgent", "search_key"])
    record("message.urgent" if is_urgent else "message.not_urgent", by=by, target=row, label=audit_label(row))
    return row


@transaction.atomic
def set_topic(message: Message, topic: str, *, by: User) -> Message:
    """Set or clear the topic."""
    row = lock(message)
    if topic and topic not in Topic.values:
        raise ActionNotAllowed(_("There is no such topic."), "topic")
    if row.topic == topic:
        return row
    row.topic = topic
    row.save(update_fields=["topic", "search_key"])
    record("message.file", by=by, target=row, label=audit_label(row), topic=topic or "–")
    return row


@transaction.atomic
def set_settlement(message: Message, name: str, *, by: User) -> Message:
    """Set or clear the settlement. An unknown name creates one; either script finds an existing one."""
    row, name = lock(message), " ".join(name.replace("\x00", "").split())
    if len(name) > MOST_NAME:
        raise ActionNotAllowed(
            _("The name of a settlement has %(most)s letters at most.") % {"most": MOST_NAME}, "settlement"
        )
    settlement = None
    if name:
        here = {"municipality_id": row.municipality_id}
        settlement, _new = Settlement.objects.get_or_create(**here, search_key=fold(name), defaults={"name": name})
    if row.settlement_id == getattr(settlement, "pk", None):
        return row
    row.settlement = settlement
    row.save(update_fields=["settlement", "search_key"])
    record("message.place", by=by, target=row, label=audit_label(row), settlement=str(settlement or "–"))
    return row


@transaction.atomic
def set_department(message: Message, department: Department | None, *, by: User) -> Message:
    """Set or clear the department. This asks nobody."""
    row = lock(message)
    if department is not None and department.is_retired and row.department_id != department.pk:
        raise ActionNotAllowed(_("This department is no longer available. Choose another."), "department")
    if row.department_id == getattr(department, "pk", None):
        return row
    row.department = department
    row.save(update_fields=["department", "search_key"])
    record("message.refer", by=by, target=row, label=audit_label(row), department=str(department or "–"))
    return row


@transaction.atomic
def assign(message: Message, person: Any | None, *, by: User) -> Message:
    """Set or clear the assignee. Raises `ActionNotAllowed` for a person without a membership here."""
    row = lock(message)
    here = row.municipality.memberships.running()
    if person is not None and not here.filter(user=person, user__is_active=True).exists():
        raise ActionNotAllowed(_("This person does not work in this municipality. Choose a colleague."), "assignee")
    if person is not None and row.is_private and person.pk not in people_who_read_private(row.municipality):
        raise ActionNotAllowed(
            _("%(person)s does not read private messages here. Choose a colleague who does.") % {"person": person},
            "assignee",
        )
    if row.assignee_id == getattr(person, "pk", None):
        return row
    row.assignee = person
    row.save(update_fields=["assignee", "search_key"])
    staff_notifications.assigned(row, by=by)
    record("message.assign", by=by, target=row, label=audit_label(row), person=str(person or "–"))
    return row


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: unassign open messages of a person who may no longer answer them: all of them, or the
    private ones."""
    with everywhere("find the municipalities in which somebody sees to messages"):
        assigned = Message.objects.filter(assignee=person, state__in=OPEN_STATES)
        ids = set(assigned.values_list("municipality_id", flat=True))
    for municipality in Municipality.objects.filter(pk__in=ids).order_by("pk"):
        if still_may(person, municipality, Verb.INBOX_PRIVATE):
            continue
        lost = PRIVATE if still_may(person, municipality, Verb.INBOX_WORK) else Q()
        with scope(municipality):
            rows = Message.objects.filter(lost, assignee=person, state__in=OPEN_STATES)
            count = rows.update(assignee=None)
        if count:
            record(
                "message.return_to_desk",
                by=by,
                target=municipality,
                municipality_id=municipality.pk,
                person=str(person),
                count=count,
            )


@transaction.atomic
def snooze(message: Message, until: datetime, *, by: User) -> Message:
    """Hide it from the open list until then. The deadline goes on, so a late message cannot be snoozed."""
    row, now = lock(message), timezone.now()
    if row.is_settled:
        raise ActionNotAllowed(_("This message is closed: it cannot be postponed."), "until")
    if row.due_at is not None and row.due_at < now:
        raise ActionNotAllowed(
            _("The deadline for its answer has passed, so it cannot be snoozed. Answer it or close it."), "until"
        )
    if until <= now:
        raise ActionNotAllowed(_("Choose a time that is still to come."), "until")
    if until > now + rules.MAX_SNOOZE:
        raise ActionNotAllowed(_("That is too far in the future. Choose a time within three months."), "until")
    if row.snoozed_until == until:
        return row
    row.snoozed_until = until
    row.save(update_fields=["snoozed_until", "search_key"])
    shown = formats.date_format(timezone.localtime(until), "d.m.Y. H:i")
    record("message.snooze", by=by, target=row, label=audit_label(row), until=shown)
    return row


@transaction.atomic
def unsnooze(message: Message, *, by: User) -> Message:
    """Show it in the open list again."""
    row = lock(message)
    if row.snoozed_until is None:
        return row
    row.snoozed_until = None
    row.save(update_fields=["snoozed_until", "search_key"])
    record("message.wake", by=by, target=row, label=audit_label(row))
    return row


@transaction.atomic
def mark_waiting(message: Message, *, by: User) -> Message:
    """Mark that it waits for somebody else; the deadline goes on."""
    return _move(message, MessageState.WAITING, by)


@transaction.atomic
def close(message: Message, *, by: User, listed_at: datetime | None = None) -> Message:
    """Close it without an answer. `listed_at`: when the list was shown from which it is closed."""
    return _move(message, MessageState.CLOSED, by, listed_at)


@transaction.atomic
def mark_answered_elsewhere(message: Message, how: str, *, by: User) -> Message:
    """It was answered by telephone, by mail, at the counter. `how` stays as a note. Raises `ActionNotAllowed` without
    it, and for a settled message."""
    row = lock(message)
    if row.is_settled:
        raise ActionNotAllowed(_("This message is settled already."), "text")
    add_note(row, how, by=by)
    now = timezone.now()
    row.state, row.settled_at, row.snoozed_until = MessageState.ANSWERED, now, None
    row.first_answer_at = row.first_answer_at or now
    row.save(update_fields=["state", "settled_at", "snoozed_until", "first_answer_at", "search_key"])
    conversations.settle_follow_ups(row, MessageState.ANSWERED, now)
    if row.kind == MessageKind.QUESTION:
        mark_questions([(row.municipality_id, row.at)])
    record("message.answered_in_another_way", by=by, target=row, label=audit_label(row))
    return row


@transaction.atomic
def reopen(message: Message, *, by: User) -> Message:
    return _move(message, MessageState.OPEN, by)


def _move(message: Message, state: MessageState, by: User, listed_at: datetime | None = None) -> Message:
    row = lock(message)
    if row.state == state:
        return row
    row.state = state
    row.settled_at = timezone.now() if row.is_settled else None
    if state != MessageState.WAITING:
        row.snoozed_until = None
    row.save(update_fields=["state", "settled_at", "snoozed_until", "search_key"])
    if row.settled_at is not None:
        conversations.settle_follow_ups(row, state, row.settled_at, listed_at=listed_at)
    record("message.move", by=by, target=row, label=audit_label(row), state=state.value)
    return row


@transaction.atomic
def add_note(message: Message, text: str, *, by: User) -> Note:
    """Add an internal note. Raises `ActionNotAllowed` for an empty or too long one."""
    row, cleaned = lock(message), text.replace("\x00", "").strip()
    if not cleaned:
        raise ActionNotAllowed(_("Write something first."), "text")
    if len(cleaned) > MOST_NOTE:
        raise ActionNotAllowed(_("The note is too long: %(most)s characters at most.") % {"most": MOST_NOTE}, "text")
    written = Note.objects.create(municipality_id=row.municipality_id, message=row, text=cleaned, by=by)
    record("message.note", by=by, target=row, label=audit_label(row))
    return written


def audit_label(row: Message) -> str:
    """Audit rows outlive messages, so they name the channel and never a citizen or their words."""
    return str(row.channel.name)
