"""The page of one moderation act, as plain data: what happened, what to know, and what the reader may do.

`present` decides everything that depends on the state of the act; `templates/inbox/moderated.html` only draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels import validation
from common.errors import ActionNotAllowed
from common.typed_dates import typed_day
from inbox.models import Moderation
from inbox.moderation_rules import AppealDecision, ModerationAction, ModerationState
from inbox.queries import moderation as queries


@dataclass(frozen=True)
class Step:
    """One thing that happened: who did it ("" for the portal), when or on which day, and the lines about it."""

    who: str
    lines: tuple[str, ...]
    at: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class Notice:
    """A callout: `tone` is one of the component's, `paragraphs` its sentences."""

    tone: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One field of an action. `kind`: "text", "choice" or "date"; `value` is what was typed before an `error`."""

    name: str
    label: str
    kind: str = "text"
    rows: int = 2
    max_length: int = 1000
    required: bool = True
    hint: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    value: str = ""
    error: str = ""


@dataclass(frozen=True)
class Action:
    """A form with one button that posts to `moderation_act` with `key`. `tone` adds the button's modifier."""

    key: str
    label: str
    icon: str = ""
    tone: str = ""
    note: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Group:
    """Actions that belong together. `layout`: "card" with a heading, "fold" that opens, "plain" without a frame."""

    key: str
    actions: tuple[Action, ...]
    heading: str = ""
    text: str = ""
    layout: str = "card"
    is_open: bool = False


@dataclass(frozen=True)
class Page:
    """`removal` is the act that removes the same message for good. `appeal_waits_for_others`: a colleague decides."""

    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    groups: tuple[Group, ...]
    folds: tuple[Group, ...]
    removal: Moderation | None
    appeal_waits_for_others: bool


@dataclass(frozen=True)
class Refusal:
    """An action that was not allowed: its `key`, the error, and what had been `typed` into its form."""

    key: str
    error: ActionNotAllowed
    typed: Mapping[str, str]


def present(row: Moderation, person: Any, *, may_work: bool, refusal: Refusal | None = None) -> Page:
    """The page of an act as `person` sees it, after a `refusal` with what they had typed."""
    removal = queries.removal(row)
    allowed = queries.allowed_actions(row, person, removal) if may_work else frozenset()
    groups = list(_groups(row, allowed, is_first=row.by == person))
    if refusal:
        groups = [_filled(group, refusal) for group in groups]
    return Page(
        steps=tuple(_steps(row)),
        notices=tuple(_notices(row)),
        groups=tuple(group for group in groups if group.layout != "fold"),
        folds=tuple(group for group in groups if group.layout == "fold"),
        removal=removal,
        appeal_waits_for_others=bool(may_work and row.objection_waits and "decide" not in allowed),
    )


# ---- what happened


def _steps(row: Moderation) -> Iterator[Step]:
    yield Step(str(row.by), _lines(f"{row.get_act_display()}: {row.get_reason_display()}", row.why), row.at)
    # The second person agrees before a removal, and confirms a hide after it.
    if row.act == ModerationAction.REMOVE:
        yield from _second(row)
        yield from _done(row)
    else:
        yield from _done(row)
        yield from _second(row)
    if row.undo_by:
        yield Step(str(row.undo_by), _lines(_("decided that it is shown again"), row.undo_why))
    if row.undone_at:
        yield Step("", (_("shown again") if row.done_at else _("dropped before it was done"),), row.undone_at)
    if row.appealed_on:
        yield Step(_("Its author objects"), _lines(row.appeal), on=row.appealed_on)
    if row.decision:
        yield Step(str(row.decided_by), _lines(row.get_decision_display(), row.decision_why), row.decided_at)


def _second(row: Moderation) -> Iterator[Step]:
    if row.second_by:
        did_not_agree = row.second_why or row.state == ModerationState.REFUSED
        outcome = _("did not agree") if did_not_agree else _("agreed, as the second person")
        yield Step(str(row.second_by), _lines(outcome, row.second_why), row.second_at)


def _done(row: Moderation) -> Iterator[Step]:
    if row.done_at and row.done_by:
        yield Step(str(row.done_by), _lines(_("did it by hand on the network"), row.detail), row.done_at)
    elif row.done_at:
        is_removal = row.act == ModerationAction.REMOVE
        yield Step("", (_("the portal removed it") if is_removal else _("the portal hid it"),), row.done_at)


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


# ---- what to know


def _notices(row: Moderation) -> Iterator[Notice]:
    manual_steps = str(validation.manual_steps(row.message.channel))
    if queries.confirmation_is_late(row):
        text = _("A second person had to review this within a day.")
        yield Notice("warning", _("The second review is overdue"), (text,))
    if row.error_code:
        yield Notice("warning", _("It is not done yet"), (_why_it_waits(row.error_code),))
    if row.state == ModerationState.FAILED:
        yield Notice("problem", _("The network did not do it"), _lines(row.detail, manual_steps))
    if row.state == ModerationState.BY_HAND:
        yield Notice("waiting", _("Do it on the network"), (manual_steps,))
    if row.waits_to_be_shown_by_hand:
        text = _(
            "The portal cannot do it here. Open the message on the network, signed in as the municipality, and take "
            "back what was done."
        )
        yield Notice("waiting", _("Show it again on the network"), _lines(text, row.detail))


def _why_it_waits(error_code: str) -> str:
    if error_code == "needs_consent":
        return _(
            "The channel has to be connected again. You need not wait for that: do it on the network, and confirm it "
            "here."
        )
    if error_code == "rate_limited":
        return _(
            "The network accepts nothing from us for a while. The portal tries again automatically; you can do it by "
            "hand in the meantime."
        )
    return _(
        "The network could not be reached. The portal tries again automatically; you can do it by hand in the meantime."
    )


# ---- what to do


def _groups(row: Moderation, allowed: frozenset[str], *, is_first: bool) -> Iterator[Group]:
    second = [action for action in (_agree(), _refuse(is_first=is_first)) if action.key in allowed]
    if second:
        yield Group("second", tuple(second), _("A second person decides"))
    for group in (_confirm(), _by_hand(), _again(), _shown(), _decide(), _remove(), _undo(), _object()):
        if group.actions[0].key in allowed:
            yield group


def _agree() -> Action:
    return Action("agree", _("Agree to remove it"), "check", "primary")


def _refuse(*, is_first: bool) -> Action:
    if is_first:
        note = _("You proposed it, so another person decides.")
        return Action("refuse", _("Take it back"), tone="small", note=note)
    return Action("refuse", _("Do not agree"), tone="small", fields=(Field("why", _("Why not")),))


def _confirm() -> Group:
    text = _("Read the copy. If it is criticism and nothing else, show it again.")
    action = Action("confirm", _("It was right"), "badge-check", "primary")
    return Group("confirming", (action,), _("Was it right to hide it?"), text)


def _by_hand() -> Group:
    note = Field("note", _("Your action there"), required=False)
    return Group("hand", (Action("done", _("I have done it there"), "check", fields=(note,)),), _("By hand"))


def _again() -> Group:
    return Group("again", (Action("again", _("Try again"), "refresh-cw"),), layout="plain")


def _shown() -> Group:
    return Group("shown", (Action("shown", _("I have shown it again there"), "check"),), layout="plain")


def _decide() -> Group:
    hint = _("The person will see this. If they are right, the message is shown again where that is possible.")
    fields = (
        Field("decision", _("Decision"), "choice", choices=tuple(AppealDecision.choices)),
        Field("why", _("Why"), rows=3, hint=hint),
    )
    action = Action("decide", _("Decide"), tone="primary", fields=fields)
    return Group("deciding", (action,), _("Decide about the objection"))


def _remove() -> Group:
    note = _(
        "It is hidden already. A second person has to agree; then the portal deletes it on the network, and it cannot "
        "come back."
    )
    why = Field("why", _("Why hiding is not enough"))
    action = Action("remove", _("Keep a copy and ask a second person"), "trash-2", "danger", note, (why,))
    return Group("remove", (action,), _("Remove it permanently…"), layout="fold")


def _undo() -> Group:
    action = Action("undo", _("Show it again"), "undo-2", fields=(Field("why", _("Why")),))
    return Group("undo", (action,), _("Show it again…"), layout="fold")


def _object() -> Group:
    fields = (
        Field("text", _("The person's statement"), rows=3, max_length=5000),
        Field("received_on", _("Came in on"), "date", value=typed_day(timezone.localdate())),
    )
    return Group(
        "object", (Action("object", _("Write it down"), fields=fields),), _("Its author objects…"), layout="fold"
    )


def _filled(group: Group, refusal: Refusal) -> Group:
    """The group, open and with what was typed, if the refused action is one of its own."""
    if all(action.key != refusal.key for action in group.actions):
        return group
    actions = [
        replace(action, fields=tuple(_field_after(field, refusal) for field in action.fields))
        if action.key == refusal.key
        else action
        for action in group.actions
    ]
    return replace(group, actions=tuple(actions), is_open=True)


def _field_after(field: Field, refusal: Refusal) -> Field:
    error = refusal.error.message if refusal.error.field == field.name else ""
    return replace(field, value=refusal.typed.get(field.name, ""), error=error)
