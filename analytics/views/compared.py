"""What the pages of the comparison have around them: tabs, period, measure, and who is not shown."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import months, periods
from analytics.choices import Choice
from analytics.measures import MEASURES
from analytics.queries.comparison import Part
from municipalities.queries import today

TABS: tuple[tuple[str, str | Promise], ...] = (("programme", _("Table")),)


def kept(request: Any, *without: str) -> list[tuple[str, str]]:
    """What was chosen, for a form that changes `without` of it."""
    return [(key, value) for key, values in request.GET.lists() if key not in without for value in values]


def frame(request: Any, chosen: Choice, part: Part, current: str) -> dict[str, Any]:
    query = request.GET.urlencode()
    last = months.first_of(today(), -1)
    is_own = chosen.period.key == months.OWN
    return {
        "chosen": chosen,
        "period": chosen.period,
        "before": chosen.period.before,
        "count": len(part.places),
        "withheld": part.withheld,
        "tabs": [
            {"label": words, "url": f"{reverse(name)}?{query}" if query else reverse(name), "current": name == current}
            for name, words in TABS
        ],
        "lengths": [
            *((key, words) for key, (_n, words) in periods.CHOICES.items()),
            *((key, words) for key, (_n, words) in months.CHOICES.items()),
        ],
        "measures": MEASURES.values(),
        "kept": kept(request, "days", "by", "group", *(() if is_own else ("from", "to"))),
        "kept_months": kept(request, "days", "from", "to"),
        "own": {"first": f"{chosen.period.first:%Y-%m}", "last": f"{min(chosen.period.last, last):%Y-%m}"},
        "latest": f"{last:%Y-%m}",
        "is_own": is_own,
    }
