"""House rules. Stricter rules take effect at once; relaxing a rule about decisions waits.

A `RuleChange` takes effect after `RULE_RELAXATION_HOURS`, or once another approver agrees, and another approver can
stop it meanwhile. Every verb locks the municipality first and the change after it; without its key, so that a
membership that ends and drops a change meanwhile can still point to it. Approvals hold the municipality's row at the
moment of the decision and ask it again right before a post leaves, so that a rule may change at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities import queries
from municipalities.domain import notifications
from municipalities.enums import Approval, ChangeOutcome
from municipalities.locking import lock_rights
from municipalities.models import Membership, Municipality, RuleChange
from municipalities.rules import LONGEST_REASON, RELAXES, SHORTEST_REASON, Verb, is_relaxed
from municipalities.tenancy import everywhere, scope

Recheck = Callable[[Municipality], int]
_rechecks: list[Recheck] = []


def register_recheck(recheck: Recheck) -> None:
    """For packages above: called in the transaction that changes the rule about approvals, in the municipality's scope.
    Returns how many deliveries of scheduled posts lack an approval by now."""
    _rechecks.append(recheck)


Pair = dict[str, Any]
"""{"before": …, "after": …} of one rule."""


@dataclass(frozen=True)
class Edited:
    """`changed`: names of the rules that are other ones now; `waiting`: what waits for its time, if anything.

    `blocked`: how many deliveries of scheduled posts lack an approval by now.
    """

    changed: list[str]
    waiting: RuleChange | None
    blocked: int = 0


@transaction.atomic
def edit(municipality: Municipality, values: dict[str, Any], *, by: User, reason: str = "") -> Edited:
    """Write changed house rules; relaxations wait, unless the municipality has no approver yet.

    Raises `ActionNotAllowed` without a reason for a relaxation, while another relaxation waits, and for two approvers
    where there is one.
    """
    locked = Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    changes = {
        name: {"before": getattr(locked, name), "after": value}
        for name, value in values.items()
        if getattr(locked, name) != value
    }
    if changes.get("approval", {}).get("after") == Approval.TWO:
        _refuse_lone_approver(locked)
    relaxed = {name: pair for name, pair in changes.items() if is_relaxed(name, **pair)}
    reason = _reason(reason) if relaxed else ""
    waiting = relaxed if relaxed and queries.is_guarded(locked) else {}
    at_once = {name: pair for name, pair in changes.items() if name not in waiting}
    with scope(locked):
        _stop_what_it_contradicts(locked, at_once, by=by)
        blocked = _write(locked, at_once)
        _record(locked, at_once, by=by, reason=reason)
        return Edited(list(at_once), _ask(locked, waiting, by=by, reason=reason) if waiting else None, blocked)


def _refuse_lone_approver(municipality: Municipality) -> None:
    """Raises `ActionNotAllowed` where two approvers would have to agree and there are not two."""
    people = queries.approvers(municipality)
    if len(people) == 1:
        raise ActionNotAllowed(
            _(
                "Two approvers would have to agree, and %(name)s is the only one: no post would go out any more. First "
                "invite another approver, under People."
            )
            % {"name": people[0]},
            "approval",
        )
    if not people:
        raise ActionNotAllowed(
            _("Two approvers would have to agree, and nobody approves here yet. First invite approvers, under People."),
            "approval",
        )


def _reason(text: str) -> str:
    """One line of text. Raises `ActionNotAllowed`."""
    reason = " ".join(text.split())
    if SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return reason
    raise ActionNotAllowed(
        _("Explain in %(least)s to %(most)s characters why a rule is relaxed: the other approvers read it.")
        % {"least": SHORTEST_REASON, "most": LONGEST_REASON},
        "reason",
    )


def _write(municipality: Municipality, pairs: dict[str, Pair]) -> int:
    """Returns how many scheduled posts lack an approval by that."""
    for name, pair in pairs.items():
        setattr(municipality, name, pair["after"])
    if pairs:
        municipality.save(update_fields=list(pairs))
    return sum(recheck(municipality) for recheck in _rechecks) if "approval" in pairs else 0


def _record(municipality: Municipality, pairs: dict[str, Pair], *, by: User, reason: str) -> None:
    if not pairs:
        return
    audit.record(
        "municipality.edit_rules", by=by, target=municipality, municipality_id=municipality.pk, changed=list(pairs)
    )
    decisive = {name: pair for name, pair in pairs.items() if name in RELAXES}
    if decisive:
        notifications.rules_changed(municipality, decisive, by=by, reason=reason)


def _stop_what_it_contradicts(municipality: Municipality, at_once: dict[str, Pair], *, by: User) -> None:
    """A rule that becomes stricter is not relaxed by what was asked for before."""
    row = _waiting(municipality)
    contradicted = set(at_once) & set(row.values) if row else set()
    if row is None or not contradicted:
        return
    if contradicted == set(row.values):
        _stop(row, by=by)
        return
    row.values = {name: pair for name, pair in row.values.items() if name not in contradicted}
    row.save(update_fields=["values"])
    audit.record("municipality.reduce_rules", by=by, target=row, label=str(municipality), changed=sorted(contradicted))


def _waiting(municipality: Municipality) -> RuleChange | None:
    rows = RuleChange.objects.select_for_update(of=("self",)).select_related("by", "municipality")
    return rows.filter(municipality=municipality, ended_at__isnull=True).first()


def _ask(municipality: Municipality, values: dict[str, Pair], *, by: User, reason: str) -> RuleChange:
    if _waiting(municipality):
        raise ActionNotAllowed(
            _("Relaxed rules wait already: agree to them, stop them or withdraw them first."), next(iter(values))
        )
    now = timezone.now()
    row = RuleChange.objects.create(
        municipality=municipality, values=values, reason=reason, by=by, asked_at=now, effective_at=now + queries.delay()
    )
    audit.record(
        "municipality.ask_rules", by=by, target=row, label=str(municipality), changed=list(values), reason=reason
    )
    notifications.relaxation_asked(row)
    return row


# ---------------------------------------------------------------- what becomes of a relaxation


@transaction.atomic
def confirm(change: RuleChange, *, by: User) -> bool:
    """Another approver agrees: it is in force at once. Raises `ActionNotAllowed`.

    False when it was dropped instead, since the one who asked may no longer change the rules.
    """
    lock_rights(change.municipality_id, by)
    row = _locked(change)
    if row.by_id == by.pk:
        raise ActionNotAllowed(_("You requested it yourself: another approver has to agree."))
    if not Membership.objects.deciding().filter(municipality=row.municipality, user=by).exists():
        raise ActionNotAllowed(_("Only another approver of the municipality can agree to it."))
    if not queries.still_may(row.by, row.municipality, Verb.SETTINGS_EDIT):
        _drop(row, by=None)
        return False
    _apply(row)
    _end(row, ChangeOutcome.CONFIRMED, by=by)
    audit.record("municipality.confirm_rules", by=by, **_about(row))
    notifications.relaxation_confirmed(row, by=by)
    return True


@transaction.atomic
def stop(change: RuleChange, *, by: User) -> None:
    """The rules stay as they are. Raises `ActionNotAllowed`; who asked withdraws."""
    _stop(_locked(change), by=by)


def _stop(row: RuleChange, *, by: User) -> None:
    if row.by_id == getattr(by, "pk", None):
        _end(row, ChangeOutcome.WITHDRAWN, by=by)
        audit.record("municipality.withdraw_rules", by=by, **_about(row))
        notifications.relaxation_withdrawn(row)
        return
    _end(row, ChangeOutcome.STOPPED, by=by)
    audit.record("municipality.stop_rules", by=by, **_about(row))
    notifications.relaxation_stopped(row, by=by)


def apply_due() -> int:
    """Relax what is due, once each, also with two workers; returns how many ended."""
    with everywhere("relaxed house rules that are due"):
        due = list(RuleChange.objects.filter(ended_at__isnull=True, effective_at__lte=timezone.now()))
    ended = 0
    for change in due:
        with scope(change.municipality_id):
            ended += _apply_due(change)
    return ended


@transaction.atomic
def _apply_due(change: RuleChange) -> bool:
    try:
        row = _locked(change)
    except ActionNotAllowed:
        return False
    if row.effective_at > timezone.now():
        return False
    if not queries.still_may(row.by, row.municipality, Verb.SETTINGS_EDIT):
        _drop(row, by=None)
        return True
    _apply(row)
    _end(row, ChangeOutcome.APPLIED, by=None)
    audit.record("municipality.apply_rules", by=None, **_about(row))
    notifications.relaxation_applied(row)
    return True


def _locked(change: RuleChange) -> RuleChange:
    """The change and its municipality, both locked. Raises `ActionNotAllowed` when it has ended."""
    municipality = Municipality.objects.select_for_update(no_key=True).get(pk=change.municipality_id)
    row = _waiting(municipality)
    if row is None or row.pk != change.pk:
        raise ActionNotAllowed(_("This has been settled in the meantime."))
    row.municipality = municipality
    return row


def _apply(row: RuleChange) -> None:
    """Only what still relaxes: nothing that was asked for makes a rule stricter, or changes it back."""
    municipality = row.municipality
    _write(
        municipality,
        {
            name: pair
            for name, pair in row.values.items()
            if is_relaxed(name, getattr(municipality, name), pair["after"])
        },
    )


def end_unauthorised(person: Any, by: User) -> None:
    """For `accounts.endings`: drop what this person asked to relax and may not ask for any more."""
    with everywhere("relaxations of house rules that somebody asked for"):
        waiting = list(RuleChange.objects.filter(by=person, ended_at__isnull=True).order_by("pk"))
    for change in waiting:
        with scope(change.municipality_id):
            # Without the municipality: the verb that calls this holds a membership, which other verbs lock after it.
            rows = RuleChange.objects.select_for_update(of=("self",)).select_related("by", "municipality")
            row = rows.filter(pk=change.pk, ended_at__isnull=True).first()
            if row and not queries.still_may(person, row.municipality, Verb.SETTINGS_EDIT):
                _drop(row, by=by)


def _drop(row: RuleChange, *, by: User | None) -> None:
    """`by` took the right away from the one who asked; None: it was noticed later."""
    _end(row, ChangeOutcome.DROPPED, by=None)
    audit.record("municipality.drop_rules", by=by, **_about(row))
    notifications.relaxation_dropped(row)


def _end(row: RuleChange, outcome: ChangeOutcome, *, by: User | None) -> None:
    row.outcome, row.ended_at, row.ended_by = outcome, timezone.now(), by
    row.save(update_fields=["outcome", "ended_at", "ended_by"])


def _about(row: RuleChange) -> dict[str, Any]:
    return {"target": row, "label": str(row.municipality), "changed": list(row.values), "person": str(row.by)}
