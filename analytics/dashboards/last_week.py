"""The last seven days of a municipality, for its Home: a sentence or two, and one chart."""

from dataclasses import dataclass
from datetime import date, timedelta

from analytics import periods
from analytics.dashboards import charts as dashboard_charts
from analytics.dashboards import sentences
from analytics.dashboards.queries.dashboard import Totals
from analytics.dashboards.queries.totals import Series, series
from analytics.dashboards.sentences import Sentence
from analytics.enums import Basis
from common import charts

DAYS = 7


@dataclass(frozen=True)
class LastWeek:
    """`chart`: interactions with the posts of each day; None where nothing was fetched."""

    sentences: list[Sentence]
    chart: charts.Chart | None


def last_week(today: date) -> LastWeek | None:
    """Of the municipality in scope, against the week before; None where neither has a post. One query."""
    first = today - timedelta(days=2 * DAYS)
    stretches = periods.stretches(periods.Period(first, today - timedelta(days=1)))
    course = series(stretches, different_since=today - timedelta(days=DAYS))
    before, now = _totals(course, range(DAYS)), _totals(course, range(DAYS, 2 * DAYS))
    if not (now.posts or before.posts):
        return None
    now.different = course.different
    candidates = [sentences.posts(now, before), sentences.per_post(now, before)]
    return LastWeek([sentence for sentence in candidates if sentence], _chart(course, today))


def _totals(course: Series, days: range) -> Totals:
    posts = sum(count for day in days for count in course.posts.get(day, {}).values())
    counted = [course.interactions[Basis.PUBLICATION].get(day) for day in days]
    fetched = [count for count in counted if count is not None]
    return Totals(posts, {"interactions": sum(fetched)} if fetched else {})


def _chart(course: Series, today: date) -> charts.Chart | None:
    """The first days of `course` are those of the week before."""
    counts = course.interactions[Basis.PUBLICATION]
    last = {day - DAYS: count for day, count in counts.items() if day >= DAYS}
    if not any(count is not None for count in last.values()):
        return None
    posts = {day - DAYS: by_category for day, by_category in course.posts.items() if day >= DAYS}
    stretches = periods.stretches(periods.Period(today - timedelta(days=DAYS), today - timedelta(days=1)))
    return dashboard_charts.published(Series({Basis.PUBLICATION: last}, posts), stretches)
