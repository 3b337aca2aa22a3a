"""Followers by channel, and clicks on tracked links by day, eService and post."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import periods
from analytics.annotations.queries import with_first_training
from analytics.dashboards import charts as dashboard_charts
from analytics.dashboards.queries.baseline import baseline
from analytics.dashboards.queries.clicks import Clicks, clicks
from analytics.dashboards.queries.follower_breaks import breaks
from analytics.dashboards.queries.followers import Followers, followers
from analytics.dashboards.views.page_context import Frame, frame
from channels.models import Channel
from common import charts
from common.numbers import per_thousand
from municipalities.access import requires
from municipalities.queries import services
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def audience(request: MunicipalityRequest) -> HttpResponse:
    known = frame(request, "analytics_links")
    events, trained = with_first_training(request.municipality, known.period.first, known.period.last)
    base = baseline(request.municipality, trained)
    compared = [known.period.before, *([base.period] if base else [])]
    stretches = periods.stretches(known.period)
    follow = followers(stretches, [known.period, *compared], known.channel_id)
    clicked = clicks(known.period, stretches, compared, known.channel_id)
    broken = [] if known.channel else breaks(known.period.first, known.period.last)
    drawn = {
        "followers": dashboard_charts.followers(follow, stretches, known.shown, broken, base=base, events=events),
        "clicks": dashboard_charts.clicks(clicked.by_stretch, stretches, base, events) if clicked.any_link else None,
    }
    if picture := charts.asked(request, drawn, source=known.source):
        return picture
    names = {service.key: str(service) for service in services(all_of_them=True)} if clicked.by_service else {}
    context = {
        **known.context(),
        **known.annotations(events),
        "base": base,
        **drawn,
        "breaks": broken,
        "imported_until": follow.imported_until,
        "rows": [_row(known, channel, follow, len(compared)) for channel in known.shown],
        "clicked": clicked,
        "total": clicked.in_periods[0],
        "before": clicked.in_periods[1],
        "at_baseline": clicked.in_periods[2] if base else None,
        "per_inhabitants": per_thousand(clicked.in_periods[0], request.municipality.population),
        "by_service": _by_service(clicked, names, request.municipality.population),
    }
    return render(request, "analytics/links.html", context)


def _row(known: Frame, channel: Channel, follow: Followers, compared: int) -> dict[str, Any]:
    """Followers at the end of the period and by how much they grew; None where one of both was not read."""
    now = follow.at_end[0].get(channel.pk)
    then = [follow.at_end[index].get(channel.pk) for index in range(1, compared + 1)]
    return {
        "channel": channel,
        "now": now,
        "grown": [now - old if now is not None and old is not None else None for old in then],
        "spark": dashboard_charts.sparkline(channel, follow),
    }


def _by_service(clicked: Clicks, names: dict[str, str], population: int | None) -> list[dict[str, Any]]:
    rows = sorted(clicked.by_service.items(), key=lambda item: (not item[0], -item[1][0]))
    return [
        {
            "label": names.get(key, key) if key else _("Posts without an eService"),
            "clicks": some,
            "posts": posts,
            "per_inhabitants": per_thousand(some, population),
        }
        for key, (some, posts) in rows
    ]
