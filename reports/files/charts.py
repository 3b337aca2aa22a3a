"""A chart of the pages as a drawing of its own, in the light colours, for paper. Pages style it by their sheet."""

import html
import re

from common.charts import Chart
from reports.document import Figure

# The tokens of static/css/tokens.css in light; a test compares.
INK_2, INK_3, LINE, CONTROL, STRONG = "#564f45", "#675f54", "#e4ded2", "#8b8274", "#cfc7b8"
SERIES = ("#1f5a8f", "#b3701a", "#3d7a4b", "#7d4a90", "#217a82", "#6d665b")
DASHES = ("", "7 4", "2 4", "10 4 2 4", "4 3", "1 3")
_RULES = [
    f".chart-text{{fill:{INK_3};font-family:'Source Sans 3';font-size:11px}}",
    f".chart-text-value{{fill:{INK_2}}}",
    ".chart-text-strong{fill:#211d18;font-weight:600}",
    ".chart-end{text-anchor:end}",
    ".chart-middle{text-anchor:middle}",
    f".chart-grid{{stroke:{LINE};stroke-width:1}}",
    f".chart-axis{{stroke:{CONTROL};stroke-width:1}}",
    ".chart-line{fill:none;stroke-linecap:round;stroke-linejoin:round;stroke-width:2}",
    f".chart-target{{stroke:{INK_2};stroke-dasharray:2 4;stroke-width:1.5}}",
    ".chart-gap{fill:#f3efe7}",
    f".chart-hatch{{stroke:{STRONG};stroke-width:1}}",
    ".chart-dot{stroke:#ffffff;stroke-width:1.5}",
    ".chart-column,.chart-cursor{fill:none;stroke:none}",
    *(
        f".chart-line.series-{n}{{stroke:{colour};stroke-dasharray:{dash or 'none'}}}"
        f".chart-bar.series-{n},.chart-dot.series-{n}{{fill:{colour}}}"
        for n, (colour, dash) in enumerate(zip(SERIES, DASHES, strict=True), 1)
    ),
    ".chart-bar-other{fill-opacity:.55}",
]
STYLE = f"<style>{''.join(_RULES)}</style>"
# What only a pointer needs.
_UNSEEN = re.compile(r'<(?:rect|line) class="chart-(?:column|cursor)[^>]*/>')


def printed(chart: Chart) -> Figure:
    svg = _UNSEEN.sub("", chart.svg)
    opening, _bracket, rest = svg.partition(">")
    return Figure(chart.title, f"{opening}>{STYLE}{rest}", told(chart), chart.formula)


def told(chart: Chart) -> str:
    """What the eye takes from it, in words."""
    found = re.search(r"<desc>(.*?)</desc>", chart.svg, re.DOTALL)
    return f"{chart.title}. {html.unescape(found[1]) if found else ''}".strip()
