"""The page of a plan as plain data: its state, who has agreed, its activities and what happened to it.

`present` decides everything that depends on the state of the plan; `templates/mentoring/plan.html` only draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import short_date
from mentoring.enums import ChangeKind, Proof, Side
from mentoring.models import Plan, PlanChange
from mentoring.plan_texts import FieldChange, describe_change
from mentoring.queries.plans import ActivityItem, PlanDashboard, PlanProgress


@dataclass(frozen=True)
class PlanPill:
    tone: str
    icon: str
    label: str


@dataclass(frozen=True)
class SideAgreement:
    """`by` and `at` None: this side has not agreed. `may_take_back`: the reader has, for it."""

    side: Side
    by: Any
    at: datetime | None
    may_take_back: bool


@dataclass(frozen=True)
class ChangeCard:
    """A proposed change, field by field. `is_ours`: the reader's side proposed it."""

    row: PlanChange
    lines: tuple[FieldChange, ...]
    side: str
    pill: PlanPill
    is_ours: bool
    may_decide: bool


@dataclass(frozen=True)
class ActivityLine:
    """`facts`: who does it, what shows it, and how it stands. `shows_reading`: its indicator is followed."""

    item: ActivityItem
    facts: tuple[str, ...]
    shows_reading: bool


@dataclass(frozen=True)
class ProgressFact:
    icon: str
    text: str


@dataclass(frozen=True)
class HistoryEntry:
    """`text`, when and `by` whom it happened, or a decided `change`. `date_format`: as `{% when %}` takes it."""

    icon: str
    text: str = ""
    at: datetime | None = None
    date_format: str = ""
    by: str = ""
    change: ChangeCard | None = None


@dataclass(frozen=True)
class PlanPage:
    """`pill` None: it is a draft. `progress` is empty before both have agreed."""

    pill: PlanPill | None
    agreements: tuple[SideAgreement, ...]
    open_changes: tuple[ChangeCard, ...]
    progress: tuple[ProgressFact, ...]
    activities: tuple[ActivityLine, ...]
    dropped: tuple[ActivityItem, ...]
    history: tuple[HistoryEntry, ...]
    may_edit: bool
    may_finish: bool


def present(dashboard: PlanDashboard, side: Side | None) -> PlanPage:
    """The plan as a reader sees it who speaks for this side; None: for neither."""
    plan = dashboard.plan
    may_edit = side is not None and plan.closed_at is None
    is_followed = any(item.activity.is_open for item in dashboard.items) and plan.ends_on > dashboard.today
    return PlanPage(
        pill=_pill(plan),
        agreements=tuple(_agreements(plan, side)),
        open_changes=tuple(_change(row, side) for row in dashboard.open_changes),
        progress=tuple(_progress(dashboard.progress)) if plan.agreed_at else (),
        activities=tuple(_activity(item, plan) for item in dashboard.items),
        dropped=tuple(dashboard.dropped),
        history=tuple(_history(dashboard, side)) if plan.agreed_at or plan.closed_at else (),
        may_edit=may_edit,
        may_finish=may_edit and plan.is_running and not is_followed,
    )


def _pill(plan: Plan) -> PlanPill | None:
    if plan.closed_at:
        return PlanPill("quiet", "archive", plan.get_closed_because_display())
    return None if plan.is_draft else PlanPill("good", "handshake", _("Agreed by both"))


# ---- the two sides


def _agreements(plan: Plan, side: Side | None) -> Iterator[SideAgreement]:
    may_edit = plan.closed_at is None
    agreed = {
        Side.MUNICIPALITY: (plan.municipality_agreed_by, plan.municipality_agreed_at),
        Side.MENTOR: (plan.mentor_agreed_by, plan.mentor_agreed_at),
    }
    for agreeing, (by, at) in agreed.items():
        yield SideAgreement(agreeing, by, at, may_take_back=may_edit and at is not None and agreeing == side)


def _change(row: PlanChange, side: Side | None) -> ChangeCard:
    lines = () if row.what == ChangeKind.DROP else tuple(describe_change(row))
    may_decide = side is not None and row.is_open
    return ChangeCard(row, lines, str(Side(row.side).label), _outcome(row), row.side == side, may_decide)


def _outcome(row: PlanChange) -> PlanPill:
    if row.is_open:
        return PlanPill("waiting", "hourglass", _("Waits for an answer"))
    if row.accepted:
        return PlanPill("good", "check", _("Agreed by both"))
    if not row.decided_by:
        return PlanPill("quiet", "circle-slash", _("Lapsed with the plan"))
    if row.decided_by_id == row.proposed_by_id:
        return PlanPill("quiet", "undo-2", _("Taken back"))
    return PlanPill("quiet", "undo-2", _("Declined"))


# ---- activities


def _progress(progress: PlanProgress) -> Iterator[ProgressFact]:
    confirmed = ngettext(
        "%(count)s confirmed by the mentor", "%(count)s confirmed by the mentor", progress.confirmed
    ) % {"count": progress.confirmed}  # fmt: skip
    yield ProgressFact("badge-check", confirmed)
    if progress.due:
        in_time = ngettext("%(count)s of %(due)s in time", "%(count)s of %(due)s in time", progress.due)
        yield ProgressFact("calendar", in_time % {"count": progress.in_time, "due": progress.due})
    if progress.late:
        late = ngettext("%(count)s past its day", "%(count)s past their day", progress.late)
        yield ProgressFact("clock", late % {"count": progress.late})


def _activity(item: ActivityItem, plan: Plan) -> ActivityLine:
    activity = item.activity
    shows_reading = bool(activity.code and plan.agreed_at and activity.is_open)
    return ActivityLine(item, tuple(fact for fact in _facts(item) if fact), shows_reading)


def _facts(item: ActivityItem) -> Iterator[str]:
    activity = item.activity
    yield activity.who or _("no one named yet")
    yield _what_shows_it(item)
    if item.is_late:
        yield _("the day has passed; set a new one")
    elif activity.done_on and not activity.was_in_time:
        yield _("done on %(day)s") % {"day": short_date(activity.done_on)}


def _what_shows_it(item: ActivityItem) -> str:
    activity = item.activity
    if activity.proof in (Proof.POSTS, Proof.NEED):
        return counted_evidence(item)
    if activity.code:
        return f"{activity.code} · {item.indicator.name if item.indicator else ''}"
    texts = {Proof.LINK: _("a link shows it"), Proof.FILE: _("a file shows it")}
    return texts.get(Proof(activity.proof), "")


def counted_evidence(item: ActivityItem) -> str:
    """How many of the posts or needs that show it are there."""
    counts = {"count": item.counted, "wanted": item.activity.wanted}
    if item.activity.proof == Proof.POSTS:
        return ngettext("%(count)s of %(wanted)s post", "%(count)s of %(wanted)s posts", counts["wanted"]) % counts
    return ngettext("%(count)s of %(wanted)s need", "%(count)s of %(wanted)s needs", counts["wanted"]) % counts


# ---- what happened


def _history(dashboard: PlanDashboard, side: Side | None) -> Iterator[HistoryEntry]:
    """The newest first."""
    plan = dashboard.plan
    if plan.closed_at:
        text = f"{_('The plan was closed.')} {plan.get_closed_because_display()}."
        yield HistoryEntry("archive", text, plan.closed_at, date_format="date", by=str(plan.closed_by or ""))
    for row in dashboard.decided:
        yield HistoryEntry("check" if row.accepted else "undo-2", change=_change(row, side))
    for agreement in _agreements(plan, side):
        if agreement.at:
            text = _("%(person)s agreed to the plan (%(side)s).") % {
                "person": agreement.by,
                "side": agreement.side.label,
            }
            yield HistoryEntry("handshake", text, agreement.at)
    began = _("%(person)s began the plan.") % {"person": plan.created_by}
    yield HistoryEntry("file-pen", began, plan.created_at)
