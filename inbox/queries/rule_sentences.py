"""What sorting rules are about, and what they did with a message, in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from common.enums import label
from inbox.enums import MessageKind, OfficeTime, Readers, Topic
from inbox.models import Message, SortingRule, Tag
from serbian.sorting import sort_key


@dataclass(frozen=True)
class DescribedRule:
    """A rule with its conditions and effects in words, and `problems`: effects that do not take place any more."""

    rule: SortingRule
    conditions: list[str]
    effects: list[str]
    problems: list[str]


def described_rules(staff: Collection[int]) -> list[DescribedRule]:
    """All rules in their order. `staff`: ids of people who may answer here. Two queries."""
    related = ("channel", "set_assignee", "set_department", "set_answer", "by")
    rows = SortingRule.objects.filter(is_retired=False).select_related(*related).order_by("position", "pk")
    tags = {tag.pk: tag for tag in Tag.objects.all()}
    return [DescribedRule(row, _conditions(row), _effects(row, tags), _problems(row, tags, staff)) for row in rows]


def _conditions(row: SortingRule) -> list[str]:
    parts = [
        (row.words, _("it contains: %(what)s") % {"what": row.words}),
        (row.kind, _("it looks like: %(what)s") % {"what": label(MessageKind, row.kind)}),
        (row.channel_id, _("it came by: %(what)s") % {"what": row.channel}),
        (row.readers, _("readers: %(what)s") % {"what": label(Readers, row.readers)}),
        (row.office_time, _("it was written: %(what)s") % {"what": label(OfficeTime, row.office_time)}),
    ]
    return [str(words) for value, words in parts if value]


def _effects(row: SortingRule, tags: dict[int, Tag]) -> list[str]:
    names = sorted((tags[tag].name for tag in row.set_tags if tag in tags), key=sort_key)
    parts = [
        (row.set_urgent, _("it is urgent")),
        (row.set_assignee_id, _("it is assigned to: %(what)s") % {"what": row.set_assignee}),
        (names, _("it gets the tags: %(what)s") % {"what": ", ".join(names)}),
        (row.set_topic, _("its topic is: %(what)s") % {"what": label(Topic, row.set_topic)}),
        (row.set_department_id, _("its department is: %(what)s") % {"what": row.set_department}),
        (row.set_answer_id, _("proposed answer: %(what)s") % {"what": row.set_answer}),
    ]
    return [str(words) for value, words in parts if value]


def _problems(row: SortingRule, tags: dict[int, Tag], staff: Collection[int]) -> list[str]:
    lost: list[Any] = [tag.name for key in row.set_tags if (tag := tags.get(key)) and tag.is_retired]
    lost += [one for one in (row.set_department, row.set_answer) if one is not None and one.is_retired]
    problems = [_("“%(what)s” is retired, so it is not set any more.") % {"what": one} for one in lost]
    if row.set_assignee_id and row.set_assignee_id not in staff:
        words = _("%(person)s may not answer here any more, so nothing is assigned to them.")
        problems.append(words % {"person": row.set_assignee})
    return problems


DONE = {
    "assignee": gettext_lazy("assigned"),
    "tags": gettext_lazy("tags"),
    "topic": gettext_lazy("topic"),
    "department": gettext_lazy("department"),
    "urgent": gettext_lazy("urgent"),
    "answer": gettext_lazy("proposed answer"),
}


def rule_sentences(row: Message) -> list[str]:
    """What rules did with a message when it arrived, and what they could not do. No query."""
    sentences = []
    for effect in row.rule_effects:
        if done := _names(effect["done"]):
            facts = {"rule": effect["name"], "what": done}
            sentences.append(pgettext("a sorting rule", "By the rule “%(rule)s”: %(what)s") % facts)
        if refused := _names(effect["refused"]):
            facts = {"rule": effect["name"], "what": refused}
            words = _("The rule “%(rule)s” could not set: %(what)s. It is not available any more.")
            sentences.append(words % facts)
    return sentences


def _names(effects: Iterable[str]) -> str:
    """Those that this version knows: messages keep what rules of earlier versions did."""
    return ", ".join(str(DONE[name]) for name in effects if name in DONE)
