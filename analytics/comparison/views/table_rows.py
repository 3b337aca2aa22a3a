"""Rows of the table of municipalities, as HTML.

Written without a template: there may be hundreds of rows with a dozen cells each, and a template would take most of the
time of the page. Most of its bytes are these cells as well, so they have no class of their own (`compare-figures` of
the table), and nothing has an end tag that HTML does not need.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.markup import NOTHING, html, joined


@dataclass(frozen=True)
class MunicipalityRow:
    """A row as it is shown. `count` belongs to groups, the rest to municipalities. `spark` is SVG."""

    name: str
    cells: Sequence[str]
    slug: str = ""
    url: str = ""
    spark: SafeString = NOTHING
    is_few: bool = False
    since: str = ""
    count: int = 0
    is_all: bool = False


def rows(lines: Iterable[MunicipalityRow], *, with_spark: bool) -> SafeString:
    choose, few = _("Choose %(name)s"), _pill(_("few posts"))
    written = []
    for line in lines:
        head = _municipality(line, choose, few) if line.slug else _group(line)
        spark = html("<td>{}", line.spark) if with_spark else NOTHING
        cells = joined([html("<td>{}", cell) for cell in line.cells])
        written.append(html("{}{}{}\n", head, spark, cells))
    return joined(written)


def _municipality(line: MunicipalityRow, choose: str, few: SafeString) -> SafeString:
    label = choose % {"name": line.name}
    pills = (few if line.is_few else NOTHING) + (_pill(line.since) if line.since else NOTHING)
    return html(
        '<tr><th scope="row"><span>'
        '<input type="checkbox" form="chosen" name="m" value="{}" aria-label="{}"><a href="{}">{}</a>{}</span>',
        line.slug, label, line.url, line.name, pills,
    )  # fmt: skip


def _group(line: MunicipalityRow) -> SafeString:
    css = html(' class="compare-all"') if line.is_all else NOTHING
    return html('<tr{}><th scope="row">{} <small class="muted">n = {}</small>', css, line.name, line.count)


def _pill(label: str) -> SafeString:
    return html(' <span class="pill tone-plain">{}</span>', label)
