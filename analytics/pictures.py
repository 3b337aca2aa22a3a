"""The charts of the numbers: from dashboards to `common.charts`, with words and gaps."""

from django.utils.translation import gettext as _

from analytics.catalogue import FORMULAS
from analytics.periods import Period
from analytics.queries.comparison import Row
from analytics.queries.dashboard import Dashboard
from common import charts
from common.dates import day_month_short
from common.numbers import number, significant
from posts.enums import Category


def _whole(value: float) -> str:
    """Marks of an axis come as 250.0."""
    return number(int(value) if value == int(value) else value)


def _words(formula: str = "", heading: str = "") -> charts.Words:
    return charts.Words(number=_whole, gap=_("not read"), heading=heading or _("Day"), formula=formula)


def activity(found: Dashboard, period: Period) -> charts.Chart:
    """Interactions by the day on which they happened. A day on which nobody looked is a gap."""
    looked = set(found.by_day) | set(found.followers.by_day)
    values = [(found.by_day.get(day) or 0) if day in looked else None for day in period.dates]
    reasons = {i: found.followers.gaps[day] for i, day in enumerate(period.dates) if day in found.followers.gaps}
    series = charts.Series(_("Interactions"), values, reasons)
    words = _words(_("by day of activity: %(formula)s") % {"formula": FORMULAS["interactions"].text})
    return charts.bars(_("Interactions by day"), [day_month_short(d) for d in period.dates], [series], words)


def followers(found: Dashboard, period: Period) -> charts.Chart:
    wanted = [c.pk for c in found.channels]
    values = [found.followers.on(day, wanted) for day in period.dates]
    reasons = {i: found.followers.gaps[day] for i, day in enumerate(period.dates) if day in found.followers.gaps}
    series = charts.Series(_("Followers"), values, reasons)
    words = _words(_("all channels together; a day on which one of them was not read is a gap"))
    return charts.line(_("Followers"), [day_month_short(d) for d in period.dates], [series], words, from_zero=False)


def mix(found: Dashboard) -> charts.Chart | None:
    """Posts by category, largest first."""
    rows = sorted(found.by_category.items(), key=lambda item: -item[1].posts)
    if not rows:
        return None
    labels = [str(Category(key).label) for key, _totals in rows]
    series = charts.Series(_("Posts"), [totals.posts for _key, totals in rows])
    return charts.ranking(_("What the posts were about"), labels, series, _words(_("posts by category"), _("Category")))


def ranking(rows: list[Row]) -> charts.Chart | None:
    """Interactions per 1,000 inhabitants, largest first; municipalities without a population are left to the table."""
    known = sorted((r for r in rows if r.per_inhabitants is not None), key=lambda r: -(r.per_inhabitants or 0))
    if not known:
        return None
    series = charts.Series(str(FORMULAS["per_inhabitants"].label), [r.per_inhabitants for r in known])
    words = charts.Words(
        number=significant,
        gap=_("not read"),
        heading=_("Municipality"),
        formula=str(FORMULAS["per_inhabitants"].text),
    )
    return charts.ranking(str(FORMULAS["per_inhabitants"].label), [str(r.municipality) for r in known], series, words)


def sparkline(row: Row) -> str:
    return charts.sparkline(row.weeks)
