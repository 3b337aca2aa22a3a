"""Charts as SVG text, drawn on the server: the same picture in the page, in a PDF and in an export.

Texts and number formats come from the caller, so that charts use the page's language; a chart's own texts ("lowest",
"not enough data") are translated. Colours are classes (static/css/charts.css), because the pages' policy
forbids style attributes; `standalone` writes them out for a file.

| Kind | For |
|---|---|
| `line`, `bars`, `stacked` | figures over time; marks of events, muted series to compare with, shares |
| `sparkline`, `bullet_line` | a line in a tile or a row of a table; an indicator in a row of a list |
| `ranking`, `dumbbell`, `bullet` | places side by side, before and after, an indicator against its target |
| `heat`, `multiples`, `small` | weekday by hour, many small lines on one scale |
| `tiles`, `place_map` | maps: the districts by one figure each, their municipalities |

- A value that is None is a gap: a hatch is drawn, and the reason is shown. It is never a zero.
- Bars always start at 0. A line does too unless `from_zero=False`, for counts that hardly move (followers).
- Every chart has its table (`headings`, `rows`: the same figures as text) and its `summary`, the text alternative.
- A page offers the chart as files (PNG, SVG, CSV) by `{% chart drawn key="activity" %}` and, in its view,
  `if picture := charts.asked(request, {"activity": drawn}, source=str(municipality)): return picture`.
"""

from common.charts.drawing import ticks
from common.charts.export import KINDS, asked, csv, download, png, source_line, standalone
from common.charts.grids import PLACES, Tile, heat, multiples, small, tiles
from common.charts.over_time import bars, line, sparkline, stacked
from common.charts.parts import Chart, ChartTexts, Figure, Mark, Series
from common.charts.place_map import MapEntry, place_map
from common.charts.side_by_side import Pair, bullet, bullet_line, dumbbell, ranking

__all__ = [
    "KINDS",
    "PLACES",
    "Chart",
    "ChartTexts",
    "Figure",
    "MapEntry",
    "Mark",
    "Pair",
    "Series",
    "Tile",
    "asked",
    "bars",
    "bullet",
    "bullet_line",
    "csv",
    "download",
    "dumbbell",
    "heat",
    "line",
    "multiples",
    "place_map",
    "png",
    "ranking",
    "small",
    "source_line",
    "sparkline",
    "stacked",
    "standalone",
    "ticks",
    "tiles",
]
