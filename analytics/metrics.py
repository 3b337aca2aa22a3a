"""What each figure means: the metrics that networks return, and the formulas built from them.

Whether a metric may be *added* is three questions, over posts, days and channels: reach may not at all, because the
same person is reached twice. A value that a network does not return is absent (None), never 0. Which network returns
which metric, under which name, and since when, is defined by the connectors
(`channels.validation.metric_descriptions`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.enums import FetchOutcome
from common.lazy_text import LazyText


class Unit(StrEnum):
    """What one of it is."""

    REACTION = "reaction"
    SHOWING = "showing"
    CLICK = "click"
    PERSON = "person"


UNITS: dict[Unit, LazyText] = {
    Unit.REACTION: _("things that people did"),
    Unit.SHOWING: _("times it was on a screen"),
    Unit.CLICK: _("clicks"),
    Unit.PERSON: _("people"),
}


@dataclass(frozen=True)
class Adding:
    """Whether a metric may be added up over something, and why."""

    allowed: bool
    why: LazyText


@dataclass(frozen=True)
class Metric:
    """`over_days` is for metrics of single days; a running total is never added to that of the next day."""

    key: str
    label: LazyText
    meaning: LazyText
    unit: Unit
    over_posts: Adding
    over_days: Adding
    over_channels: Adding
    is_paid: bool = False
    """Bought, so it stands apart from what people saw by themselves."""

    @property
    def addable(self) -> bool:
        """Over posts and over days: what a daily fact may hold."""
        return self.over_posts.allowed and self.over_days.allowed


_DONE = Adding(True, _("Each was done once, below one post."))
_DAILY = Adding(True, _("New items on each day; a network's correction counts as minus."))
_DONE_ELSEWHERE = Adding(True, _("Each network counts its own; a person on two networks may do it twice."))
_SHOWN = Adding(True, _("Every showing counts, also the second one to the same person."))
_SAME_PERSON_POSTS = Adding(False, _("A person who saw two posts would count as two."))
_SAME_PERSON_DAYS = Adding(False, _("A person who saw the post on two days would count as two."))
_SAME_PERSON_CHANNELS = Adding(False, _("A person on two networks would count as two."))


def _reaction(key: str, label: LazyText, meaning: LazyText) -> Metric:
    return Metric(key, label, meaning, Unit.REACTION, _DONE, _DAILY, _DONE_ELSEWHERE)


METRICS: dict[str, Metric] = {
    m.key: m
    for m in (
        _reaction("likes", _("Likes"), _("People who marked the post as liked.")),
        _reaction("reposts", _("Shares"), _("Times the post was shared on the same network.")),
        _reaction("replies", _("Comments"), _("Replies below the post.")),
        _reaction("quotes", _("Quotes"), _("Shares with added text.")),
        Metric(
            "clicks", _("Clicks"), _("Clicks on the link in the post."),
            Unit.CLICK, _DONE, _DAILY, _DONE_ELSEWHERE,
        ),
        Metric("views", _("Views"), _("Times the post was shown."), Unit.SHOWING, _SHOWN, _DAILY, _SHOWN),
        Metric(
            "paid_views", _("Paid views"), _("Times the post was shown because of paid promotion."),
            Unit.SHOWING, _SHOWN, _DAILY, _SHOWN, is_paid=True,
        ),
        Metric(
            "reach", _("Reach"), _("Different people who saw the post; it must not be added up."),
            Unit.PERSON, _SAME_PERSON_POSTS, _SAME_PERSON_DAYS, _SAME_PERSON_CHANNELS,
        ),
        Metric(
            "followers", _("Followers"), _("People who follow the channel."), Unit.PERSON,
            Adding(False, _("They follow the channel and not a post.")),
            Adding(False, _("Each day shows the total, not the increase.")),
            Adding(True, _("As followings: a person on two networks follows twice.")),
        ),
    )
}  # fmt: skip

# Columns of a metric snapshot, in the order of the tables.
POST_METRICS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "paid_views", "reach")
ADDED = tuple(key for key in POST_METRICS if METRICS[key].addable)
INTERACTIONS = ("likes", "reposts", "replies", "quotes")
# More than any town hall's post will ever have, and few enough that the sums of a day fit their columns.
BELIEVED_UP_TO = 100_000_000


# Why a fetch returned no value, by its outcome; a chart shows a gap there and never a 0.
GAPS: dict[str, LazyText] = {
    FetchOutcome.UNCHANGED: _("The network returned the same values as before. They remain valid; nothing is missing."),
    FetchOutcome.MISSED: _(
        "The portal could not fetch in time: it was down, or the network's rate limit was reserved for posts."
    ),
    FetchOutcome.REFUSED: _("The network answered without metrics for this post."),
    FetchOutcome.NEEDS_CONSENT: _("The channel's access has ended; connect it again to continue collecting metrics."),
    FetchOutcome.NOT_REACHED: _(
        "The network did not answer. The portal tries again at growing intervals, at least once a day."
    ),
    FetchOutcome.GONE: _("The post is no longer there. What it had reached stays."),
}


@dataclass(frozen=True)
class Formula:
    """A figure computed from others. `text` is shown wherever the figure is."""

    key: str
    label: LazyText
    text: LazyText


FORMULAS: dict[str, Formula] = {
    f.key: f
    for f in (
        Formula(
            "interactions",
            _("Interactions"),
            _("likes + shares + comments + quotes, as far as the network reports them"),
        ),
        Formula(
            "per_inhabitants",
            _("Interactions per 1,000 inhabitants"),
            _("interactions ÷ population × 1,000; the population's year is in the municipality's profile"),
        ),
        Formula(
            "per_followers",
            _("Interactions per post per 1,000 followers (median)"),
            _("median over posts of: interactions of the post ÷ followers of its channel now × 1,000"),
        ),
    )
}


def believed(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, int]:
    """Valid counts of a network's answer: whole numbers, not negative, not absurdly large."""
    return {key: values[key] for key in keys if _is_count(values.get(key))}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= BELIEVED_UP_TO


def interactions(values: dict[str, Any]) -> int | None:
    """Sum of the returned metrics; None when the network returned none of them."""
    known = [values[key] for key in INTERACTIONS if values.get(key) is not None]
    return sum(known) if known else None
