"""Numbers of a municipality."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from analytics import periods, pictures
from analytics.catalogue import FORMULAS, METRICS
from analytics.queries.dashboard import Dashboard, Totals, dashboard
from analytics.views.common import segments
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import Verb
from posts.enums import CallKind, Category


@requires(Verb.ANALYTICS_VIEW)
def municipality(request: Any) -> HttpResponse:
    period = periods.parse(request.GET.get("days"), today())
    channel_id = request.GET.get("channel", "")
    found = dashboard(period, int(channel_id) if channel_id.isdecimal() else None)
    context = {
        "period": period,
        "segments": segments(request, period),
        "found": found,
        "chosen": channel_id,
        "stats": _stats(found, period),
        "activity": pictures.activity(found, period),
        "followers": pictures.followers(found, period),
        "mix": pictures.mix(found),
        "by_channel": _by_channel(found),
        "by_category": _by_group(found.by_category, lambda key: Category(key).label),
        "by_call": _by_group(found.by_call, lambda key: CallKind(key).label if key else _("None: it only informs")),
        "formulas": FORMULAS,
    }
    return render(request, "analytics/municipality.html", context)


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else (now - before) * 100 / before


def _stats(found: Dashboard, period: periods.Period) -> list[dict[str, Any]]:
    """The four tiles; views are shown where a network of the municipality tells them."""
    interactions, before = found.now.get("interactions"), found.before.get("interactions")
    followers = found.followers.on(period.last, [c.pk for c in found.channels])
    per_post = _per_post(found.now)
    tiles: list[dict[str, Any]] = [
        {"label": _("Posts"), "value": found.now.posts, "change": _change(found.now.posts, found.before.posts),
         "formula": _("publications on all channels")},
        {"label": _("Interactions"), "value": interactions, "change": _change(interactions, before),
         "formula": str(FORMULAS["interactions"].text)},
        {"label": _("Interactions per post"), "value": per_post, "places": 1,
         "change": _change(per_post, _per_post(found.before)),
         "formula": _("interactions ÷ posts")},
        {"label": _("Followers"), "value": followers, "change": None,
         "formula": _("all channels, on the last day of the period")},
    ]  # fmt: skip
    if found.now.get("views") is not None:
        tiles.append({"label": METRICS["views"].label, "value": found.now.get("views"),
                      "change": _change(found.now.get("views"), found.before.get("views")),
                      "formula": str(METRICS["views"].meaning)})  # fmt: skip
    return [{"places": None, **tile} for tile in tiles]


def _by_group(groups: Mapping[str, Totals], label: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Groups that had posts, most posts first."""
    rows = sorted(groups.items(), key=lambda item: -item[1].posts)
    return [
        {
            "label": label(key),
            "posts": totals.posts,
            "interactions": totals.get("interactions"),
            "per_post": _per_post(totals),
        }
        for key, totals in rows
        if totals.posts
    ]


def _per_post(totals: Totals) -> float | None:
    told = totals.get("interactions")
    return told / totals.posts if told is not None and totals.posts else None


def _by_channel(found: Dashboard) -> list[dict[str, Any]]:
    rows = []
    for channel in found.channels:
        totals = found.by_channel.get(channel.pk)
        rows.append(
            {
                "channel": channel,
                "posts": totals.posts if totals else 0,
                "numbers": {
                    key: totals.get(key) if totals else None for key in ("likes", "reposts", "replies", "interactions")
                },
                "followers": found.followers.latest(channel.pk),
            }
        )
    return rows
