"""The rows of the table of municipalities: what they tell, and their HTML.

Written without a template, because there may be hundreds of them with a dozen cells each: a template would take most of
the time of the whole page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Line:
    """A row as it is shown. Of a group there is `count`; of a municipality the rest. `spark` is SVG."""

    name: str
    cells: Sequence[str]
    slug: str = ""
    url: str = ""
    spark: str = ""
    is_few: bool = False
    since: str = ""
    count: int = 0
    is_all: bool = False


def rows(lines: Iterable[Line], *, with_spark: bool) -> SafeString:
    choose, few = _("Choose %(name)s"), _pill(_("few posts"))
    written = []
    for line in lines:
        head = _municipality(line, choose, few) if line.slug else _group(line)
        spark = f"<td>{line.spark}</td>" if with_spark else ""
        cells = "".join([f'<td class="num">{escape(cell)}</td>' for cell in line.cells])
        written.append(f"{head}{spark}{cells}</tr>\n")
    return mark_safe("".join(written))  # noqa: S308 -- every word in it is escaped


def _municipality(line: Line, choose: str, few: str) -> str:
    name = escape(line.name)
    label = escape(choose % {"name": line.name})
    pills = (few if line.is_few else "") + (_pill(line.since) if line.since else "")
    return (
        '<tr><th scope="row"><span class="compare-name">'
        f'<input type="checkbox" form="chosen" name="m" value="{escape(line.slug)}" aria-label="{label}">'
        f'<a href="{escape(line.url)}">{name}</a>{pills}</span></th>'
    )


def _group(line: Line) -> str:
    css = ' class="compare-all"' if line.is_all else ""
    return f'<tr{css}><th scope="row">{escape(line.name)} <small class="muted">n = {line.count}</small></th>'


def _pill(words: str) -> str:
    return f' <span class="pill tone-plain">{escape(words)}</span>'
