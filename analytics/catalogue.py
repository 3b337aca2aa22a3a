"""What each number means: the metrics networks tell us, and the formulas made of them.

A metric may be *added* over posts, days or channels only where that is true of people too: reach may not, since the
same person is reached twice. A number a network did not tell is absent (None), never 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Metric:
    key: str
    label: Words
    meaning: Words
    addable: bool = True


METRICS: dict[str, Metric] = {
    m.key: m
    for m in (
        Metric("likes", _("Likes"), _("People who marked the post as liked.")),
        Metric("reposts", _("Shares"), _("Times the post was shared on the same network.")),
        Metric("replies", _("Comments"), _("Replies below the post.")),
        Metric("quotes", _("Quotes"), _("Shares with words of their own.")),
        Metric("clicks", _("Clicks"), _("Clicks on the link in the post.")),
        Metric("views", _("Views"), _("Times the post was shown.")),
        Metric("paid_views", _("Paid views"), _("Times the post was shown because somebody paid for it.")),
        Metric("reach", _("Reach"), _("Different people who saw the post; it must not be added up."), addable=False),
        Metric("followers", _("Followers"), _("People who follow the channel."), addable=False),
    )
}

# Columns of a pull, in the order of the tables.
POST_METRICS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "paid_views", "reach")
ADDED = tuple(key for key in POST_METRICS if METRICS[key].addable)
INTERACTIONS = ("likes", "reposts", "replies", "quotes")
# More than any town hall's post will ever have, and few enough that the sums of a day fit their columns.
BELIEVED_UP_TO = 100_000_000


@dataclass(frozen=True)
class Formula:
    """A number made of others. `text` is shown beside every place where the number stands."""

    key: str
    label: Words
    text: Words


FORMULAS: dict[str, Formula] = {
    f.key: f
    for f in (
        Formula(
            "interactions", _("Interactions"), _("likes + shares + comments + quotes, as far as the network tells them")
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


def believed(told: Mapping[str, Any], keys: Iterable[str]) -> dict[str, int]:
    """What a network told, as far as it is a number of ours: whole, not below 0, not beyond reason."""
    return {key: told[key] for key in keys if _is_count(told.get(key))}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= BELIEVED_UP_TO


def interactions(values: dict[str, Any]) -> int | None:
    """Sum of what was told; None when the network told none of them."""
    told = [values[key] for key in INTERACTIONS if values.get(key) is not None]
    return sum(told) if told else None
