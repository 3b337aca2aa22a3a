"""Pages that `make bench ARGS=analytics` measures: those of statistics, and what everybody opens first.

A new page gets a line here. By name: who opens it ("officer" of the busiest municipality, "staff" of the programme),
the name of its address, its arguments (`place` is that municipality), and its query (`first` and `last` day of the
three years).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone


@dataclass(frozen=True)
class Page:
    who: str
    url: str
    query: str = ""
    places: tuple[str, ...] = ("place",)

    def path(self, place: str, first: date) -> str:
        last = timezone.localdate() - timedelta(days=1)
        values = {"place": place}
        months = {"first_month": f"{first:%Y-%m}", "last_month": f"{last:%Y-%m}"}
        query = self.query.format(first=first.isoformat(), last=last.isoformat(), **months)
        return reverse(self.url, args=[values.get(name, name) for name in self.places]) + (f"?{query}" if query else "")


MONTH, QUARTER, YEARS = "days=28", "days=90", "days=own&from={first}&to={last}"
# The programme's pages know whole months.
MONTHS = "days=own&from={first_month}&to={last_month}"
PAGES = {
    "Home": Page("officer", "workspace"),
    "Calendar, month": Page("officer", "calendar"),
    "Overview, 28 days": Page("officer", "analytics", MONTH),
    "Overview, 90 days": Page("officer", "analytics", QUARTER),
    "Overview, 3 years": Page("officer", "analytics", YEARS),
    "What works, 3 years": Page("officer", "analytics_works", YEARS),
    "Posts, 3 years": Page("officer", "analytics_posts", YEARS),
    "Best time, 3 years": Page("officer", "analytics_time", YEARS),
    "Followers and links, 3 years": Page("officer", "analytics_links", YEARS),
    "Peers": Page("officer", "analytics_peers"),
    "Indicators of a municipality": Page("officer", "analytics_indicators"),
    "Programme, 28 days": Page("staff", "programme", MONTH, ()),
    "Programme, 3 years": Page("staff", "programme", MONTHS, ()),
    "Programme by cohort, 3 years": Page("staff", "programme", MONTHS + "&group=cohort", ()),
    "Programme's indicators": Page("staff", "programme_indicators", "", ()),
    "Programme at a glance": Page("staff", "programme_overview", "", ()),
}
