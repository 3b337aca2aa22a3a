"""Sorting rules of a municipality: written, tried out, ordered, switched on and off, removed.

What they do with a message is in `inbox.domain.apply_rules`.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from common.word_search import stems
from inbox import phrases
from inbox.domain.apply_rules import Incoming, matches, staff_ids
from inbox.enums import MessageKind, OfficeTime, Readers, Topic
from inbox.models import Message, SavedAnswer, SortingRule, Tag
from inbox.models.desk import Department
from inbox.queries.readable import readable_messages
from municipalities.models import Municipality
from municipalities.queries import Access

MOST = 30
MOST_NAME = SortingRule._meta.get_field("name").max_length or 0
MOST_WORDS = SortingRule._meta.get_field("words").max_length or 0
# A trial reads so many of the newest messages of so many days.
TRIAL_DAYS = timedelta(days=30)
MOST_TRIED = 2000
EXAMPLES = 5


@dataclass(frozen=True)
class RuleInput:
    """A rule as it is typed: texts, closed lists, and rows of the municipality."""

    name: str
    kind: str = ""
    words: str = ""
    channel: Any = None
    readers: str = ""
    office_time: str = ""
    set_assignee: Any = None
    set_tags: Collection[int] = ()
    set_topic: str = ""
    set_department: Department | None = None
    set_urgent: bool = False
    set_answer: SavedAnswer | None = None

    @property
    def has_condition(self) -> bool:
        return bool(self.kind or phrases.parse(self.words) or self.channel or self.readers or self.office_time)

    @property
    def has_effect(self) -> bool:
        what = self.set_assignee, self.set_tags, self.set_topic, self.set_department, self.set_urgent, self.set_answer
        return any(what)


@dataclass(frozen=True)
class Trial:
    """How many of the `tried` messages of the last days a rule would have matched, and the newest of them."""

    tried: int
    matched: int
    examples: list[Message]
    is_cut: bool


@transaction.atomic
def create(municipality: Municipality, wanted: RuleInput, *, by: User) -> SortingRule:
    """Added at the end. Raises `ActionNotAllowed` for a rule without a name, a condition or an effect, for what is not
    in use any more, and for one more than `MOST`."""
    _lock(municipality)
    rules = SortingRule.objects.filter(is_retired=False)
    if rules.count() >= MOST:
        raise ActionNotAllowed(_("There are %(most)s rules already. Remove one first.") % {"most": MOST}, "name")
    row = _fill(SortingRule(municipality=municipality), wanted, by)
    row.position = (rules.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    record("sorting_rule.create", by=by, target=row)
    return row


@transaction.atomic
def change(rule: SortingRule, wanted: RuleInput, *, by: User) -> SortingRule:
    """For messages to come; what it did with earlier ones stays."""
    _lock(rule.municipality)
    row = _fill(SortingRule.objects.get(pk=rule.pk), wanted, by)
    row.save()
    record("sorting_rule.change", by=by, target=row)
    return row


@transaction.atomic
def switch(rule: SortingRule, *, is_on: bool, by: User) -> SortingRule:
    row = _locked(rule)
    if row.is_on != is_on:
        row.is_on = is_on
        row.save(update_fields=["is_on"])
        record("sorting_rule.on" if is_on else "sorting_rule.off", by=by, target=row)
    return row


@transaction.atomic
def move(rule: SortingRule, step: int, *, by: User) -> SortingRule:
    """Earlier (-1) or later (1) by one place. At the ends it stays."""
    _lock(rule.municipality)
    rows = list(SortingRule.objects.filter(is_retired=False).order_by("position", "pk"))
    place = next((index for index, row in enumerate(rows) if row.pk == rule.pk), None)
    if place is None or not 0 <= place + step < len(rows):
        return rule
    rows[place], rows[place + step] = rows[place + step], rows[place]
    for position, row in enumerate(rows, start=1):
        row.position = position
    SortingRule.objects.bulk_update(rows, ["position"])
    record("sorting_rule.move", by=by, target=rows[place + step])
    return rows[place + step]


@transaction.atomic
def retire(rule: SortingRule, *, by: User) -> SortingRule:
    row = _locked(rule)
    if not row.is_retired:
        row.is_retired = True
        row.save(update_fields=["is_retired"])
        record("sorting_rule.retire", by=by, target=row)
    return row


@transaction.atomic
def restore(rule: SortingRule, *, by: User) -> SortingRule:
    _lock(rule.municipality)
    row = _locked(rule)
    if row.is_retired:
        if SortingRule.objects.filter(is_retired=False).count() >= MOST:
            raise ActionNotAllowed(_("There are %(most)s rules already. Remove one first.") % {"most": MOST})
        row.is_retired = False
        row.save(update_fields=["is_retired"])
        record("sorting_rule.restore", by=by, target=row)
    return row


def attempt(municipality: Municipality, wanted: RuleInput, access: Access) -> Trial:
    """What a rule would have matched of what this person may read, without saving it. Two queries.

    Raises `ActionNotAllowed` without a condition.
    """
    if not wanted.has_condition:
        raise ActionNotAllowed(_("Choose at least one condition: without one, it would match every message."), "words")
    rule = SortingRule(municipality=municipality, **_conditions(wanted))
    rows = readable_messages(access).filter(at__gt=timezone.now() - TRIAL_DAYS, erased_at=None).order_by("-at", "-pk")
    columns = ("text", "suggested_kind", "channel", "visibility", "at", "author_name", "municipality")
    messages = list(rows.only(*columns)[: MOST_TRIED + 1])
    tried = messages[:MOST_TRIED]
    found = [
        row for row in tried if matches(rule, Incoming.read(row), phrases.words_of(row.text) if rule.phrases else [])
    ]
    return Trial(len(tried), len(found), found[:EXAMPLES], is_cut=len(messages) > MOST_TRIED)


def _conditions(wanted: RuleInput) -> dict[str, Any]:
    words = wanted.words.replace("\x00", "").strip()
    parsed = phrases.parse(words)
    known = stems({word for phrase in parsed for word in phrase})
    return {
        "kind": wanted.kind, "words": words, "channel": wanted.channel, "readers": wanted.readers,
        "office_time": wanted.office_time,
        "phrases": [[(word, known[word]) for word in phrase] for phrase in parsed],
    }  # fmt: skip


def _fill(row: SortingRule, wanted: RuleInput, by: User) -> SortingRule:
    name = " ".join(wanted.name.replace("\x00", "").split())
    if not name or len(name) > MOST_NAME:
        raise ActionNotAllowed(_("Give it a short name by which colleagues recognise it."), "name")
    if len(wanted.words) > MOST_WORDS:
        text = _("The words are too long: %(most)s characters at most.")
        raise ActionNotAllowed(text % {"most": MOST_WORDS}, "words")
    if not wanted.has_condition:
        raise ActionNotAllowed(_("Choose at least one condition: without one, it would match every message."), "words")
    if not wanted.has_effect:
        raise ActionNotAllowed(_("Choose at least one thing that is done with the message."), "set_assignee")
    _refuse_unknown(wanted, row)
    effects = {one.name: getattr(wanted, one.name) for one in fields(wanted) if one.name.startswith("set_")}
    for key, value in {**_conditions(wanted), **effects, "set_tags": sorted(set(wanted.set_tags))}.items():
        setattr(row, key, value)
    row.name, row.by, row.at = name, by, timezone.now()
    return row


def _refuse_unknown(wanted: RuleInput, row: SortingRule) -> None:
    lists: tuple[tuple[str, Any], ...] = (
        (wanted.kind, MessageKind), (wanted.set_topic, Topic), (wanted.readers, Readers),
        (wanted.office_time, OfficeTime),
    )  # fmt: skip
    if any(value and value not in choices.values for value, choices in lists):
        raise ActionNotAllowed(_("Choose from the list."))
    if wanted.set_assignee is not None and wanted.set_assignee.pk not in staff_ids(row.municipality_id):
        raise ActionNotAllowed(_("This person does not work in this municipality. Choose a colleague."), "set_assignee")
    if Tag.objects.filter(pk__in=wanted.set_tags, is_retired=False).count() < len(set(wanted.set_tags)):
        raise ActionNotAllowed(_("This tag is no longer available. Choose another."), "set_tags")
    if wanted.set_department is not None and wanted.set_department.is_retired:
        raise ActionNotAllowed(_("This department is no longer available. Choose another."), "set_department")
    if wanted.set_answer is not None and wanted.set_answer.is_retired:
        raise ActionNotAllowed(_("This saved answer is no longer available. Choose another."), "set_answer")


def _lock(municipality: Municipality) -> None:
    """Serialises concurrent changes of a municipality's rules."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)


def _locked(rule: SortingRule) -> SortingRule:
    return SortingRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
