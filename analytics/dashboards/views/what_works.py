"""What works: the best and the weakest posts with a reason, and figures by traits of posts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards import charts as dashboard_charts
from analytics.dashboards.labels import TITLES, day_name, times, value_label, whole
from analytics.dashboards.queries.dashboard import Totals
from analytics.dashboards.queries.posts import Verdict, usable, usual, verdicts
from analytics.dashboards.queries.relative_performance import KINDS, Judged, typical
from analytics.dashboards.queries.totals import breakdowns
from analytics.dashboards.views.breakdown_tables import PostKindRow, Table
from analytics.dashboards.views.page_context import Frame, frame
from analytics.metrics import FORMULAS
from analytics.models import Subject
from analytics.thresholds import (
    BETTER,
    ENOUGH_OF_A_KIND,
    ENOUGH_ON_A_CHANNEL,
    SETTLED_AFTER,
    USUAL_DAYS,
    WORSE,
)
from common import charts
from common.numbers import number
from municipalities.access import requires
from municipalities.queries import services
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

# The values of traits that single posts are explained by, the most telling first.
EXPLAIN = ("service", "call", "interactive", "material", "category")
BAR = 100


@dataclass(frozen=True)
class Explained:
    """A post with the reason why it did so well or badly; `reason` is empty where there is too little to go by.

    `times` is its multiple of the usual result.
    """

    subject: Subject
    times: str
    against: str
    facts: list[str] = field(default_factory=list)
    reason: str = ""


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def works(request: MunicipalityRequest) -> HttpResponse:
    known = frame(request, "analytics_works")
    period, channel = known.period, known.channel_id
    by_dimension = breakdowns(period, channel)
    medians = usual(period.last, known.today)
    judged = typical(period, known.today, channel, KINDS, usable(medians))
    names = known.names | {service.key: str(service) for service in services(all_of_them=True)}
    tables = [_table(known, key, by_dimension[key], judged, names) for key in TITLES]
    drawn = {table.key: _picture(table) for table in tables} if request.GET.get("picture") else {}
    if picture := charts.asked(request, drawn, source=known.source):
        return picture
    judgement = verdicts(judged, medians)
    context = {
        **known.context(),
        "tables": [table for table in tables if len(table.rows) > 1],
        "alike": [table for table in tables if len(table.rows) == 1],
        "all": by_dimension[""].get("", Totals()),
        "judged": judged,
        "best": [_explained(verdict, judged, names) for verdict in judgement.best],
        "weakest": [_explained(verdict, judged, names) for verdict in judgement.weakest],
        "formulas": FORMULAS,
        "few": ENOUGH_OF_A_KIND,
        "enough": ENOUGH_ON_A_CHANNEL,
        "usual_days": USUAL_DAYS,
        "settled": SETTLED_AFTER.days,
    }
    return render(request, "analytics/works.html", context)


def _table(known: Frame, key: str, groups: dict[str, Totals], judged: Judged, names: Mapping[str, str]) -> Table:
    """Kinds that had posts, most posts first."""
    groups = {value: totals for value, totals in groups.items() if totals.posts}
    longest = max((totals.per_post or 0 for totals in groups.values()), default=0)
    rows = [
        PostKindRow(
            value_label(key, value, names),
            known.posts(key, value),
            totals,
            kind := judged.kinds.get(key, {}).get(value),
            f"{max(totals.per_post or 0, 0) * BAR / longest:.1f}" if longest > 0 else "0",
            times(kind.times) if kind and kind.posts >= ENOUGH_OF_A_KIND else "",
            key in judged.kinds,
        )
        for value, totals in sorted(groups.items(), key=lambda item: (-item[1].posts, item[0]))
    ]
    title, head = TITLES[key]
    return Table(key, str(title), str(head), rows)


def _picture(table: Table) -> charts.Chart:
    rows = [(row.label, row.totals.per_post) for row in table.rows]
    return dashboard_charts.ranking(table.title, table.head, rows, _("by day of publication: interactions ÷ posts"))


# ---- the reason ----


def _explained(verdict: Verdict, judged: Judged, names: Mapping[str, str]) -> Explained:
    subject = verdict.subject
    against = _(
        "%(count)s interactions: %(times)s the usual %(usual)s of this channel (median of %(posts)s posts)."
    ) % {
        "count": number(subject.interactions),
        "times": times(verdict.times),
        "usual": whole(verdict.usual.median),
        "posts": number(verdict.usual.posts),
    }
    return Explained(subject, times(verdict.times), against, _facts(subject, names), _reason(verdict, judged, names))


def _facts(subject: Subject, names: Mapping[str, str]) -> list[str]:
    """Traits of the post in words: call to action, material, time of publication."""
    traits = subject.traits
    if traits is None:
        return []
    facts = []
    if traits.call_kind:
        facts.append(_("call to action: %(call)s") % {"call": value_label("call", traits.call_kind, names)})
    if traits.service:
        facts.append(_("eService: %(service)s") % {"service": value_label("service", traits.service, names)})
    if traits.interactive:
        facts.append(value_label("interactive", traits.interactive, names))
    facts.append(value_label("category", traits.category, names))
    facts.append(value_label("material", traits.material, names))
    if subject.published_at:
        local = timezone.localtime(subject.published_at)
        facts.append(_("published: %(day)s, %(time)s") % {"day": day_name(local.weekday()), "time": f"{local:%H:%M}"})
    return facts


def _reason(verdict: Verdict, judged: Judged, names: Mapping[str, str]) -> str:
    """The trait that explains the result best: one whose posts usually do as well or as badly."""
    traits = verdict.subject.traits
    if traits is None:
        return ""
    held = {
        "service": traits.service, "call": traits.call_kind, "interactive": traits.interactive,
        "material": traits.material, "category": traits.category,
    }  # fmt: skip
    is_good = verdict.times >= 1
    telling = []
    for key in EXPLAIN:
        kind = judged.kinds[key].get(held[key])
        if not held[key] or kind is None or kind.posts < ENOUGH_OF_A_KIND:
            continue
        if kind.times >= BETTER if is_good else kind.times <= WORSE:
            telling.append((kind.times if is_good else -kind.times, kind.posts, -EXPLAIN.index(key)))
    if not telling:
        return ""
    _factor, _posts, at = max(telling)
    key = EXPLAIN[-at]
    kind = judged.kinds[key][held[key]]
    text = _("A reason: posts with “%(name)s” typically get %(times)s the usual (n = %(posts)s).")
    return text % {"name": value_label(key, held[key], names), "times": times(kind.times), "posts": number(kind.posts)}
