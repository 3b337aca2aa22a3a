"""A municipality among peers of its size, and the setting by which it shows them its own figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics import months
from analytics.comparison import charts
from analytics.comparison.domain import sharing
from analytics.comparison.measures import MEASURES
from analytics.comparison.queries import peers as queries
from analytics.comparison.views.page_context import address
from analytics.dashboards.views.page_context import tabs
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian.sorting import sort_key


@requires(Verb.ANALYTICS_VIEW)
@require_GET
def peers(request: MunicipalityRequest) -> HttpResponse:
    period = months.whole(request.GET, today())
    comparison = queries.peers(request.municipality, period)
    context = {
        "pages": tabs(request, "analytics_peers"),
        "period": period,
        "comparison": comparison,
        "segments": [
            {"label": label, "url": address(request, days=key), "current": key == period.key}
            for key, (_n, label) in months.CHOICES.items()
        ],
        "may_share": request.access.may(Verb.SETTINGS_EDIT),
        "may_see_settings": request.access.may(Verb.SETTINGS_VIEW),
    }
    if comparison:
        context["lines"] = [
            {
                "measure": line.measure,
                "own": charts.table_value(line.own, line.measure),
                "median": charts.table_value(line.median, line.measure),
                "n": line.n,
                "is_told": line.median is not None,
            }
            for line in comparison.lines
        ]
        context["shared"] = [
            (str(row.municipality), _cells(row, comparison))
            for row in sorted(comparison.shared, key=lambda row: sort_key(str(row.municipality)))
        ]
    return render(request, "analytics/peers.html", context)


def _cells(row: queries.Shared, comparison: queries.Peers) -> list[str]:
    return [charts.table_value(value, line.measure) for value, line in zip(row.values, comparison.lines, strict=True)]


@requires(Verb.SETTINGS_VIEW)
@require_GET
def settings(request: MunicipalityRequest) -> HttpResponse:
    context = {
        "agreed": queries.agreed(request.municipality),
        "shares": queries.is_sharing(),
        "sharing_state": ("good", "check", _("Your figures are shared")),
        "may_edit": request.access.may(Verb.SETTINGS_EDIT),
        "measures": [MEASURES[key] for key in queries.COMPARED],
    }
    return render(request, "analytics/settings_comparison.html", context)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def share(request: MunicipalityRequest) -> HttpResponse:
    if request.POST.get("shares") == "yes":
        sharing.share(request.municipality, by=request.user)
        messages.success(request, _("Others of your size who share their figures now see yours, and you see theirs."))
    else:
        sharing.stop(request.municipality, by=request.user)
        messages.success(request, _("Your figures are no longer shared."))
    return redirect("settings_comparison", request.municipality.slug)
