"""Measures by which municipalities are compared: each with its formula, and how it is computed from sums of a period.

A share is a per cent of posts; its change is shown in points. Everything else changes in per cent, per day where it
grows with time, because months differ in length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from common.numbers import per_thousand


@dataclass(slots=True)
class Figures:
    """Sums of one municipality over some days. None: no network returned the metric."""

    days: int
    posts: int = 0
    interactions: int | None = None
    calls: int = 0
    services: int = 0
    informing: int = 0
    ceremonies: int = 0
    interactive: int = 0
    boosted: int = 0
    bought: int = 0  # interactions with boosted posts; in `interactions` too
    followers: int | None = None
    channels: int = 0  # those whose followers were read
    median: float | None = None
    counted: int = 0  # posts in the median
    since: date | None = None  # the first day, or month, with a post


class MeasureKind(StrEnum):
    TOTAL = "total"  # grows with the length of the period
    LEVEL = "level"  # does not
    SHARE = "share"  # per cent of posts


@dataclass(frozen=True)
class Measure:
    key: str
    label: LazyText
    formula: LazyText
    kind: MeasureKind
    of: Callable[[Figures, int | None], float | None]
    places: int = 0

    def daily(self, figures: Figures, population: int | None) -> float | None:
        """What two periods of different length are compared by."""
        value = self.of(figures, population)
        return value / figures.days if value is not None and self.kind == MeasureKind.TOTAL else value

    def change(self, now: Figures, then: Figures | None, population: int | None) -> float | None:
        """Points for a share, else per cent; None where either is not known, or there was nothing to grow from."""
        if then is None:
            return None
        value, old = self.daily(now, population), self.daily(then, population)
        if value is None or old is None or (self.key == "followers" and now.channels != then.channels):
            return None
        if self.kind == MeasureKind.SHARE:
            return value - old
        return (value - old) * 100 / old if old else None


def _share(name: str) -> Callable[[Figures, int | None], float | None]:
    return lambda figures, _population: getattr(figures, name) * 100 / figures.posts if figures.posts else None


MEASURES: dict[str, Measure] = {
    m.key: m
    for m in (
        Measure("posts", _("Posts"), _("publications on all channels"), MeasureKind.TOTAL, lambda f, _p: f.posts),
        Measure(
            "weekly",
            _("Posts a week"),
            _("posts ÷ days of the period × 7; for a municipality that joined during the period, ÷ its days since"),
            MeasureKind.LEVEL,
            lambda f, _p: f.posts * 7 / f.days,
            places=1,
        ),
        Measure(
            "interactions",
            _("Interactions"),
            _("likes + shares + comments + quotes, as far as the network reports them"),
            MeasureKind.TOTAL,
            lambda f, _p: f.interactions,
        ),
        Measure(
            "organic",
            _("Interactions without boosted posts"),
            _("interactions − those with posts that were paid to be shown"),
            MeasureKind.TOTAL,
            lambda f, _p: f.interactions - f.bought if f.interactions is not None else None,
        ),
        Measure(
            "inhabitants",
            _("Interactions per 1,000 inhabitants"),
            _("interactions ÷ population × 1,000; the population's year is in the municipality's profile"),
            MeasureKind.TOTAL,
            lambda f, population: per_thousand(f.interactions, population),
            places=1,
        ),
        Measure(
            "median",
            _("Interactions per post per 1,000 followers (median)"),
            _(
                "median over posts that were not boosted of: interactions ÷ followers of the channel × 1,000; "
                "over several months, the median of their medians"
            ),
            MeasureKind.LEVEL,
            lambda f, _p: f.median,
            places=1,
        ),
        Measure(
            "followers",
            _("Followers"),
            _(
                "all channels, as last fetched in the period; a change is shown where as many channels were "
                "fetched before"
            ),
            MeasureKind.LEVEL,
            lambda f, _p: f.followers,
        ),
        Measure(
            "calls",
            _("With a call to action"),
            _("posts that ask people to do something ÷ all posts"),
            MeasureKind.SHARE,
            _share("calls"),
        ),
        Measure(
            "services",
            _("Promote an eService"),
            _("posts that promote an eService ÷ all posts"),
            MeasureKind.SHARE,
            _share("services"),
        ),
        Measure(
            "interactive",
            _("Interactive"),
            _("polls, questions, quizzes and the like ÷ all posts"),
            MeasureKind.SHARE,
            _share("interactive"),
        ),
        Measure(
            "informing",
            _("Service information"),
            _("posts of service information ÷ all posts"),
            MeasureKind.SHARE,
            _share("informing"),
        ),
        Measure(
            "ceremonies",
            _("Ceremony"),
            _("posts about ceremonies ÷ all posts"),
            MeasureKind.SHARE,
            _share("ceremonies"),
        ),
        Measure(
            "boosted",
            _("Boosted posts"),
            _("posts that were paid to be shown; they count among the posts, and not in the median"),
            MeasureKind.TOTAL,
            lambda f, _p: f.boosted,
        ),
    )
}
DEFAULT = "interactions"
