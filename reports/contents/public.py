"""Contents of the public page of a municipality."""

from typing import Any

from django.utils.translation import gettext as _

from analytics.metrics import FORMULAS, METRICS
from common import charts
from common.dates import month_year
from common.numbers import per_thousand
from reports.contents.common import whole
from reports.queries.public import Numbers


def page(numbers: Numbers) -> dict[str, Any]:
    """In the language that is active."""
    labels = [month_year(month) for month in numbers.months]
    texts = charts.ChartTexts(number=whole, gap=_("not reported"), heading=_("Month"))
    interactions = charts.Series(_("Interactions"), [numbers.total(month, "interactions") for month in numbers.months])
    followers = charts.Series(_("Followers"), [numbers.followers(month) for month in numbers.months])
    rate = per_thousand(numbers.total(numbers.last, "interactions"), numbers.municipality.population)
    last = numbers.sums.get(numbers.last, {})
    return {
        "municipality": numbers.municipality,
        "contact": numbers.page.contact,
        "month": month_year(numbers.last),
        "has_numbers": bool(numbers.sums),
        "stats": [
            (_("Posts"), numbers.total(numbers.last, "posts") or 0, None, _("on all official accounts"), ""),
            (FORMULAS["interactions"].label, numbers.total(numbers.last, "interactions"), None,
             FORMULAS["interactions"].text, _("not reported")),
            (_("Followers"), numbers.followers(numbers.last), None, METRICS["followers"].meaning, _("not reported")),
            (FORMULAS["per_inhabitants"].label, rate, 1, FORMULAS["per_inhabitants"].text,
             _("not reported") if numbers.municipality.population else _("population not entered")),
        ],
        "charts": [
            charts.bars(_("Interactions by month"), labels, [interactions], texts),
            charts.line(_("Followers by month"), labels, [followers], texts, from_zero=False),
        ],
        "rows": [
            (month_year(month), numbers.total(month, "posts") or 0, numbers.total(month, "interactions"),
             numbers.followers(month))
            for month in reversed(numbers.months)
        ],
        "channels": [(channel, last.get(channel.pk)) for channel in numbers.channels],
    }  # fmt: skip
