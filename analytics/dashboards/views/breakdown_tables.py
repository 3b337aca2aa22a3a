"""Tables that break posts down by their traits, as HTML.

Written without a template, because a page has several of these tables and a template would take most of its time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.dashboards.queries.dashboard import Totals
from analytics.dashboards.queries.relative_performance import Typical
from analytics.thresholds import ENOUGH_OF_A_KIND
from common.markup import NOTHING, html, joined
from common.templatetags.ui import number


@dataclass(frozen=True)
class PostKindRow:
    """One kind of posts. `width` is that of its bar, the longest 100; `times` is empty where
    too few posts are there to conclude from, or where kinds are not judged (`is_judged`): a channel is its own measure.
    """

    label: str
    url: str
    totals: Totals
    typical: Typical | None
    width: str
    times: str
    is_judged: bool = True

    @property
    def is_few(self) -> bool:
        return self.totals.posts < ENOUGH_OF_A_KIND


@dataclass(frozen=True)
class Table:
    key: str
    title: str
    head: str
    rows: list[PostKindRow]

    @property
    def body(self) -> SafeString:
        return _body(self.rows)


def _body(rows: Iterable[PostKindRow]) -> SafeString:
    few = html(' <small class="muted">{}</small>', _("few posts"))
    written = []
    for row in rows:
        per_post, is_few = row.totals.per_post, row.is_few
        interactions = number(row.totals.interactions)
        if row.totals.interactions is not None:
            interactions = html('<a href="{}&amp;sort=most">{}</a>', row.url, interactions)
        written.append(
            html(
                '<tr><th scope="row">{}{}</th><td class="num"><a href="{}">{}</a></td><td class="num">{}</td>'
                '<td class="num">{}</td><td class="bar-cell">{}</td><td class="num nowrap">{}</td></tr>\n',
                row.label, few if is_few else NOTHING, row.url, number(row.totals.posts), interactions,
                number(per_post, places=1), NOTHING if per_post is None else _bar(row.width, is_few), _typical(row),
            )
        )  # fmt: skip
    return joined(written)


def _bar(width: str, is_few: bool) -> SafeString:
    return html(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="chart-bar series-1{}" width="{}" height="10"/></svg>',
        " chart-bar-other" if is_few else "", width,
    )  # fmt: skip


def _typical(row: PostKindRow) -> SafeString:
    if not row.is_judged:
        return html('<span class="muted">–</span>')
    if not row.times or row.typical is None:
        why = _("Fewer than %(few)s posts of this kind can be judged, so nothing is concluded.")
        return _with_reason(html('<span class="muted">–</span>'), why % {"few": ENOUGH_OF_A_KIND})
    why = _(
        "It is the middle of these posts (%(posts)s of them can be judged): half did better, half worse. Each is "
        "measured against the usual number of its own channel in the period."
    )
    return _with_reason(row.times, why % {"posts": row.typical.posts})


def _with_reason(shown: str, why: str) -> SafeString:
    return html('{}<details class="verdict-why"><summary>{}</summary><p>{}</p></details>', shown, _("Why?"), why)
