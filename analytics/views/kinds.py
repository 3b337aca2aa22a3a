"""The tables of what posts are: their rows, and the HTML of them.

Written without a template, because a page has several of these tables and a template would take most of its time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analytics.judging import ENOUGH_OF_A_KIND
from analytics.queries.dashboard import Totals
from analytics.queries.typical import Typical
from common.templatetags.ui import number


@dataclass(frozen=True)
class Row:
    """One kind of posts. `width` is that of its bar, the longest 100; `times` is empty where
    too few posts are there to conclude from."""

    label: str
    url: str
    totals: Totals
    typical: Typical | None
    width: str
    times: str

    @property
    def is_few(self) -> bool:
        return self.totals.posts < ENOUGH_OF_A_KIND


@dataclass(frozen=True)
class Table:
    key: str
    title: str
    head: str
    rows: list[Row]

    @property
    def body(self) -> SafeString:
        return _body(self.rows)


def _body(rows: Iterable[Row]) -> SafeString:
    few = f' <small class="muted">{escape(_("few posts"))}</small>'
    written = []
    for row in rows:
        url, each, is_few = escape(row.url), row.totals.per_post, row.is_few
        interactions: str = number(row.totals.interactions)
        if row.totals.interactions is not None:
            interactions = f'<a href="{url}&amp;sort=most">{interactions}</a>'
        written.append(
            f'<tr><th scope="row">{escape(row.label)}{few if is_few else ""}</th>'
            f'<td class="num"><a href="{url}">{number(row.totals.posts)}</a></td><td class="num">{interactions}</td>'
            f'<td class="num">{number(each, places=1)}</td>'
            f'<td class="bar-cell">{"" if each is None else _bar(row.width, is_few)}</td>'
            f'<td class="num nowrap">{_typical(row)}</td></tr>\n'
        )
    return mark_safe("".join(written))  # noqa: S308 -- every word in it is escaped


def _bar(width: str, is_few: bool) -> str:
    css = " chart-bar-other" if is_few else ""
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="chart-bar series-1{css}" width="{width}" height="10"/></svg>'
    )


def _typical(row: Row) -> str:
    if not row.times or row.typical is None:
        return '<span class="muted">–</span>'
    return f'{escape(row.times)} <small class="muted">n = {row.typical.posts}</small>'
