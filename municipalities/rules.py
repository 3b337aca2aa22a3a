"""Who may do what: the one permission table (role × verb). `docs/permissions.md` is printed from it.

A person's roles in a municipality: their memberships there; *mentor* through a pairing that runs today; *staff* through
a programme in which the municipality is enrolled today; *administrator* of the installation. Rights add up. A member
who publishes may hold a right that was lent by name (`LENT`): for an absent approver, for emergencies, or to read
private messages.

`RELAXES` says in which direction each house rule about decisions becomes weaker: that direction takes effect only after
a delay or with another approver's agreement (`domain.house_rules`).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    """What can be done inside a municipality's workspace."""

    WORKSPACE_VIEW = "workspace.view"
    POST_VIEW = "post.view"
    DRAFT_VIEW = "draft.view"
    POST_EDIT = "post.edit"
    POST_COMMENT = "post.comment"
    POST_APPROVE = "post.approve"
    POST_SCHEDULE = "post.schedule"
    POST_EMERGENCY = "post.emergency"
    LIBRARY_VIEW = "library.view"
    LIBRARY_EDIT = "library.edit"
    INBOX_VIEW = "inbox.view"
    INBOX_WORK = "inbox.work"
    INBOX_PEOPLE = "inbox.people"
    INBOX_PRIVATE = "inbox.private"
    NEEDS_VIEW = "needs.view"
    NEEDS_EDIT = "needs.edit"
    PARTICIPATION_VIEW = "participation.view"
    PARTICIPATION_EDIT = "participation.edit"
    PARTICIPATION_PUBLISH = "participation.publish"
    FEEDBACK_GIVE = "feedback.give"
    FEEDBACK_VIEW = "feedback.view"
    PLAN_VIEW = "plan.view"
    PLAN_EDIT = "plan.edit"
    CHECK_IN = "plan.check_in"
    GALLERY_VIEW = "gallery.view"
    GALLERY_SHARE = "gallery.share"
    GALLERY_COMMENT = "gallery.comment"
    TRAINING_VIEW = "training.view"
    DELIVERY_ANSWER = "delivery.answer"
    PAUSE = "workspace.pause"
    ANALYTICS_VIEW = "analytics.view"
    ANALYTICS_ANNOTATE = "analytics.annotate"
    REPORT_SCHEDULE = "report.schedule"
    CHANNEL_VIEW = "channel.view"
    CHANNEL_CONNECT = "channel.connect"
    MEMBERS_MANAGE = "members.manage"
    DECISIONS_VIEW = "decisions.view"
    RELAXATION_CONFIRM = "relaxation.confirm"
    SETTINGS_VIEW = "settings.view"
    SETTINGS_EDIT = "settings.edit"
    ACTIVITY_VIEW = "activity.view"
    EXPORT = "workspace.export"


class ProgrammeVerb(StrEnum):
    """What can be done across the municipalities of a programme."""

    COMPARE = "programme.compare"
    MANAGE = "programme.manage"
    CATALOGUES = "programme.catalogues"
    INDICATORS = "programme.indicators"
    PLANS = "programme.plans"
    TRAIN = "programme.train"
    EXCHANGE = "programme.exchange"


V = Verb
_VIEWER = {
    V.WORKSPACE_VIEW,
    V.POST_VIEW,
    V.DRAFT_VIEW,
    V.ANALYTICS_VIEW,
    V.LIBRARY_VIEW,
    V.PLAN_VIEW,
    V.GALLERY_VIEW,
    V.TRAINING_VIEW,
    V.NEEDS_VIEW,
    V.PARTICIPATION_VIEW,
}
_OFFICER = _VIEWER | {
    V.POST_EDIT,
    V.POST_COMMENT,
    V.POST_SCHEDULE,
    V.LIBRARY_EDIT,
    V.FEEDBACK_VIEW,
    V.INBOX_VIEW,
    V.INBOX_WORK,
    V.NEEDS_EDIT,
    V.PARTICIPATION_EDIT,
    V.PLAN_EDIT,
    V.GALLERY_SHARE,
    V.GALLERY_COMMENT,
    V.DELIVERY_ANSWER,
    V.ANALYTICS_ANNOTATE,
    V.REPORT_SCHEDULE,
    V.PAUSE,
    V.CHANNEL_VIEW,
    V.DECISIONS_VIEW,
    V.SETTINGS_VIEW,
    V.ACTIVITY_VIEW,
}
_APPROVER = _OFFICER | {
    V.INBOX_PEOPLE,
    V.INBOX_PRIVATE,
    V.POST_APPROVE,
    V.PARTICIPATION_PUBLISH,
    V.CHANNEL_CONNECT,
    V.MEMBERS_MANAGE,
    V.RELAXATION_CONFIRM,
    V.SETTINGS_EDIT,
    V.EXPORT,
}
_MENTOR = {
    V.WORKSPACE_VIEW,
    V.POST_VIEW,
    V.DRAFT_VIEW,
    V.POST_COMMENT,
    V.ANALYTICS_VIEW,
    V.LIBRARY_VIEW,
    V.FEEDBACK_GIVE,
    V.FEEDBACK_VIEW,
    V.PLAN_VIEW,
    V.PLAN_EDIT,
    V.CHECK_IN,
    V.GALLERY_VIEW,
    V.GALLERY_COMMENT,
    V.TRAINING_VIEW,
    V.NEEDS_VIEW,
    V.PARTICIPATION_VIEW,
}
_STAFF = {
    V.WORKSPACE_VIEW,
    V.POST_VIEW,
    V.ANALYTICS_VIEW,
    V.DECISIONS_VIEW,
    V.FEEDBACK_VIEW,
    V.PLAN_VIEW,
    V.GALLERY_VIEW,
    V.TRAINING_VIEW,
}
_ADMINISTRATOR = {
    V.WORKSPACE_VIEW,
    V.POST_VIEW,
    V.ANALYTICS_VIEW,
    V.REPORT_SCHEDULE,
    V.PAUSE,
    V.CHANNEL_VIEW,
    V.CHANNEL_CONNECT,
    V.MEMBERS_MANAGE,
    V.DECISIONS_VIEW,
    V.SETTINGS_VIEW,
    V.SETTINGS_EDIT,
    V.ACTIVITY_VIEW,
    V.EXPORT,
}

TABLE: dict[str, frozenset[Verb]] = {
    "viewer": frozenset(_VIEWER),
    "officer": frozenset(_OFFICER),
    "approver": frozenset(_APPROVER),
    "mentor": frozenset(_MENTOR),
    "staff": frozenset(_STAFF),
    "administrator": frozenset(_ADMINISTRATOR),
}

# Lent to a member by name, on top of their role: an absent approver's right to approve, the emergency list, and reading
# and answering what citizens wrote privately.
DELEGATE, ON_EMERGENCY_LIST, PRIVATE_READER = "delegate", "emergency", "private"
LENT: dict[str, frozenset[Verb]] = {
    DELEGATE: frozenset({V.POST_APPROVE}),
    ON_EMERGENCY_LIST: frozenset({V.POST_EMERGENCY}),
    PRIVATE_READER: frozenset({V.INBOX_PRIVATE}),
}

# Roles for which `SECOND_FACTOR_REQUIRED` asks for a second factor: they can make the municipality speak.
PUBLISHING_ROLES = frozenset({"officer", "approver"})


# How much each way of approving asks for. The mentor is no approver: two approvers are more than one and a mentor.
_STRENGTH = {"none": 0, "one": 1, "mentor": 2, "two": 3}

# House rules about who decides: whether going from the first value to the second weakens the rule.
RELAXES: dict[str, Callable[[Any, Any], bool]] = {
    "approval": lambda before, after: _STRENGTH[after] < _STRENGTH[before],
    "may_approve_own": lambda before, after: after and not before,
    "answers_need_approval": lambda before, after: before and not after,
    # one more door to a decision, and drafts in mailboxes
    "decides_by_mail": lambda before, after: after and not before,
    "move_window_hours": lambda before, after: after > before,
    "emergency_review_hours": lambda before, after: after > before,
}

# House rules that decide nothing about who agrees to what goes out, each with the reason.
NOT_ABOUT_DECISIONS: dict[str, str] = {
    "staff_may_read_drafts": "about who reads; programme staff can neither write nor decide",
    "primary_script": "about how a new post begins",
    "not_after_minutes": "about how late an approved version may still go out",
}

# Why a rule is relaxed, in characters.
SHORTEST_REASON, LONGEST_REASON = 10, 500


def is_relaxed(rule: str, before: Any, after: Any) -> bool:
    """Whether the house rule becomes weaker; False for rules that are not about decisions."""
    return rule in RELAXES and bool(RELAXES[rule](before, after))


def verbs(roles: frozenset[str], *, staff_may_read_drafts: bool) -> frozenset[Verb]:
    """All verbs of these roles and lent rights; programme staff read drafts only if the municipality agreed."""
    rights = {**TABLE, **LENT}
    allowed = frozenset().union(*(rights[role] for role in roles))
    if "staff" in roles and staff_may_read_drafts:
        allowed |= {Verb.DRAFT_VIEW}
    return allowed
