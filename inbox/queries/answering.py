"""Context of the answer field: suggestions, saved answers, other writers, answers that wait for approval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from channels import validation
from common.integers import parse_int
from inbox import saved_answer_text
from inbox.enums import MessageState, ProposalState
from inbox.hints import Hint, suggest_hints
from inbox.models import AnswerDraft, Message, ProposedAnswer, SavedAnswer
from inbox.queries.answer_rights import AnswerCapacity, capacity_for, reply_prefix
from inbox.queries.message_context import MessageContext
from inbox.queries.readable import readable
from inbox.rules import WRITING_WINDOW
from municipalities.models import Municipality, ServiceAvailability
from municipalities.prepared import PreparedRows
from municipalities.queries import Access, Offered, glossary, offered
from municipalities.rules import Verb
from municipalities.tenancy import the_only_one
from serbian import Script, detect
from serbian.glossary import EMPTY, Glossary


@dataclass(frozen=True)
class AnswerContext:
    """`draft`: the text in the field; `suggested`: the saved answer that it comes from, where a sorting rule proposed
    it and nobody has written anything yet. `waiting` waits for approval, `returned` was sent back to this person.
    `one_answer`: as in `Limits`."""

    draft: str
    suggested: SavedAnswer | None
    script: str
    capacity: AnswerCapacity
    waiting: ProposedAnswer | None
    returned: ProposedAnswer | None
    writers: list[AnswerDraft]
    fitting: list[SavedAnswer]
    others: list[SavedAnswer]
    hints: list[Hint]
    decided_text: str
    decided_reason: str
    used: str
    may_decide: bool
    own_allowed: bool
    is_own: bool
    opening: str
    counting: str
    url_length: int
    count: int
    one_answer: bool = False

    @property
    def open_gaps(self) -> str:
        """Names of placeholders that nobody has filled: the answer cannot be sent with one."""
        return ", ".join(dict.fromkeys(saved_answer_text.open_placeholders(self.draft)))

    @property
    def may_write(self) -> bool:
        """No second answer is written while one waits for approval, except in an emergency."""
        return self.waiting is None or self.capacity == AnswerCapacity.EMERGENCY


def answer_context(
    row: Message,
    municipality: Municipality,
    held: Access,
    person: Any,
    now: datetime,
    *,
    beside: MessageContext,
    draft: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
) -> AnswerContext:
    """Two queries, and two more where a rule proposed an answer. `draft` is what was typed into the field, `typed` the
    rest of a form that comes back."""
    drafts, newest = beside.drafts, beside.proposed
    mine = next((answer_draft.text for answer_draft in drafts if answer_draft.by_id == person.pk), "")
    waiting = newest if newest and newest.state == ProposalState.WAITING else None
    returned = newest if newest and _is_back(newest, person) else None
    fitting, others = saved_answers_for(row)
    text, services = draft or mine or (returned.text if returned else ""), available_services()
    limits, begins = validation.limits(row.channel), reply_prefix(row)
    script = typed.get("script", "")
    script = script if script in list(Script) else answer_script(row, municipality)
    suggested = None if text or waiting or typed else _suggested(row, [*fitting, *others])
    if suggested is not None:
        values = placeholder_values(row, municipality, services)
        text = saved_answer_text.fill_placeholders(suggested.text, values, script, glossary(municipality.pk))
    # A text changed by an approver is shown again only with the revision it belongs to.
    is_same = waiting is not None and typed.get("revision") == str(waiting.revision)
    return AnswerContext(
        draft=text,
        suggested=suggested,
        script=script,
        capacity=capacity_for(municipality, row.kind, held),
        waiting=waiting,
        returned=returned,
        writers=other_writers(drafts, person, now),
        fitting=fitting,
        others=others,
        hints=suggest_hints(row.text, row.topic, services, script),
        decided_text=typed.get("text", "") if is_same else waiting.text if waiting else "",
        decided_reason=typed.get("reason", "") if is_same else "",
        used=str(suggested.pk) if suggested else typed.get("used", ""),
        may_decide=held.may(Verb.POST_APPROVE),
        own_allowed=municipality.may_approve_own,
        is_own=bool(waiting and person.pk in (waiting.by_id, waiting.text_by_id)),
        opening=begins,
        counting=limits.counting,
        url_length=limits.url_length or 0,
        count=validation.count(row.channel, begins + text),
        one_answer=limits.one_answer,
    )


def _is_back(answer: Any, person: Any) -> bool:
    """Whether it was sent back to this person and the message has not been answered since."""
    return answer.state == ProposalState.RETURNED and answer.by_id == person.pk and not answer.is_answered


def waiting_answers(access: Access) -> QuerySet[ProposedAnswer]:
    """Answers that wait for an approver in the open scope, to messages that this person may read."""
    return ProposedAnswer.objects.filter(readable(access, "message__"), state=ProposalState.WAITING)


def waiting_count(access: Access) -> int:
    return waiting_answers(access).count()


def other_writers(drafts: list[AnswerDraft], person: Any, now: datetime) -> list[AnswerDraft]:
    """Drafts of others that are being written right now."""
    return [draft for draft in drafts if draft.by_id != person.pk and draft.at > now - WRITING_WINDOW]


SAVED_ANSWERS = PreparedRows(
    lambda of: SavedAnswer.objects.filter(is_retired=False).defer("text").order_by("-use_count", "name")
)


def saved_answers_for(row: Message) -> tuple[list[SavedAnswer], list[SavedAnswer]]:
    """Saved answers that fit the message's topic or kind, and the others; the most used first. One query."""
    answers = SAVED_ANSWERS.instances(municipality=the_only_one())
    fitting = [answer for answer in answers if _fits(answer, row)]
    return fitting, [answer for answer in answers if answer not in fitting]


def _suggested(row: Message, saved: list[SavedAnswer]) -> SavedAnswer | None:
    """What a sorting rule proposed, for an open message that nobody has answered."""
    if row.suggested_answer_id is None or row.state != MessageState.OPEN or row.first_answer_at:
        return None
    return next((answer for answer in saved if answer.pk == row.suggested_answer_id), None)


def _fits(saved: SavedAnswer, row: Message) -> bool:
    pairs = [(saved.topic, row.topic), (saved.kind, row.kind)]
    return any(own for own, _ in pairs) and all(own in ("", its) for own, its in pairs)


def answer_script(row: Message, municipality: Municipality) -> str:
    """The script of the message, else that of the municipality."""
    return str(detect(row.text) or municipality.primary_script)


SERVICES = PreparedRows(
    lambda of: ServiceAvailability.objects.filter(is_offered=True, service__is_active=True).select_related("service"),
    "service",
)


def available_services() -> list[Offered]:
    """Services that the municipality in scope says it has. One query."""
    return [offered(row.service, row) for row in SERVICES.instances(municipality=the_only_one())]


# ---- what one click puts into the field


def snippet(row: Message, municipality: Municipality, what: str, *, script: str) -> str | None:
    """The text by its key, "saved-7" or "service-evrtic"; None for an unknown key."""
    kind, _, key = what.partition("-")
    make = _SNIPPETS.get(kind)
    return make(row, municipality, key, script, glossary(municipality.pk)) if make else None


def convert(text: str, municipality: Municipality, *, script: str) -> str:
    return saved_answer_text.convert_script(text, script, glossary(municipality.pk))


def _saved(row: Message, municipality: Municipality, key: str, script: str, terms: Glossary) -> str | None:
    rows = SavedAnswer.objects.filter(is_retired=False)
    number = parse_int(key)
    answer = None if number is None else rows.filter(pk=number).first()
    return (
        saved_answer_text.fill_placeholders(answer.text, placeholder_values(row, municipality), script, terms)
        if answer
        else None
    )


def _service(row: Message, _municipality: Municipality, key: str, script: str, terms: Glossary) -> str | None:
    # The current link is used, whatever the page contained.
    matching = suggest_hints(row.text, row.topic, available_services(), script, terms)
    return next((hint.text for hint in matching if hint.key == f"service-{key}"), None)


_SNIPPETS: dict[str, Callable[[Message, Municipality, str, str, Glossary], str | None]] = {
    "saved": _saved,
    "service": _service,
}


def placeholder_values(
    row: Message, municipality: Municipality, services: list[Offered] | None = None
) -> dict[str, str]:
    """Values of the placeholders of a saved answer; empty where unknown."""
    here = available_services() if services is None else services
    service = next(
        (hint for hint in suggest_hints(row.text, row.topic, here, Script.CYRILLIC, EMPTY) if not hint.is_formal), None
    )
    filing = next((offered.url for offered in here if offered.service.key == "episarnica"), "")
    return {
        saved_answer_text.NAME: saved_answer_text.public_name(row.author_name),
        saved_answer_text.PLACE: str(row.settlement or ""),
        saved_answer_text.TOWN: municipality.name_cyrl,
        saved_answer_text.HOURS: municipality.office_hours,
        saved_answer_text.SITE: municipality.website,
        saved_answer_text.OFFICE: filing,
        saved_answer_text.SERVICE: f"{service.label} {service.url}" if service else "",
    }
