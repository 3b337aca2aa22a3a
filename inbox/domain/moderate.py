"""Deciding that a message is hidden, and all later decisions about it.

Nothing here calls a network: a worker executes the decisions (`inbox.domain.hide`). `inbox.models.moderation` explains
who decides what. Each verb locks its row and records one event, which names the channel and never a citizen or their
words.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox import moderation_rules
from inbox.domain import second_person_notifications
from inbox.domain.mark_daily_counts import mark_hidden
from inbox.domain.triage import audit_label
from inbox.domain.triage import lock as locked_message
from inbox.enums import OPEN_STATES, MessageState
from inbox.models import Message, Moderation
from inbox.moderation_rules import (
    CONFIRM_WITHIN,
    CONFIRMED_REASONS,
    FINAL_STATES,
    MANUAL_FROM_STATES,
    AppealDecision,
    ModerationAction,
    ModerationReason,
    ModerationRequest,
    ModerationState,
)
from inbox.queries.moderation import can_hide, can_remove, other_acts, removal_of
from municipalities.queries import still_may
from municipalities.rules import Verb


@transaction.atomic
def propose(message: Message, wish: ModerationRequest, *, by: User) -> Moderation:
    """Take the copy, then schedule hiding, or ask a second person to agree to a removal.

    Raises `ActionNotAllowed` where a reason, the text or the right to remove is missing, or after a concurrent
    decision.
    """
    row, able = locked_message(message), can_hide(message)
    if row.erased_at:
        raise ActionNotAllowed(
            _("The text of this message was deleted because its retention period ended. There is nothing to hide.")
        )
    if row.is_private:
        raise ActionNotAllowed(
            _("This message is private and not visible to the public, so there is nothing to hide. A threat can "
            "be protected from being erased instead.")
        )  # fmt: skip
    _refuse_wish(wish, able=able)
    _refuse_earlier(row, wish)
    now = timezone.now()
    is_removal = wish.act == ModerationAction.REMOVE
    moderation = Moderation(
        municipality_id=row.municipality_id, message=row, reason=wish.reason, act=wish.act, why=_clean(wish.why),
        text=row.text, author_id=row.author_id, author_name=row.author_name, author_handle=row.author_handle,
        url=row.url,
        written_at=row.at, copied_at=now, by=by, at=now,
        state=ModerationState.PROPOSED if is_removal else ModerationState.AGREED if able else ModerationState.BY_HAND,
        next_at=now if able and not is_removal else None,
        confirm_by=now + CONFIRM_WITHIN if wish.reason in CONFIRMED_REASONS and not is_removal else None,
    )  # fmt: skip
    moderation.seal = moderation.sealed()
    moderation.save()
    Message.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=now)
    record(
        "moderation.propose",
        by=by,
        target=moderation,
        label=audit_label(row),
        reason=moderation.reason,
        act=moderation.act,
    )
    if is_removal or moderation.confirm_by:
        second_person_notifications.review_requested(moderation, by=by)
    return moderation


def _refuse_earlier(row: Message, wish: ModerationRequest) -> None:
    """At most one act is active; but before a removal by the portal the message is hidden, and stays so until it is
    decided."""
    earlier = list(Moderation.objects.filter(message=row).exclude(state__in=FINAL_STATES).select_related("by"))
    if wish.act == ModerationAction.REMOVE and can_remove(row):
        hidden = [
            moderation
            for moderation in earlier
            if moderation.act == ModerationAction.HIDE and moderation.state == ModerationState.DONE
        ]
        if not earlier:
            raise ActionNotAllowed(
                _("Hide it first. Once it is hidden, a second person decides about removing it."), "act"
            )
        for moderation in hidden:
            _refuse_objection(moderation)
        earlier = [moderation for moderation in earlier if moderation not in hidden]
    if earlier:
        raise ActionNotAllowed(
            _("%(person)s has already decided about this message. Check that first.") % {"person": earlier[0].by}
        )


def _refuse_objection(hiding: Moderation) -> None:
    if hiding.objection_waits:
        raise ActionNotAllowed(_("Its author objects. Decide about that first: what was removed cannot come back."))


def _refuse_wish(wish: ModerationRequest, *, able: bool) -> None:
    if wish.reason not in ModerationReason.values:
        raise ActionNotAllowed(
            _("Choose a reason. What is in none of them stays: criticism is not a reason."), "reason"
        )
    if wish.act not in ModerationAction.values:
        raise ActionNotAllowed(_("Choose what is to be done."), "act")
    if wish.act == ModerationAction.REMOVE and not moderation_rules.may_remove(wish.reason, can_hide=able):
        raise ActionNotAllowed(
            _("This network can hide it, which is enough for this reason. Choose to hide it."), "act"
        )
    if not _clean(wish.why):
        raise ActionNotAllowed(
            _("Describe in a sentence what is wrong with it. A person who objects will see this."), "why"
        )
    _refuse_length(wish.why, moderation_rules.MOST_WHY, "why")


@transaction.atomic
def agree(row: Moderation, *, by: User) -> Moderation:
    """The second person agrees to a removal. A worker does it where the network deletes for us, else a person there."""
    moderation = _locked(row, ModerationState.PROPOSED)
    _refuse_first(moderation, by)
    if not still_may(moderation.by, moderation.municipality, Verb.INBOX_WORK):
        # Two people who may answer citizens have to want it, on the day on which it happens.
        raise ActionNotAllowed(
            _("%(person)s, who proposed this, may no longer do so. Refuse it, and propose it yourself if it is right.")
            % {"person": moderation.by}
        )
    hiding = _lock_other_act(moderation, ModerationAction.HIDE)  # serialises with a concurrent undo
    if hiding and hiding.state != ModerationState.DONE:
        raise ActionNotAllowed(_("A colleague has acted on this in the meantime. Check its current state."))
    if hiding:
        _refuse_objection(hiding)
    moderation.second_by, moderation.second_at, moderation.state = by, timezone.now(), ModerationState.BY_HAND
    if can_remove(moderation.message):
        moderation.state, moderation.next_at = ModerationState.AGREED, moderation.second_at
    return _saved(moderation, "moderation.agree", by)


@transaction.atomic
def refuse(row: Moderation, why: str, *, by: User) -> Moderation:
    """A second person does not agree to a removal, or the first one takes the proposal back."""
    moderation = _locked(row, ModerationState.PROPOSED)
    if by != moderation.by:
        if not _clean(why):
            raise ActionNotAllowed(_("Write why you do not agree."), "why")
        moderation.second_by, moderation.second_at = by, timezone.now()
        moderation.second_why = _clean(why)[: moderation_rules.MOST_WHY]
    moderation.state = ModerationState.REFUSED
    return _saved(moderation, "moderation.refuse", by)


@transaction.atomic
def confirm(row: Moderation, *, by: User) -> Moderation:
    """Confirm, as the second person, what one person hid."""
    moderation = _locked(row)
    if not moderation.waits_for_confirmation:
        raise ActionNotAllowed(_("There is nothing to confirm any more."))
    _refuse_first(moderation, by)
    moderation.second_by, moderation.second_at = by, timezone.now()
    return _saved(moderation, "moderation.confirm", by)


@transaction.atomic
def mark_done_manually(row: Moderation, note: str, *, by: User) -> Moderation:
    """A person did it on the network itself. Also where the portal was about to, and could not yet."""
    moderation = _locked(row, *MANUAL_FROM_STATES)
    moderation.detail = _clean(note)[: moderation_rules.MOST_WHY]
    settle_done(moderation, by=by)
    return _saved(moderation, "moderation.by_hand", by)


def settle_done(row: Moderation, *, by: User | None) -> None:
    """Note in a locked row that it is done; its message wants no answer any more. The caller saves."""
    now = timezone.now()
    row.state, row.done_at, row.done_by, row.next_at, row.error_code = ModerationState.DONE, now, by, None, ""
    waiting = Message.objects.filter(pk=row.message_id, state__in=OPEN_STATES)
    waiting.update(state=MessageState.CLOSED, settled_at=now)
    mark_hidden(row)


@transaction.atomic
def retry(row: Moderation, *, by: User) -> Moderation:
    """Have the portal try once more what the network did not do."""
    moderation = _locked(row, ModerationState.FAILED)
    moderation.state, moderation.next_at, moderation.attempts, moderation.detail = (
        ModerationState.AGREED,
        timezone.now(),
        0,
        "",
    )
    return _saved(moderation, "moderation.again", by)


@transaction.atomic
def undo(row: Moderation, why: str, *, by: User) -> Moderation:
    """Show it again. Pending work is dropped; a removal cannot be undone."""
    moderation = _locked(row)
    if not _clean(why):
        raise ActionNotAllowed(_("Write why it is shown again."), "why")
    _undo(moderation, _clean(why)[: moderation_rules.MOST_WHY], by)
    return _saved(moderation, "moderation.undo", by)


def _undo(moderation: Moderation, why: str, by: User) -> None:
    now = timezone.now()
    removal = moderation if moderation.act == ModerationAction.REMOVE else removal_of(moderation)
    if removal and removal.state == ModerationState.DONE:
        raise ActionNotAllowed(
            _("It was removed permanently, so it cannot be shown again. Inform its author that they were right.")
        )
    if removal and (removal is not moderation or removal.state == ModerationState.DOING):
        raise ActionNotAllowed(
            _("It is being removed permanently, or its removal has been requested. Deal with that first.")
        )
    if moderation.state in (ModerationState.PROPOSED, ModerationState.SHOWING, *FINAL_STATES):
        raise ActionNotAllowed(_("It is not hidden, so there is nothing to show again."))
    moderation.undo_by, moderation.undo_why = by, why
    if moderation.state in (ModerationState.BY_HAND, ModerationState.FAILED) or (
        moderation.state == ModerationState.AGREED and not moderation.attempts
    ):
        # nothing has reached the network
        moderation.state, moderation.undone_at, moderation.next_at = ModerationState.UNDONE, now, None
        return
    # After the lease of a worker that may be hiding it right now; its result is then discarded (`inbox.domain.hide`).
    at_work = (
        moderation.next_at
        if moderation.state in (ModerationState.AGREED, ModerationState.DOING) and moderation.next_at
        else now
    )
    # what a person did there, a person takes back there
    by_portal = moderation.done_by_id is None and can_hide(moderation.message)
    moderation.state, moderation.attempts, moderation.error_code = ModerationState.SHOWING, 0, ""
    moderation.next_at = max(at_work, now) if by_portal else None


@transaction.atomic
def mark_shown_manually(row: Moderation, *, by: User) -> Moderation:
    """A person showed it again on the network itself."""
    moderation = _locked(row, ModerationState.SHOWING)
    settle_shown(moderation)
    return _saved(moderation, "moderation.shown", by)


def settle_shown(row: Moderation) -> None:
    """Note in a locked row that everybody sees it again. The caller saves."""
    row.state, row.undone_at, row.next_at, row.error_code = ModerationState.UNDONE, timezone.now(), None, ""


@transaction.atomic
def record_objection(row: Moderation, text: str, received_on: date | None, *, by: User) -> Moderation:
    """Record the author's objection, in their words, and the day on which it was received."""
    moderation = _locked(row)
    if moderation.state in (ModerationState.PROPOSED, ModerationState.REFUSED) or moderation.appealed_on:
        raise ActionNotAllowed(_("An objection has already been recorded, or there is nothing to object to."))
    if moderation.erased_at:
        raise ActionNotAllowed(_("The copy was erased because its time was over."))
    if not _clean(text):
        raise ActionNotAllowed(_("Enter the person's statement."), "text")
    _refuse_length(text, moderation_rules.MOST_OBJECTION, "text")
    if received_on is None or not timezone.localdate(moderation.at) <= received_on <= timezone.localdate():
        raise ActionNotAllowed(
            _("Choose the day on which it came in: not before the act, and not after today."), "received_on"
        )
    moderation.appeal, moderation.appealed_on, moderation.appeal_noted_by = _clean(text), received_on, by
    second_person_notifications.objection_recorded(moderation, by=by)
    return _saved(moderation, "moderation.object", by)


@transaction.atomic
def decide(row: Moderation, decision: str, why: str, *, by: User) -> Moderation:
    """Decide about an objection; not the one who hid it. Who is right is shown again, where that is possible."""
    moderation = _locked(row)
    if not moderation.appealed_on or moderation.decision:
        raise ActionNotAllowed(_("There is no objection that waits for a decision."))
    _refuse_first(moderation, by)
    if decision not in AppealDecision.values:
        raise ActionNotAllowed(_("Choose what becomes of the objection."), "decision")
    if not _clean(why):
        raise ActionNotAllowed(_("Give a reason. The person will see it."), "why")
    _refuse_length(why, moderation_rules.MOST_WHY, "why")
    moderation.decision, moderation.decision_why = decision, _clean(why)
    moderation.decided_by, moderation.decided_at = by, timezone.now()
    removal = moderation if moderation.act == ModerationAction.REMOVE else removal_of(moderation)
    is_gone = removal is not None and removal.state == ModerationState.DONE
    if (
        decision == AppealDecision.GRANTED
        and not is_gone
        and moderation.state not in (ModerationState.SHOWING, *FINAL_STATES)
    ):
        _undo(moderation, moderation.decision_why, by)
    return _saved(moderation, "moderation.decide", by, decision=decision)


# ---- what they share


def _lock_other_act(row: Moderation, act: ModerationAction) -> Moderation | None:
    """Of `besides`, locked."""
    return other_acts(row, act).select_for_update(of=("self",)).first()


def _locked(row: Moderation, *states: ModerationState) -> Moderation:
    """The row, taken. Raises `ActionNotAllowed` where a colleague moved it on meanwhile."""
    rows = Moderation.objects.select_for_update(of=("self",)).select_related("message__channel", "by")
    moderation = rows.get(pk=row.pk)
    if states and moderation.state not in states:
        raise ActionNotAllowed(_("A colleague has acted on this in the meantime. Check its current state."))
    return moderation


def _saved(row: Moderation, verb: str, by: User, **detail: Any) -> Moderation:
    row.save()
    record(verb, by=by, target=row, label=audit_label(row.message), **detail)
    return row


def _refuse_first(row: Moderation, by: User) -> None:
    if by == row.by:
        raise ActionNotAllowed(_("You decided this yourself. Another person has to review it."))


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


def _refuse_length(text: str, most: int, field: str) -> None:
    if len(_clean(text)) > most:
        raise ActionNotAllowed(_("This is too long: %(most)s characters at most.") % {"most": most}, field)
