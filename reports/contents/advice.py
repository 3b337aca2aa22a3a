"""Recommendations to a municipality from the statistics of its month. Pure: each sentence follows from the figures in
it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.thresholds import BETTER, ENOUGH_OF_A_KIND
from common.dates import day_month
from common.numbers import number
from posts.enums import Category

# Nobody plans an emergency, more visits are no aim, and “other” is no subject.
NEVER_ADVISED = frozenset({Category.EMERGENCY, Category.CEREMONY, Category.OTHER})
# A town hall that is silent longer than this is not followed for its news.
QUIET_DAYS = 7
MOST = 5


@dataclass(frozen=True)
class Month:
    """`groups` and `calls` are posts by category and by call to action ("" is none); `per_post` interactions."""

    first: date
    last: date
    posts: int
    groups: Mapping[str, int] = field(default_factory=dict)
    per_post: Mapping[str, float] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    days: Sequence[date] = ()
    silent: Sequence[str] = ()
    unread: Sequence[str] = ()


def next_steps(month: Month) -> list[str]:
    """At most five sentences, the weightiest first."""
    if not month.posts:
        return [
            _("Nothing was published. Start with two posts a week about the most frequent questions of "
            "citizens: deadlines, works, water, and services on the internet."),
            *_unread(month),
        ]  # fmt: skip
    steps = [*_unread(month), *_calls(month), *_mix(month), *_pause(month), *_silent(month), *_best(month)]
    return steps[:MOST] or [_("Keep going: the metrics call for no changes.")]


def _unread(month: Month) -> list[str]:
    if not month.unread:
        return []
    return [
        _("Reconnect the channels that could not be read, otherwise their metrics stay missing: %(channels)s.")
        % {"channels": ", ".join(month.unread)}
    ]


def _calls(month: Month) -> list[str]:
    with_call = sum(count for kind, count in month.calls.items() if kind)
    if month.posts < ENOUGH_OF_A_KIND or with_call * 3 >= month.posts:
        return []
    facts = {"asked": number(with_call), "posts": number(month.posts)}
    return [
        _("%(asked)s of %(posts)s posts had a call to action. Include one in at least every third post, with a "
        "link: apply, pay, book, contact us.") % facts
    ]  # fmt: skip


def _mix(month: Month) -> list[str]:
    useful = sum(month.groups.get(key, 0) for key in (Category.SERVICE, Category.ESERVICE, Category.CONSULTATION))
    ceremony = month.groups.get(Category.CEREMONY, 0)
    if ceremony < ENOUGH_OF_A_KIND or ceremony <= useful:
        return []
    facts = {"ceremony": number(ceremony), "useful": number(useful)}
    return [
        _("%(ceremony)s posts were about ceremonies and visits, %(useful)s about services and citizens' "
        "participation. Reverse the proportion: put useful information first.") % facts
    ]  # fmt: skip


def _pause(month: Month) -> list[str]:
    stops = [month.first, *sorted(month.days), month.last]
    longest = max(pairwise(stops), key=lambda pair: pair[1] - pair[0])
    days = (longest[1] - longest[0]).days
    if days <= QUIET_DAYS:
        return []
    facts = {"since": day_month(longest[0]), "until": day_month(longest[1]), "days": days}
    text = ngettext(
        "Between %(since)s and %(until)s nothing was published for %(days)s day. A repeating post bridges quiet weeks.",
        "Between %(since)s and %(until)s nothing was published for %(days)s days. A repeating post bridges quiet "
        "weeks.",
        days,
    )
    return [text % facts]


def _silent(month: Month) -> list[str]:
    if not month.silent:
        return []
    return [
        _("Nothing was published on %(channels)s. Publish there what you publish elsewhere, or close the channel.")
        % {"channels": ", ".join(month.silent)}
    ]


def _best(month: Month) -> list[str]:
    known = {
        key: rate
        for key, rate in month.per_post.items()
        if month.groups.get(key, 0) >= ENOUGH_OF_A_KIND and key not in NEVER_ADVISED
    }
    if len(known) < 2:
        return []
    best = max(known, key=lambda key: (known[key], key))
    others = {key: rate for key, rate in known.items() if key != best}
    posts = sum(month.groups[key] for key in others)
    average = sum(rate * month.groups[key] for key, rate in others.items()) / posts
    if known[best] < average * BETTER:
        return []
    facts = {
        "category": Category(best).label,
        "rate": number(known[best], 1),
        "posts": number(month.groups[best]),
        "average": number(average, 1),
        "few": ENOUGH_OF_A_KIND,
    }
    return [
        _("Of the kinds that can be planned and have at least %(few)s posts, “%(category)s” moved people most: "
        "%(rate)s interactions per post (from %(posts)s posts), against %(average)s for the other such kinds. Plan "
        "more of them for the coming month.")
        % facts
    ]  # fmt: skip
