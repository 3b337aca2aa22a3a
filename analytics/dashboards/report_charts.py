"""Charts of reports: turns dashboards into `common.charts`, with texts and gaps."""

from datetime import date

from django.utils.translation import gettext as _

from analytics.dashboards.queries.dashboard import Dashboard
from analytics.metrics import FORMULAS
from analytics.periods import Period
from common import charts
from common.dates import day_month_short
from common.numbers import number
from posts.enums import Category

MOST_DAYS = 28


def _whole(value: float) -> str:
    """Marks of an axis come as 250.0."""
    return number(int(value) if value == int(value) else value)


def _texts(formula: str = "", heading: str = "") -> charts.ChartTexts:
    return charts.ChartTexts(number=_whole, gap=_("not read"), heading=heading or _("Day"), formula=formula)


def _stretches(period: Period) -> list[list[date]]:
    """Single days up to four weeks; else weeks that end with the period, the first one perhaps shorter."""
    days = period.dates
    if len(days) <= MOST_DAYS:
        return [[day] for day in days]
    first = len(days) % 7
    return ([days[:first]] if first else []) + [days[n : n + 7] for n in range(first, len(days), 7)]


def _reasons(dashboard: Dashboard, stretches: list[list[date]]) -> dict[int, str]:
    """Why a stretch has no value, where one of its days has a reason."""
    gaps = dashboard.followers.gaps
    by_stretch = {index: [gaps[day] for day in days if day in gaps] for index, days in enumerate(stretches)}
    return {index: reasons[-1] for index, reasons in by_stretch.items() if reasons}


def activity(dashboard: Dashboard, period: Period) -> charts.Chart:
    """Interactions by the day (or week) on which they happened. Stretches without any fetch are gaps."""
    looked = set(dashboard.by_day) | set(dashboard.followers.by_day)
    stretches = _stretches(period)
    values = [
        sum(dashboard.by_day.get(day) or 0 for day in days) if looked.intersection(days) else None for days in stretches
    ]
    series = charts.Series(_("Interactions"), values, _reasons(dashboard, stretches))
    by_week = len(stretches) < period.days
    texts = _texts(
        _("by day of activity: %(formula)s") % {"formula": FORMULAS["interactions"].text},
        _("Week from") if by_week else "",
    )
    title = _("Interactions by week") if by_week else _("Interactions by day")
    return charts.bars(title, [day_month_short(days[0]) for days in stretches], [series], texts)


def followers(dashboard: Dashboard, period: Period) -> charts.Chart:
    """Followers at the end of each day (or week)."""
    wanted = [c.pk for c in dashboard.channels]
    stretches = _stretches(period)
    values = [_latest(dashboard, days, wanted) for days in stretches]
    series = charts.Series(_("Followers"), values, _reasons(dashboard, stretches))
    texts = _texts(
        _("all channels together; a day on which one of them was not read is a gap"),
        _("Week from") if len(stretches) < period.days else "",
    )
    labels = [day_month_short(days[0]) for days in stretches]
    return charts.line(_("Followers"), labels, [series], texts, from_zero=False)


def _latest(dashboard: Dashboard, days: list[date], channels: list[int]) -> int | None:
    counts = (dashboard.followers.on(day, channels) for day in reversed(days))
    return next((value for value in counts if value is not None), None)


def mix(dashboard: Dashboard) -> charts.Chart | None:
    """Posts by category, largest first."""
    rows = sorted(dashboard.by_category.items(), key=lambda item: -item[1].posts)
    if not rows:
        return None
    labels = [str(Category(key).label) for key, _totals in rows]
    series = charts.Series(_("Posts"), [totals.posts for _key, totals in rows])
    return charts.ranking(_("What the posts were about"), labels, series, _texts(_("posts by category"), _("Category")))
