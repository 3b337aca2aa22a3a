"""Municipalities of a programme side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from analytics import periods, pictures
from analytics.catalogue import FORMULAS
from analytics.queries.comparison import FEW_POSTS, Comparison, comparison
from analytics.views.common import address, segments
from municipalities.access import programme as programme_page
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from serbian.sorting import sort_key

SORTS = {
    "name": lambda row: sort_key(str(row.municipality)),
    "posts": lambda row: -row.posts,
    "interactions": lambda row: -(row.interactions or -1),
    "inhabitants": lambda row: -(row.per_inhabitants or -1),
    "followers": lambda row: -(row.followers or -1),
    "median": lambda row: -(row.per_followers or -1),
}


@programme_page(ProgrammeVerb.COMPARE)
def programme(request: Any) -> HttpResponse:
    period = periods.parse(request.GET.get("days"), today())
    found = comparison(request.programmes, period)
    sort = request.GET.get("sort", "name")
    rows = sorted(found.rows, key=SORTS.get(sort, SORTS["name"]))
    context = {
        "period": period,
        "segments": segments(request, period),
        "found": Comparison(rows, found.withheld),
        "rows": [(row, pictures.sparkline(row)) for row in rows],
        "columns": _columns(request, sort),
        "ranking": pictures.ranking(rows),
        "formulas": FORMULAS,
        "few": FEW_POSTS,
    }
    return render(request, "analytics/programme.html", context)


def _columns(request: Any, sort: str) -> list[dict[str, Any]]:
    labels = {
        "name": _("Municipality"),
        "posts": _("Posts"),
        "interactions": _("Interactions"),
        "inhabitants": _("per 1,000 inhabitants"),
        "followers": _("Followers"),
        "median": _("per post per 1,000 followers (median)"),
    }
    return [
        {"key": key, "label": label, "url": address(request, sort=key), "sorted": key == sort}
        for key, label in labels.items()
    ]
