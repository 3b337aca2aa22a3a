"""Overview of a municipality's results: one page to read in a minute, and to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from analytics import periods
from analytics.annotations.queries import with_first_training
from analytics.dashboards import charts as dashboard_charts
from analytics.dashboards import sentences
from analytics.dashboards.labels import BASES, rounded
from analytics.dashboards.queries.baseline import Baseline, baseline
from analytics.dashboards.queries.dashboard import Totals
from analytics.dashboards.queries.followers import Followers, followers
from analytics.dashboards.queries.posts import newest
from analytics.dashboards.queries.relative_performance import TIMES, Judged, typical
from analytics.dashboards.queries.totals import series, windows
from analytics.dashboards.sentences import Sentence
from analytics.dashboards.views.page_context import Frame, frame
from analytics.enums import Basis
from analytics.metrics import FORMULAS, METRICS
from analytics.thresholds import change, is_fit_for_per_cent
from common import charts
from common.numbers import number
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.enums import Category

NEWEST = 5
# The same posts have other numbers by either day, so the label says which.
LABELS = {
    Basis.ACTIVITY: gettext_lazy("Interactions that happened in these days"),
    Basis.PUBLICATION: gettext_lazy("Interactions with the posts of these days"),
}


@dataclass(frozen=True)
class Change:
    """A figure against another one: in words, and whether it is good ("up"), bad ("down") or neither ("")."""

    text: str
    against: str
    direction: str = ""
    tone: str = ""


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def municipality(request: MunicipalityRequest) -> HttpResponse:
    known = frame(request, "analytics")
    period, channel = known.period, known.channel_id
    events, trained = with_first_training(request.municipality, period.first, period.last)
    base = baseline(request.municipality, trained)
    compared = [period, period.before, *([base.period] if base else [])]
    stretches = periods.stretches(period)
    sums = windows(compared, channel)
    course = series(stretches, channel)
    follow = followers(stretches, compared, channel)
    year = periods.Period(periods.a_year_before(period.last), period.last)
    judged = typical(year, known.today, channel, ("category", *TIMES))
    if known.basis != Basis.ACTIVITY:
        known.more["basis"] = known.basis
    activity = dashboard_charts.activity(course, follow, stretches, known.basis, base, events=events)
    drawn = {
        "activity": activity,
        "followers": dashboard_charts.followers(follow, stretches, known.shown, base=base, events=events),
        "mix": dashboard_charts.mix(course, stretches, base, events),
    }
    if picture := charts.asked(request, drawn, source=known.source):
        return picture
    context = {
        **known.context(),
        **known.annotations(events),
        **drawn,
        "base": base,
        "bases": [
            {"label": label, "url": known.address(basis=key), "current": key == known.basis}
            for key, label in BASES.items()
        ],
        "tiles": _tiles(known, sums, follow, base),
        "sentences": _sentences(sums, course.posts, base),
        "next_steps": _next_steps(judged),
        "newest": list(newest(NEWEST)),
        "formulas": FORMULAS,
    }
    return render(request, "analytics/municipality.html", context)


def _sentences(
    sums: list[dict[str, Totals]], posts: dict[int, dict[str, int]], base: Baseline | None
) -> list[Sentence]:
    now, before = sums[0][Basis.PUBLICATION], sums[1][Basis.PUBLICATION]
    shares: dict[str, int] = {}
    for by_category in posts.values():
        for key, some in by_category.items():
            shares[key] = shares.get(key, 0) + some
    old = sums[2][Basis.PUBLICATION] if base else None
    candidates = [
        sentences.posts(now, before),
        sentences.per_post(now, before),
        sentences.against_baseline(now, old, base.joined if base else False),
        sentences.mix(shares),
    ]
    return [sentence for sentence in candidates if sentence]


def _next_steps(judged: Judged) -> list[Sentence]:
    labels = {str(key): str(label) for key, label in Category.choices}
    candidates = [sentences.kind_that_works(judged, labels), sentences.time_that_works(judged)]
    return [sentence for sentence in candidates if sentence]


# ---- tiles ----


def _tiles(
    known: Frame, sums: list[dict[str, Totals]], follow: Followers, base: Baseline | None
) -> list[dict[str, Any]]:
    """Tiles, each with its formula, its change against the previous period and the baseline, and a link to its
    posts."""
    published = [totals[Basis.PUBLICATION] for totals in sums]
    counted = [totals[known.basis] for totals in sums]
    days = [known.period.days, known.period.days, *([base.period.days] if base else [])]
    names = _against(base)

    def changes(values: list[float | None], *, a_day: bool, of: Sequence[float | None] = ()) -> list[Change]:
        """`a_day`: figures that grow with the length of the period are compared by the day. `of`: what averages were
        taken of."""
        result = []
        for index, name in enumerate(names, 1):
            now, then = values[0], values[index]
            if now is None or then is None:
                continue
            by_day = (now / days[0], then / days[index]) if a_day else (now, then)
            if then and not is_fit_for_per_cent(now, then, of[index] if of else None):
                result.append(_in_numbers(then, by_day, name, days[index] if a_day else 0))
                continue
            now, then = by_day
            if (difference := _per_cent(change(now, then), name)) is not None:
                result.append(difference)
        return result

    interactions = [totals.get("interactions") for totals in counted]
    of_posts = published[0].get("interactions")
    per_post = _("by day of publication: interactions ÷ posts")
    if of_posts is not None:
        # The tile beside it counts by the day of activity, and so has another number.
        per_post = _("by day of publication: %(interactions)s interactions with the posts of these days ÷ %(posts)s")
        per_post %= {"interactions": number(of_posts), "posts": number(published[0].posts)}
    tiles: list[dict[str, Any]] = [
        {
            "label": _("Posts"), "value": published[0].posts, "url": known.posts(),
            "changes": changes([totals.posts for totals in published], a_day=True),
            "formula": _("publications on all channels; a post on three channels counts three times"),
        },
        {
            "label": LABELS[Basis(known.basis)], "value": interactions[0],
            "url": known.posts(sort="most") if known.basis == Basis.PUBLICATION else "",
            "changes": changes(list(interactions), a_day=True),
            "formula": f"{BASES[known.basis]}: {FORMULAS['interactions'].text}",
        },
        {
            "label": _("Interactions per post"), "value": published[0].per_post, "places": 1,
            "url": known.posts(sort="most"),
            "changes": changes(
                [totals.per_post for totals in published], a_day=False,
                of=[totals.get("interactions") for totals in published],
            ),
            "formula": per_post,
        },
        _followers_tile(follow, names),
    ]  # fmt: skip
    views = [totals.get("views") for totals in published]
    if views[0] is not None:
        tiles.append(
            {
                "label": METRICS["views"].label, "value": views[0], "changes": changes(list(views), a_day=True),
                "formula": _("by day of publication, where the network reports it; paid views are shown separately"),
            }
        )  # fmt: skip
    return [{"places": None, "url": "", **tile, "label": str(tile["label"])} for tile in tiles]


def _followers_tile(follow: Followers, names: list[str]) -> dict[str, Any]:
    changes = []
    for index, name in enumerate(names, 1):
        grown = follow.growth(index, 0)
        if grown is not None:
            changes.append(_difference(grown, name))
    return {
        "label": _("Followers"),
        "value": follow.end(0),
        "changes": changes,
        "formula": _("all channels, as last read up to the end of the period; one person may follow several"),
    }


def _against(base: Baseline | None) -> list[str]:
    names = [_("against the days before")]
    if base:
        names.append(_("against the time before joining") if base.joined else _("against before the training"))
    return names


def _in_numbers(then: float, rates: tuple[float, float], against: str, days: int) -> Change:
    """A change on a base too small for a per cent: the earlier number itself. `days` that it is of; 0: an average.
    `rates` are the two by the day; so little is neither good nor bad."""
    text = _("%(then)s before") % {"then": rounded(then)}
    if days:
        text = ngettext("%(then)s in %(days)s day", "%(then)s in %(days)s days", days)
        text %= {"then": rounded(then), "days": number(days)}
    now, earlier = rates
    return Change(text, against, "up" if now > earlier else "down" if now < earlier else "")


def _per_cent(value: float | None, against: str) -> Change | None:
    if value is None:
        return None
    amount = round(value)
    if amount == 0:
        return Change(_("No change"), against)
    if value > 0:
        return Change(_("%(amount)s %% more") % {"amount": number(amount)}, against, "up", "up")
    return Change(_("%(amount)s %% less") % {"amount": number(-amount)}, against, "down", "down")


def _difference(value: int, against: str) -> Change:
    if value == 0:
        return Change(_("No change"), against)
    if value > 0:
        return Change(_("%(amount)s more") % {"amount": number(value)}, against, "up", "up")
    return Change(_("%(amount)s fewer") % {"amount": number(-value)}, against, "down", "down")
