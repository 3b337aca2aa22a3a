"""When people react: the municipality's posts by weekday and hours, as a heat map and in sentences."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import periods
from analytics.dashboards import charts as dashboard_charts
from analytics.dashboards import sentences
from analytics.dashboards.queries.relative_performance import TIMES, Judged, typical
from analytics.dashboards.sentences import Sentence, When, time_in_words
from analytics.dashboards.views.page_context import frame
from analytics.thresholds import (
    BETTER,
    ENOUGH_FOR_A_TIME,
    ENOUGH_OF_A_KIND,
    ENOUGH_ON_A_CHANNEL,
    SETTLED_AFTER,
    WORSE,
)
from common import charts
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

SHOWN = 3
# A grid of fewer times is mostly gaps: days and hours by themselves then say more.
FEWEST_CELLS = 8


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def best_time(request: MunicipalityRequest) -> HttpResponse:
    # A rhythm of the week needs more posts than four weeks bring.
    known = frame(request, "analytics_time", default=periods.YEAR)
    judged = typical(known.period, known.today, known.channel_id, TIMES)
    best = sentences.best_time(judged)
    is_enough = judged.posts >= ENOUGH_FOR_A_TIME
    known_times = sentences.times_known(judged)
    drawn: dict[str, charts.Chart | None] = {}
    cells = sum(cell.posts >= ENOUGH_OF_A_KIND for cell in judged.cells.values())
    if known_times and known_times[0].is_cell and cells >= FEWEST_CELLS:
        drawn["heat"] = dashboard_charts.best_time(judged, best)
    elif known_times:
        drawn |= {"weekdays": dashboard_charts.by_weekday(judged), "hours": dashboard_charts.by_hours(judged)}
    elif is_enough:
        drawn["published"] = dashboard_charts.published_when(judged)
    if picture := charts.asked(request, drawn, source=known.source):
        return picture
    context = {
        **known.context(),
        "drawn": drawn,
        "judged": judged,
        "best": best,
        "sentences": _sentences(judged, best) if known_times else [],
        "least": ENOUGH_FOR_A_TIME,
        "few": ENOUGH_OF_A_KIND,
        "enough": ENOUGH_ON_A_CHANNEL,
        "settled": SETTLED_AFTER.days,
    }
    return render(request, "analytics/time.html", context)


def _sentences(judged: Judged, best: When | None) -> list[Sentence]:
    """The best times and the weakest, of the finest kind that has enough posts."""
    usable = sentences.times_known(judged)
    good = [when for when in usable if when.typical.times >= BETTER][:SHOWN]
    bad = [when for when in reversed(usable) if when.typical.times <= WORSE][:SHOWN]
    if best is None and not bad:
        return [Sentence(_("The time makes little difference: no time with enough posts stands out."))]
    return [Sentence(time_in_words(when), "up") for when in good] + [
        Sentence(time_in_words(when), "down") for when in bad
    ]
