"""What the numbers mean: made from the catalogue and from what the connectors say of themselves."""

from django.http import HttpResponse
from django.shortcuts import render

from analytics.dashboards.queries.metric_availability import channels_shown, told_to
from analytics.enums import PullOutcome
from analytics.metrics import FORMULAS, GAPS
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_VIEW)
def metrics(request: MunicipalityRequest) -> HttpResponse:
    channels = channels_shown()
    context = {
        "channels": channels,
        "rows": told_to(channels),
        "formulas": FORMULAS.values(),
        "gaps": [(PullOutcome(outcome).label, words) for outcome, words in GAPS.items()],
    }
    return render(request, "analytics/metrics.html", context)
