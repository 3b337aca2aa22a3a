"""A chart as a standalone file: SVG with colours and fonts written out, PNG, and its figures as CSV.

The picture includes its context on the page: title, formula, legend, and a line with its source. Two themes:
"light" as on the page, "print" for paper, where series differ by grey and dash.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from common import spreadsheets
from common.charts.drawing import clean, n
from common.charts.parts import Chart, Figure
from common.charts.themes import THEMES, Theme
from common.dates import short_date
from serbian.letters import letters_to_latin

if TYPE_CHECKING:
    import typst

SVG = "http://www.w3.org/2000/svg"
KINDS = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}
DECIMALS = 4  # of a figure in CSV: what was measured of some dozen posts is not known to nine digits
MARGIN = 24
LINE = 18


def standalone(chart: Chart, *, theme: str = "light", source: str = "", bare: bool = False) -> str:
    """The chart as an SVG file that needs nothing else: no styles, no script. `theme` is "light" or "print".

    `bare` leaves title, formula, margin and ground to the document that the picture is put into.
    """
    style = THEMES[theme]
    register_namespace("", SVG)
    drawn = fromstring(chart.svg)  # noqa: S314 - we drew it
    wide, high = (float(number) for number in drawn.get("viewBox", "0 0 0 0").split()[2:])
    _write_out(drawn, style)
    margin, width = (0, wide) if bare else (MARGIN, max(wide, 480))
    top: list[Element] = []
    y = 6.0 if bare else margin + 16.0
    if not bare:
        y = _draw_lines(top, style.text_attributes("title"), _lines(chart.title, width, 18), y, apart=24)
        if chart.formula:
            y = _draw_lines(top, style.text_attributes("formula"), _lines(chart.formula, width, 13), y - 2, apart=LINE)
    y = _legend(top, style, chart, (margin, y), width)
    foot: list[Element] = []
    end = y + high + (0 if bare else 10)
    if source:
        end = _draw_lines(foot, style.text_attributes("source"), _lines(source, width, 12), end + 16, apart=16)
    size = (width + 2 * margin, end + (0 if bare else MARGIN - 8))
    root = Element(f"{{{SVG}}}svg", _frame(*size))
    SubElement(root, f"{{{SVG}}}title").text = clean(chart.title)
    SubElement(root, f"{{{SVG}}}desc").text = clean(chart.summary)
    if not bare:
        SubElement(root, f"{{{SVG}}}rect", {"width": n(size[0]), "height": n(size[1]), "fill": style.paper})
    root.extend(top)
    # Title and description are the file's now.
    drawing = SubElement(root, f"{{{SVG}}}g", {"transform": f"translate({margin} {n(y)})"})
    drawing.extend(number for number in drawn if not number.tag.endswith(("}title", "}desc")))
    root.extend(foot)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _frame(width: float, height: float) -> dict[str, str]:
    return {"viewBox": f"0 0 {n(width)} {n(height)}", "width": n(width), "height": n(height), "role": "img"}


def _write_out(element: Element, theme: Theme) -> None:
    """Classes become attributes; what only the page needs (columns to point at, the cursor) goes."""
    for child in list(element):
        css = frozenset(child.get("class", "").split())
        if css & {"chart-column", "chart-cursor"}:
            element.remove(child)
            continue
        _write_out(child, theme)
        for name, value in theme.attributes_of(css).items():
            child.set(name, value)
        for name in [name for name in child.attrib if name == "class" or name.startswith("data-")]:
            del child.attrib[name]


def _lines(text: str, width: float, size: float) -> list[str]:
    """`text` in lines of about `width`; a letter takes half its size on average."""
    most, lines = int(width / (size * 0.5)), [""]
    for word in clean(text).split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _draw_lines(into: list[Element], style: dict[str, str], lines: Iterable[str], y: float, *, apart: float) -> float:
    for line in lines:
        element = Element(f"{{{SVG}}}text", {"x": str(MARGIN), "y": n(y), **style})
        element.text = line
        into.append(element)
        y += apart
    return y


def _legend(into: list[Element], theme: Theme, chart: Chart, at: tuple[float, float], width: float) -> float:
    """Samples and names in as many rows as they need; where the drawing begins below them."""
    if not chart.legend or chart.is_labelled:
        return max(0, at[1] - 6)
    x, y = 0.0, at[1] + 6
    for name, sample in chart.legend:
        length = 36 + len(name) * 6.6 + 18
        if x and x + length - 18 > width:
            x, y = 0.0, y + 20
        drawn = fromstring(sample.replace("<svg ", f'<svg xmlns="{SVG}" ', 1))  # noqa: S314
        _write_out(drawn, theme)
        group = Element(f"{{{SVG}}}g", {"transform": f"translate({n(at[0] + x)} {n(y - 10)})"})
        group.extend(list(drawn))
        into.append(group)
        element = Element(f"{{{SVG}}}text", {"x": n(at[0] + x + 36), "y": n(y), **theme.text_attributes("legend")})
        element.text = clean(name)
        into.append(element)
        x += length
    return y + 14


def png(chart: Chart, *, theme: str = "light", source: str = "", scale: float = 2) -> bytes:
    """The same picture in dots, `scale` of them for each unit of the drawing."""
    import typst  # some 40 MB that only an export needs

    drawn = standalone(chart, theme=theme, source=source)
    width, height = fromstring(drawn).get("viewBox", "").split()[2:]  # noqa: S314
    page = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.picture), format: "svg", width: 100%)'
    )
    inputs = {"picture": drawn}
    return typst.compile(page.encode(), format="png", ppi=72 * scale, sys_inputs=inputs, font_paths=_fonts())


def csv(chart: Chart) -> bytes:
    """The table of the chart: exactly the figures that are drawn, with a decimal point. A gap is an empty cell."""
    return spreadsheets.table([chart.headings, *([_cell(cell) for cell in row] for row in chart.rows)])


def _cell(cell: str) -> str | float | None:
    if not isinstance(cell, Figure) or cell.value is None:
        return None if isinstance(cell, Figure) else clean(cell)
    value = round(cell.value, DECIMALS)
    return int(value) if value == int(value) else value


@cache
def _fonts() -> "typst.Fonts":
    """The letters of the pages, as files that Typst reads; those of the machine only where these are not there."""
    import typst

    folder = Path(settings.BASE_DIR) / "reports" / "files" / "fonts"
    return typst.Fonts(include_system_fonts=not folder.is_dir(), font_paths=[folder] if folder.is_dir() else [])


def source_line(*parts: object) -> str:
    """What an exported picture says about itself: municipality, period and the like, then our name and the day."""
    ours = _("Dobošar, %(date)s") % {"date": short_date(timezone.localdate())}
    return " · ".join([*(str(part) for part in parts if part), ours])


def download(chart: Chart, kind: str, *, name: str = "", source: str = "", theme: str = "light") -> HttpResponse:
    """The chart as a download; `kind` is one of `KINDS`. `name` is the name of the file, by default the title."""
    if kind not in KINDS:
        raise Http404(f"No file of kind {kind!r}.")
    if kind == "csv":
        content: str | bytes = csv(chart)
    else:
        content = (standalone if kind == "svg" else png)(chart, theme=theme, source=source)
    file = f"{slugify(letters_to_latin(name or chart.title)) or 'chart'}.{kind}"
    return HttpResponse(
        content, content_type=KINDS[kind], headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )


def asked(request: HttpRequest, drawn: Mapping[str, Chart | None], *, source: str = "") -> HttpResponse | None:
    """The file that the address asks for (`?picture=activity.svg`), None when it asks for the page.

    Called by a page's view with its charts by name; the page's own permission and filters hold for the file too.
    `source` says whose figures they are (municipality, period); our name and the day follow, see `source_line`.
    """
    wanted = request.GET.get("picture", "")
    if not wanted:
        return None
    name, _dot, kind = wanted.rpartition(".")
    chart = drawn.get(name)
    if chart is None:
        raise Http404(f"This page has no picture {wanted!r}.")
    return download(chart, kind, source=source_line(source))
