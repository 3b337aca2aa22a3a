"""Answering everybody who took part, by their own way in: the decision, its reason, and where all of them are public.

A person reads the texts and presses once (`start_round`). Authors on networks and by mail to a mailbox are answered by
deliveries of the inbox, as every answer; who left an address on the form gets a mail. A worker takes one contribution
after the other (`send_pending`): the answer and the contribution are written in one transaction, so that after a crash
an author has both or neither. `follow` notes what became of them.

Nobody is answered twice for one decision: a contribution is answered while its `answer_state` is empty or failed, and
`participation.domain.decide` empties it only for another decision. Where the municipality approves answers beforehand,
a round waits for an approver.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common import mail, restores
from common.audit import record
from common.enums import MailState
from common.errors import ActionNotAllowed
from common.languages import by_code, of_script
from common.models import MailMessage
from delivery.domain import restored
from delivery.enums import State as Sent
from inbox.domain import answer as answering
from inbox.domain import triage
from inbox.models import Message, Reply
from inbox.queries.answer_rights import AnswerCapacity, capacity_for
from inbox.text_analysis import Spelling, detect_spelling, tokenize
from municipalities.models import Municipality
from municipalities.queries import access, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from participation import rules
from participation.addresses import public_address
from participation.domain.recall import recall
from participation.domain.write import lock
from participation.enums import DECISIONS, OF_MESSAGES, AnswerState, Decision, WayIn
from participation.models import AnswerRound, Consultation, Contribution
from serbian.transliteration import to_latin

log = logging.getLogger(__name__)
BATCH = 200
SECONDS = 4.0
# Nothing of the answer is on the network, and nothing will be unless a person sends it again.
UNSENT = (Sent.CANCELLED, Sent.EXPIRED, Sent.FAILED)
DUE = Q(answer_state__in=[AnswerState.NONE, AnswerState.FAILED], decision__in=DECISIONS, withdrawn_at=None)
# Those whom a worker is to answer now.
PENDING = Q(answer_state=AnswerState.WAITING, reply=None, round__isnull=False, way_in__in=OF_MESSAGES)
BY_MAIL = Q(way_in=WayIn.FORM) & ~Q(contact="")
ON_NETWORK = Q(way_in__in=OF_MESSAGES, message__isnull=False, message__erased_at=None, message__remote_deleted_at=None)


def reachable(consultation: Consultation) -> QuerySet[Contribution]:
    """Decided contributions whose authors have no answer yet and can be sent one."""
    return Contribution.objects.filter(DUE, BY_MAIL | ON_NETWORK, consultation=consultation)


@transaction.atomic
def start_round(consultation: Consultation, seen: str, *, by: User) -> AnswerRound:
    """Answer all who can be reached and have no answer to their decision. `seen`: `digest` of what the person read.

    Raises `ActionNotAllowed` where nobody is left, something was decided since, or a round waits for approval already.
    """
    row = lock(consultation)
    if not row.is_published:
        raise ActionNotAllowed(_("This consultation is not public yet."))
    if row.rounds.filter(needs_approval=True, approved_at=None).exists():
        raise ActionNotAllowed(_("Answers of this consultation wait for an approver already."))
    mark_unreachable(row)
    due = list(_locked(reachable(row)))
    if digest(due) != seen:
        raise ActionNotAllowed(_("Something was decided or sent after you opened this page. Read the answers again."))
    free = recall(due, by=by)
    chosen = [one for one in due if one.pk in free]
    if not chosen:
        raise ActionNotAllowed(_("No one is left to answer: everyone who can be reached was answered, or is just now."))
    municipality = Municipality.objects.get(pk=row.municipality_id)
    asks = capacity_for(municipality, "", access(by, municipality)) == AnswerCapacity.ASKS
    begun = AnswerRound.objects.create(
        municipality_id=row.municipality_id, consultation=row, people=len(chosen), by=by, needs_approval=asks
    )
    keys = [one.pk for one in chosen]
    Contribution.objects.filter(pk__in=keys).update(
        round=begun, reply=None, answer_state=AnswerState.NONE, answer_error=""
    )
    if not asks:
        own = by if municipality.answers_need_approval else None
        if own is not None:
            AnswerRound.objects.filter(pk=begun.pk).update(approved_by=own, approved_at=timezone.now())
        _set_going(row, begun)
    record("consultation.answer", by=by, target=row, people=len(keys))
    begun.refresh_from_db()
    return begun


@transaction.atomic
def approve_round(begun: AnswerRound, *, by: User) -> AnswerRound:
    """Send a round that waits for approval, without what was decided anew since. Raises `ActionNotAllowed`."""
    row = lock(begun.consultation)
    waiting = _waiting(begun)
    municipality = Municipality.objects.get(pk=row.municipality_id)
    if not still_may(by, municipality, Verb.POST_APPROVE):
        raise ActionNotAllowed(_("Only an approver decides about answers."))
    if waiting.by_id == by.pk and not municipality.may_approve_own:
        raise ActionNotAllowed(_("You started it yourself, so another person has to approve it."))
    waiting.approved_by, waiting.approved_at = by, timezone.now()
    waiting.save(update_fields=["approved_by", "approved_at"])
    _set_going(row, waiting)
    record("consultation.answer_approve", by=by, target=row, people=waiting.people)
    return waiting


@transaction.atomic
def take_back_round(begun: AnswerRound, *, by: User) -> None:
    """Drop a round that waits for approval; nothing of it was sent. Raises `ActionNotAllowed`."""
    row = lock(begun.consultation)
    waiting = _waiting(begun)
    Contribution.objects.filter(round=waiting).update(round=None)
    waiting.delete()
    record("consultation.answer_back", by=by, target=row)


def _waiting(begun: AnswerRound) -> AnswerRound:
    rows = AnswerRound.objects.select_for_update(of=("self",)).select_related("by")
    waiting = rows.filter(pk=begun.pk, needs_approval=True, approved_at=None).first()
    if waiting is None:
        raise ActionNotAllowed(_("These answers wait for nobody any more: a colleague was quicker."))
    return waiting


def _set_going(row: Consultation, begun: AnswerRound) -> None:
    """Queue the mails of a round, and leave its messages to a worker."""
    rows = list(_locked(Contribution.objects.filter(DUE, round=begun)))
    mails = [one for one in rows if one.way_in == WayIn.FORM and one.contact]
    mail.queue_all(_mail(row, one, begun) for one in mails)
    # A contact that was erased meanwhile leaves the page of the receipt.
    reached = [one.pk for one in rows if one.way_in in OF_MESSAGES or one.contact]
    Contribution.objects.filter(pk__in=reached).update(answer_state=AnswerState.WAITING)


def _locked(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    rows = rows.select_for_update(of=("self",)).select_related("reply__delivery").order_by("pk")
    return rows.defer("search_key", "public_search_key", "reply__delivery__payload")


def digest(rows: Iterable[Contribution]) -> str:
    """Of what is sent to whom: it differs once anything was decided, sent or taken in since."""
    return rules.digest_of(f"{one.pk} {one.decided_at}" for one in rows)


def mark_unreachable(consultation: Consultation | None = None) -> int:
    """Note of decided contributions that nobody can be sent an answer: the page of the receipt has it, or the public
    page alone. Returns how many."""
    rows = Contribution.objects.filter(DUE, answer_state=AnswerState.NONE)
    if consultation is not None:
        rows = rows.filter(consultation=consultation)
    now = timezone.now()
    count = rows.filter(way_in=WayIn.FORM, contact="").update(
        answer_state=AnswerState.BY_CODE, answered_at=now, round=None
    )
    nowhere = Q(way_in__in=[WayIn.MEETING, WayIn.PAPER]) | (Q(way_in__in=OF_MESSAGES) & ~ON_NETWORK)
    keys = list(rows.filter(nowhere).values_list("pk", flat=True))
    return count + Contribution.objects.filter(pk__in=keys, answer_state=AnswerState.NONE).update(
        answer_state=AnswerState.UNREACHABLE, round=None
    )


# ---- the texts


@dataclass(frozen=True)
class AnswerText:
    """What one author reads; `short` where the network takes no more."""

    full: str
    short: str


def language_of(contribution: Contribution) -> str:
    """A language of the interface: that of the form, or the script in which they wrote."""
    if contribution.language in by_code():
        return contribution.language
    spelling = detect_spelling(contribution.text, tokenize(contribution.text))
    is_latin = spelling in (Spelling.LATIN, Spelling.BARE, Spelling.OTHER)
    return of_script("latn" if is_latin else "cyrl").code


def text_for(consultation: Consultation, contribution: Contribution) -> AnswerText:
    """The answer to a decided contribution, in the language and script of its author."""
    code = language_of(contribution)
    with translation.override(code):
        address = f"{public_address(consultation, code)}?proposal={contribution.number}"
        values = {
            "number": contribution.number,
            "consultation": _in_script(consultation.title, code),
            "decision": str(Decision(contribution.decision).label).lower(),
            "reason": _in_script(contribution.reason, code),
            "where": _in_script(contribution.where_to, code),
            "address": address,
        }
        begins = _("Your proposal no. %(number)s to “%(consultation)s”: %(decision)s.") % values
        parts = [begins]
        if contribution.reason:
            parts.append(_("Reason: %(reason)s") % values)
        if contribution.where_to:
            parts.append(_("Where to turn: %(where)s") % values)
        parts.append(_("All proposals, decisions and reasons: %(address)s") % values)
        short = f"{begins} " + _("The reason: %(address)s") % values
    return AnswerText("\n\n".join(parts), short)


def _in_script(text: str, code: str) -> str:
    """What people of the municipality wrote, in Latin for who reads that. Cyrillic is not made of Latin: abbreviations
    and names would suffer."""
    return to_latin(text) if by_code()[code].script == "latn" else text


def _mail(row: Consultation, one: Contribution, begun: AnswerRound) -> MailMessage:
    code = language_of(one)
    with translation.override(code):
        subject = _("What was decided about your proposal no. %(number)s") % {"number": one.number}
        body = text_for(row, one).full + "\n\n" + str(row.municipality)
    return mail.compose(to=one.contact, subject=subject, body=body, dedupe=rules.answer_key(one.pk, begun.pk))


# ---- the worker


def send_pending(most: int = BATCH) -> int:
    """Send pending answers, for some seconds at most; returns how many were sent. Safe to run concurrently."""
    until, count = time.monotonic() + SECONDS, 0
    with everywhere("find whose proposals were decided and are to be answered"):
        pending = Contribution.objects.filter(PENDING).order_by("round", "pk")
        rows = list(pending.values_list("municipality", "pk")[:most])
    for municipality, pk in rows:
        if time.monotonic() > until:
            break
        with scope(municipality):
            count += _send_to(pk)
    return count


def is_due() -> bool:
    """Whether `send_pending` or `follow` has anything to do."""
    with everywhere("find whose proposals were decided and are to be answered"):
        return Contribution.objects.filter(answer_state=AnswerState.WAITING).exists()


def _send_to(pk: int) -> bool:
    try:
        return _send(pk)
    except Exception:
        # Nothing was written for this contribution, so nothing is sent; the error is shown, and the others go on.
        log.exception("The author of a proposal could not be answered")
        Contribution.objects.filter(PENDING, pk=pk).update(
            answer_state=AnswerState.FAILED,
            answer_error=_("Something unexpected happened, and nothing was sent. Try again."),
        )
        return False


@transaction.atomic
def _send(pk: int) -> bool:
    rows = Contribution.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.select_related("round__by", "round__approved_by", "message__channel", "consultation__municipality")
    one = rows.filter(PENDING, pk=pk).first()
    if one is None:
        return False  # locked by another worker, or taken back meanwhile
    begun = one.round
    assert begun is not None
    if one.message is None or one.message.erased_at or one.message.remote_deleted_at:
        _note(one, AnswerState.UNREACHABLE, "")
        return False
    with translation.override(begun.by.language):
        try:
            reply = _answer(one, one.message, begun)
        except ActionNotAllowed as refused:
            _note(one, AnswerState.FAILED, refused.message)
            return False
    if restore := restores.latest_after(begun.approved_at or begun.at):
        # They may have been answered after the backup was made.
        restored.verify_first(reply.delivery, restore.restored_at, since=restore.made_at)
    Contribution.objects.filter(pk=one.pk).update(reply=reply)
    return True


def _answer(one: Contribution, message: Message, begun: AnswerRound) -> Reply:
    texts = text_for(one.consultation, one)
    text = texts.full
    try:
        answering.refuse_text(message, text)
    except ActionNotAllowed:
        text = texts.short
    # Earlier answers do not matter: this one reports the decision.
    seen = Reply.objects.filter(message__in=_same_conversation(message)).aggregate(newest=Max("pk"))["newest"] or 0
    if begun.needs_approval:
        row = triage.lock(message)
        checked = answering.validated_text(row, text, seen)
        reply = answering.send(row, checked, by=begun.by, approved_by=begun.approved_by)
        record("message.answer", by=begun.by, target=row, label=triage.audit_label(row))
        return reply
    return answering.answer(message, text, by=begun.by, after=seen)


def _same_conversation(message: Message) -> QuerySet[Message]:
    if message.conversation_id is None:
        return Message.objects.filter(pk=message.pk)
    return Message.objects.filter(conversation=message.conversation_id)


def _note(one: Contribution, state: AnswerState, error: str) -> None:
    Contribution.objects.filter(pk=one.pk).update(answer_state=state, answer_error=error[:500])


# ---- what became of them


def follow(most: int = BATCH * 5) -> int:
    """Note which answers arrived and which were not sent; returns how many states changed. A fixed number of queries
    for each batch, and one for each change."""
    with everywhere("note which answers to proposals arrived"):
        marked = mark_unreachable()
        rows = Contribution.objects.filter(answer_state__in=[AnswerState.WAITING, AnswerState.FAILED])
        return marked + _follow_replies(rows, most) + _follow_mails(rows, most)


def _follow_replies(rows: QuerySet[Contribution], most: int) -> int:
    arrived = rows.filter(reply__delivery__state=Sent.PUBLISHED)
    unsent = rows.filter(answer_state=AnswerState.WAITING, reply__delivery__state__in=UNSENT)
    # sent again by a person, on the page of the delivery
    again = rows.filter(answer_state=AnswerState.FAILED, reply__isnull=False).exclude(
        reply__delivery__state__in=[*UNSENT, Sent.PUBLISHED]
    )
    changed = 0
    for one in (arrived | unsent | again).select_related("reply__delivery").order_by("pk")[:most]:
        assert one.reply is not None
        delivery = one.reply.delivery
        if delivery.state == Sent.PUBLISHED:
            values: dict[str, Any] = {
                "answer_state": AnswerState.SENT, "answer_error": "", "answered_at": delivery.published_at,
            }  # fmt: skip
        elif delivery.state in UNSENT:
            values = {"answer_state": AnswerState.FAILED, "answer_error": delivery.get_state_display()[:500]}
        else:
            values = {"answer_state": AnswerState.WAITING, "answer_error": ""}
        # only if it is still about this answer
        changed += Contribution.objects.filter(pk=one.pk, reply=one.reply).update(**values)
    return changed


def _follow_mails(rows: QuerySet[Contribution], most: int) -> int:
    waiting = rows.filter(answer_state=AnswerState.WAITING, way_in=WayIn.FORM, round__isnull=False)
    keys = {rules.answer_key(pk, begun): (pk, begun) for pk, begun in waiting.values_list("pk", "round")[:most]}
    changed = 0
    for sent in MailMessage.objects.filter(dedupe__in=keys).exclude(state=MailState.WAITING):
        pk, begun = keys[str(sent.dedupe)]
        is_sent = sent.state == MailState.SENT
        changed += Contribution.objects.filter(pk=pk, round=begun, answer_state=AnswerState.WAITING).update(
            answer_state=AnswerState.SENT if is_sent else AnswerState.FAILED,
            answer_error="" if is_sent else (sent.problem or sent.get_state_display())[:500],
            answered_at=sent.sent_at,
        )
    return changed


def note_deleted() -> int:
    """Note which comments were deleted on their networks after they were counted: they count, and are not quoted."""
    with everywhere("note which proposals were deleted on their networks"), transaction.atomic():
        rows = Contribution.objects.select_for_update(of=("self",)).filter(
            gone_at=None, withdrawn_at=None, message__remote_deleted_at__isnull=False
        )
        gone: Sequence[Contribution] = list(rows.select_related("message").order_by("pk")[: BATCH * 5])
        for one in gone:
            assert one.message is not None
            one.gone_at, one.public_text = one.message.remote_deleted_at, ""
            one.save(update_fields=["gone_at", "public_text", "search_key", "public_search_key"])
        for consultation in {one.consultation_id for one in gone}:
            Consultation.objects.filter(pk=consultation).update(changed_at=timezone.now())
        return len(gone)
