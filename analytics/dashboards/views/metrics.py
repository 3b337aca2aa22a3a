"""What each metric means, built from the catalogue and from the connectors' own descriptions."""

from django.http import HttpResponse
from django.shortcuts import render

from analytics.dashboards.queries.metric_availability import availability, channels_shown
from analytics.enums import FetchOutcome
from analytics.metrics import FORMULAS, GAPS
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_VIEW)
def metrics(request: MunicipalityRequest) -> HttpResponse:
    channels = channels_shown()
    context = {
        "channels": channels,
        "rows": availability(channels),
        "formulas": FORMULAS.values(),
        "gaps": [(FetchOutcome(outcome).label, explanation) for outcome, explanation in GAPS.items()],
    }
    return render(request, "analytics/metrics.html", context)
