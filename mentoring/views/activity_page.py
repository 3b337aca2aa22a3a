"""The page of one activity of a plan as plain data: how it stands, what shows it, and what the reader may do.

`present` decides everything that depends on its state; `templates/mentoring/plan_activity.html` only draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from mentoring.enums import Proof, Side
from mentoring.models import Activity, Plan, PlanChange
from mentoring.plan_texts import target_text
from mentoring.queries.plans import ActivityItem
from mentoring.views.plan_page import counted_evidence


@dataclass(frozen=True)
class ActivityNotice:
    """A callout. `change` is the proposed change that it is about; `icon` "" is that of the `tone`."""

    tone: str
    text: str
    title: str = ""
    icon: str = ""
    change: PlanChange | None = None


@dataclass(frozen=True)
class EvidenceSearch:
    """The search for posts or needs as evidence: `hint` stands above what it finds, `nothing` where it finds none."""

    hint: str
    nothing: str


@dataclass(frozen=True)
class ActivityPage:
    """`act`: what the reader may do about its being done; "missing": nothing yet, for the reason in `missing`."""

    notice: ActivityNotice | None
    who: str
    evidence: str
    done_by: str
    may_edit: bool
    edit_label: str
    drop_label: str
    may_add: bool
    posts: EvidenceSearch | None
    needs: EvidenceSearch | None
    act: Literal["", "confirm", "report", "missing", "reopen"]
    missing: str


def present(item: ActivityItem, side: Side | None, words: str = "") -> ActivityPage:
    """The page as a reader sees it who speaks for this side, None: for neither. `words`: what they searched for."""
    activity, plan = item.activity, item.activity.plan
    may_add = _follows(activity, side) and activity.done_at is None
    return ActivityPage(
        notice=_notice(item, plan, side),
        who=activity.who,
        evidence=_evidence(item),
        done_by=str(activity.done_by) if activity.done_by else _("shown by its indicator"),
        may_edit=side is not None and plan.closed_at is None and activity.is_open and item.change is None,
        edit_label=_("Change it") if plan.is_draft else _("Propose a change"),
        drop_label=_("Take it out of the plan") if plan.is_draft else _("Propose to drop it"),
        may_add=may_add,
        posts=_posts(words) if may_add and activity.proof == Proof.POSTS else None,
        needs=_needs(words) if may_add and activity.proof == Proof.NEED else None,
        act=_act(item, side),
        missing=_missing(item),
    )


def _follows(activity: Activity, side: Side | None) -> bool:
    return side is not None and activity.plan.is_running and activity.dropped_at is None


def _notice(item: ActivityItem, plan: Plan, side: Side | None) -> ActivityNotice | None:
    activity = item.activity
    if item.change:
        title = _("A change of this activity waits for an answer")
        return ActivityNotice("waiting", item.change.reason, title, change=item.change)
    if item.is_late and side:
        text = _("Do it now and report it, or propose a day on which it can be done.")
        return ActivityNotice("warning", text, _("The day has passed, and that happens"), "clock")
    if activity.dropped_at:
        text = f"{_('Both sides agreed to drop it.')} {activity.dropped_because}"
        return ActivityNotice("quiet", text, icon="circle-slash")
    if plan.is_draft:
        return ActivityNotice("quiet", _("The plan is a draft. Evidence is added once both sides have agreed."))
    return None


# ---- evidence


def _evidence(item: ActivityItem) -> str:
    activity = item.activity
    if activity.code:
        name = item.indicator.name if item.indicator else ""
        return f"{name} ({activity.code}), {target_text(activity.code, activity.threshold)}"
    if activity.proof in (Proof.POSTS, Proof.NEED):
        return counted_evidence(item)
    if activity.proof != Proof.NOTHING and activity.wanted > 1:
        return f"{activity.get_proof_display()} × {activity.wanted}"
    return str(activity.get_proof_display())


def _posts(words: str) -> EvidenceSearch:
    if words:
        return EvidenceSearch(
            _("Published since the plan began, with these words."),
            _("No post with these words was published since the plan began."),
        )
    return EvidenceSearch(
        _("Published since the plan began and of the kind that was agreed. Search to see others."),
        _("No post of this kind was published since the plan began. Search for another one."),
    )


def _needs(words: str) -> EvidenceSearch:
    if words:
        return EvidenceSearch("", _("No need with these words was decided since the plan began."))
    return EvidenceSearch("", _("No need of citizens was decided since the plan began."))


# ---- done


def _act(item: ActivityItem, side: Side | None) -> Literal["", "confirm", "report", "missing", "reopen"]:
    activity = item.activity
    if not _follows(activity, side):
        return ""
    if activity.done_at is None:
        return "report" if item.is_proved else "missing"
    if activity.confirmed_at is None:
        return "confirm" if side == Side.MENTOR else "reopen"
    return "reopen" if side == Side.MENTOR else ""


def _missing(item: ActivityItem) -> str:
    if item.activity.code:
        return _(
            "It can be reported once the indicator has reached the value; on the day it is due that happens "
            "automatically."
        )
    return _("The evidence is at %(count)s of %(wanted)s. When it is complete, you report it here.") % {
        "count": item.counted,
        "wanted": item.activity.wanted,
    }
