"""What stands on the public page of a municipality."""

from typing import Any

from django.utils.translation import gettext as _

from analytics.metrics import FORMULAS, METRICS
from common import charts
from common.dates import month_year
from common.numbers import per_thousand
from reports.contents.common import whole
from reports.queries.public import Numbers


def page(found: Numbers) -> dict[str, Any]:
    """In the language that is active."""
    labels = [month_year(month) for month in found.months]
    words = charts.ChartTexts(number=whole, gap=_("not told"), heading=_("Month"))
    interactions = charts.Series(_("Interactions"), [found.total(month, "interactions") for month in found.months])
    followers = charts.Series(_("Followers"), [found.followers(month) for month in found.months])
    rate = per_thousand(found.total(found.last, "interactions"), found.municipality.population)
    last = found.sums.get(found.last, {})
    return {
        "municipality": found.municipality,
        "contact": found.page.contact,
        "month": month_year(found.last),
        "has_numbers": bool(found.sums),
        "stats": [
            (_("Posts"), found.total(found.last, "posts") or 0, None, _("on all official accounts"), ""),
            (FORMULAS["interactions"].label, found.total(found.last, "interactions"), None,
             FORMULAS["interactions"].text, _("not told")),
            (_("Followers"), found.followers(found.last), None, METRICS["followers"].meaning, _("not told")),
            (FORMULAS["per_inhabitants"].label, rate, 1, FORMULAS["per_inhabitants"].text,
             _("not told") if found.municipality.population else _("population not entered")),
        ],
        "charts": [
            charts.bars(_("Interactions by month"), labels, [interactions], words),
            charts.line(_("Followers by month"), labels, [followers], words, from_zero=False),
        ],
        "rows": [
            (month_year(month), found.total(month, "posts") or 0, found.total(month, "interactions"),
             found.followers(month))
            for month in reversed(found.months)
        ],
        "channels": [(channel, last.get(channel.pk)) for channel in found.channels],
    }  # fmt: skip
