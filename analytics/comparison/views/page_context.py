"""Context shared by the pages of the comparison: tabs, period, measure, and how many municipalities are withheld."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics import months, periods, reporting_period
from analytics.comparison.measures import MEASURES
from analytics.comparison.queries.comparison import Part
from analytics.comparison.url_params import Choice
from common.lazy_text import LazyText
from municipalities.queries import today

TABS: tuple[tuple[str, LazyText], ...] = (
    ("programme", _("Table")),
    ("programme_multiples", _("Over time")),
    ("programme_compare", _("A chosen few")),
    ("programme_districts", _("Map")),
    ("programme_training", _("Around the training")),
)
# Of the table alone: links to the other pages need not carry them.
TABLE_ONLY = ("sort", "columns", "group", "picture")


def kept_parameters(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What was chosen, for a form that changes `without` of it."""
    return [(key, value) for key, values in request.GET.lists() if key not in without for value in values]


def frame(request: HttpRequest, chosen: Choice, part: Part, current: str, *, period: bool = True) -> dict[str, Any]:
    """`period`: whether the period of the page can be chosen."""
    carried = request.GET.copy()
    for name in TABLE_ONLY if current != "programme" else ("picture",):
        carried.pop(name, None)
    query = carried.urlencode()
    last = months.first_of(today(), -1)
    is_own = chosen.period.key == months.OWN
    chooses = ("days", *(() if is_own else ("from", "to"))) if period else ()
    return {
        "chosen": chosen,
        "period": chosen.period,
        "before": chosen.period.before,
        "is_running": chosen.period.key == months.RUNNING,
        "count": len(part.places),
        "withheld": part.withheld,
        "tabs": [
            {"label": label, "url": f"{reverse(name)}?{query}" if query else reverse(name), "current": name == current}
            for name, label in TABS
        ],
        "lengths": reporting_period.choices(),
        "has_period": period,
        "measures": MEASURES.values(),
        "kept_parameters": kept_parameters(request, "by", "group", "picture", *chooses),
        "kept_months": kept_parameters(request, "days", "from", "to"),
        "own": {"first": f"{min(chosen.period.first, last):%Y-%m}", "last": f"{min(chosen.period.last, last):%Y-%m}"},
        "latest": f"{last:%Y-%m}",
        "is_own": is_own,
    }


# ---- What pages of numbers share: addresses that keep what was chosen.


def address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for key, value in changed.items():
        query[key] = value
    return f"?{query.urlencode()}"


def segments(request: HttpRequest, period: periods.Period) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address(request, days=key), "current": key == period.key}
        for key, (_days, label) in periods.CHOICES.items()
    ]
