"""Sorting rules, applied to messages while they are being stored.

All rules apply, in their order; a later one does not overwrite what an earlier one has set. What they did is kept with
the message (`Message.rule_effects`). A rule never sends anything: a saved answer is only proposed, for a person to read
and send. Whether a colleague may still answer, and read what is private, and whether a tag, a department and an answer
are still in use, is asked anew each time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from channels.models import Channel
from inbox import phrases
from inbox.domain import staff_notifications
from inbox.enums import OPEN_STATES, MessageState, OfficeTime, Readers
from inbox.models import Message, SortingRule, Tag
from municipalities.holidays import is_open
from municipalities.models import Membership
from municipalities.queries import people_who_read_private
from municipalities.rules import PUBLISHING_ROLES
from platforms.visibility import is_private


@dataclass(frozen=True)
class Incoming:
    """What rules look at in a message."""

    text: str
    kind: str
    channel_id: int
    is_private: bool
    at: datetime

    @classmethod
    def read(cls, row: Message) -> "Incoming":
        """Of a message as it was stored: its kind is the suggested one."""
        return cls(row.text, row.suggested_kind, row.channel_id, is_private(row.visibility), row.at)


@dataclass
class Effect:
    """What one rule did with a message, as `Message.rule_effects` holds it. `done` and `refused` name what it sets:
    "assignee", "tags", "topic", "department", "urgent", "answer"; refused is what was not possible any more."""

    rule: int
    name: str
    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def matches(rule: SortingRule, message: Incoming, words: Sequence[str]) -> bool:
    """Whether a message meets every condition of a rule; `words` are of `phrases.words_of`."""
    if rule.kind and rule.kind != message.kind:
        return False
    if rule.channel_id and rule.channel_id != message.channel_id:
        return False
    if rule.readers and message.is_private != (rule.readers == Readers.PRIVATE):
        return False
    if rule.office_time and is_open(message.at) != (rule.office_time == OfficeTime.INSIDE):
        return False
    return not rule.phrases or phrases.find(rule.phrases, words) is not None


def current_rules() -> list[SortingRule]:
    """The rules that apply in the open scope, in their order. One query."""
    rules = SortingRule.objects.filter(is_retired=False, is_on=True).order_by("position", "pk")
    return list(rules.select_related("set_department", "set_answer"))


def apply_rules(channel: Channel, fresh: Sequence[Message]) -> None:
    """Sets fields of unsaved messages of one channel. Six queries at most, and what notifications take: one person
    gets one for all of them. Messages that are stored as closed are left alone."""
    rows = [row for row in fresh if row.state == MessageState.OPEN]
    rules = current_rules() if rows else []
    if not rules:
        return
    allowed = staff_ids(channel.municipality_id) if any(rule.set_assignee_id for rule in rules) else set()
    private = allowed & people_who_read_private(channel.municipality) if allowed else set()
    tags = set(Tag.objects.filter(is_retired=False).values_list("pk", flat=True)) if _tags(rules) else set()
    has_phrases = any(rule.phrases for rule in rules)
    for row in rows:
        message, words = Incoming.read(row), phrases.words_of(row.text) if has_phrases else []
        people = private if row.is_private else allowed
        effects = [_apply(rule, row, people, tags) for rule in rules if matches(rule, message, words)]
        row.rule_effects = [asdict(effect) for effect in effects if effect.done or effect.refused]
    _raise_heads(rows)
    if assigned := {row.assignee_id for row in rows if row.assignee_id}:
        staff_notifications.assigned_by_rule(channel.municipality, assigned)


def _raise_heads(rows: Iterable[Message]) -> None:
    """A conversation is as urgent as the most urgent message that waits in it. One statement at most."""
    urgent = {row.conversation_id for row in rows if row.is_follow_up and row.is_urgent}
    if urgent:
        heads = Message.objects.filter(conversation__in=urgent, is_follow_up=False, state__in=OPEN_STATES)
        heads.update(is_urgent=True)


def staff_ids(municipality_id: int) -> set[int]:
    """Ids of the people who may answer messages there now. One query."""
    rows = Membership.objects.running().filter(
        municipality=municipality_id, role__in=PUBLISHING_ROLES, user__is_active=True
    )
    return set(rows.values_list("user_id", flat=True))


def _tags(rules: Iterable[SortingRule]) -> set[int]:
    return {tag for rule in rules for tag in rule.set_tags}


def _apply(rule: SortingRule, row: Message, allowed: set[int], tags: set[int]) -> Effect:
    effect = Effect(rule.pk, rule.name)

    def note(name: str, *, is_possible: bool) -> bool:
        (effect.done if is_possible else effect.refused).append(name)
        return is_possible

    if rule.set_urgent and not row.is_urgent:
        effect.done.append("urgent")
        row.is_urgent = True
    if new := [tag for tag in rule.set_tags if tag in tags and tag not in row.tags]:
        effect.done.append("tags")
        row.tags = sorted([*row.tags, *new])
    if any(tag not in tags for tag in rule.set_tags):
        effect.refused.append("tags")
    if row.is_follow_up:  # who sees to it, and what it is about, is decided with the head of its conversation
        return effect
    assignee = rule.set_assignee_id
    if assignee and not row.assignee_id and note("assignee", is_possible=assignee in allowed):
        row.assignee_id = assignee
    if rule.set_topic and not row.topic:
        effect.done.append("topic")
        row.topic = rule.set_topic
    department = rule.set_department
    if department and not row.department_id and note("department", is_possible=not department.is_retired):
        row.department_id = department.pk
    answer = rule.set_answer
    if answer and not row.suggested_answer_id and note("answer", is_possible=not answer.is_retired):
        row.suggested_answer_id = answer.pk
    return effect
