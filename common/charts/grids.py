"""Grids: heat maps, the tile map of the districts, and small multiples on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.charts import drawing
from common.charts.drawing import NARROW, WIDE, Plot, n
from common.charts.parts import PLAIN, Chart, ChartTexts, Mark, Series, Values, checked, describe_ends, summary
from common.markup import NOTHING, html, joined

CELL = 26
# A narrower cell has no room for its number.
ROOM_FOR_A_NUMBER = 34
SHADES = 5


@dataclass(frozen=True)
class Shades:
    """Five steps of equal width between the lowest figure (0, unless there are negative ones) and the highest."""

    lowest: float
    highest: float

    def of(self, value: float) -> int:
        """0 for the lowest itself, else 1 to 5."""
        if value <= self.lowest:
            return 0
        share = (value - self.lowest) / (self.highest - self.lowest)
        return min(SHADES, max(1, ceil(share * SHADES - 1e-9)))

    def legend(self, texts: ChartTexts, missing: bool) -> drawing.Legend:
        if self.highest <= self.lowest:
            named = [(texts.number(self.lowest), drawing.sample("cell", "heat-0"))]
        else:
            width = (self.highest - self.lowest) / SHADES
            named = [(texts.number(self.lowest), drawing.sample("cell", "heat-0"))]
            for step in range(1, SHADES + 1):
                most = texts.number(_rounded(self.lowest + step * width, self.highest))
                named.append((_("up to %(most)s") % {"most": most}, drawing.sample("cell", f"heat-{step}")))
        if missing:
            named.append((texts.missing(), drawing.sample("gap")))
        return tuple(named)


def _rounded(value: float, highest: float) -> float:
    return round(value, 0 if highest >= 20 else 1 if highest >= 2 else 3)


def shades_of(values: Sequence[float | None]) -> Shades:
    present = [value for value in values if value is not None]
    return Shades(min([0.0, *present]), max([0.0, *present]))


def heat(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Values],
    texts: ChartTexts = PLAIN,
    *,
    reasons: Mapping[tuple[int, int], str] | None = None,
    marked: Sequence[tuple[int, int]] = (),
) -> Chart:
    """A grid of shades, e.g. 7 weekdays by hours: `values[row][column]`, None is hatched and says why.

    `words.gap` is the reason for cells without one in `reasons` (keys are (row, column)), e.g. "not enough data".
    `marked` cells get an outline (the best times). Shades go in five steps from 0 to the highest figure.
    """
    if len(values) != len(rows) or any(len(value) != len(columns) for value in values):
        raise ValueError(f"{title!r} needs {len(rows)} rows of {len(columns)} values.")
    reasons = reasons or {}
    shades = shades_of([value for numbers_of_row in values for value in numbers_of_row])

    def draw(narrow: bool) -> SafeString:
        width = NARROW if narrow else WIDE
        names = [drawing.clip(name, 11 if narrow else 14) for name in rows]
        left = drawing.room_for(names, 24, 110) + 10
        step = (width - left - 2) / max(len(columns), 1)
        every = max(1, ceil((drawing.room_for(columns, 8) + 8) / step))
        body = [
            drawing.text(left + (index + 0.5) * step, 13, label, " chart-middle")
            for index, label in enumerate(columns)
            if index % every == 0
        ]
        gap = 2 if step > 14 else 1
        outlines = []
        for row, name in enumerate(names):
            y = 22 + row * CELL
            body.append(drawing.text(left - 8, y + 17, name, " chart-end"))
            for column, value in enumerate(values[row]):
                x = left + column * step
                label = f"{rows[row]}, {columns[column]} · {texts.format_value(value, reasons.get((row, column), ''))}"
                if value is None:
                    shape = drawing.hatch(x, y, step - gap, CELL - gap, texts.missing(reasons.get((row, column), "")))
                else:
                    box = drawing.rectangle(x, y, step - gap, CELL - gap)
                    shape = html('<rect class="chart-cell heat-{}" {} rx="2"/>', shades.of(value), box)
                body.append(drawing.marked(x + step / 2, y + CELL / 2, label, shape))
                if value is not None and step - gap >= ROOM_FOR_A_NUMBER:
                    css = f" chart-middle chart-text-strong chart-on-{shades.of(value)}"
                    body.append(drawing.text(x + (step - gap) / 2, y + 16, texts.number(value), css))
                if (row, column) in marked:
                    box = drawing.rectangle(x - 1, y - 1, step - gap + 2, CELL - gap + 2)
                    outlines.append(html('<rect class="chart-outline" {} rx="3"/>', box))
        return drawing.svg(title, description, [*body, *outlines], (width, 24 + len(rows) * CELL), " chart-heat")

    description = _describe_heat(rows, columns, values, texts)
    table = tuple(
        (
            name,
            *(texts.format_value(value, reasons.get((row, column), "")) for column, value in enumerate(values[row])),
        )
        for row, name in enumerate(rows)
    )
    legend = shades.legend(texts, any(value is None for numbers_of_row in values for value in numbers_of_row))
    return drawing.chart(title, texts, description, ((texts.heading, *columns), table), draw, legend=legend)


def _describe_heat(rows: Sequence[str], columns: Sequence[str], values: Sequence[Values], texts: ChartTexts) -> str:
    cells = [
        (value, -row, -column)
        for row, numbers_of_row in enumerate(values)
        for column, value in enumerate(numbers_of_row)
        if value is not None
    ]
    empty = sum(len(numbers_of_row) for numbers_of_row in values) - len(cells)
    description = ""
    if cells:
        value, row, column = max(cells)
        description = _("Highest: %(row)s, %(column)s (%(value)s).") % {
            "row": rows[-row], "column": columns[-column], "value": texts.number(value),
        }  # fmt: skip
    if empty:
        description += f" {texts.missing()}: {empty}."
    return description.strip()


# ---- the districts ----

# Column and row of each district, roughly where it lies; Belgrade stands for itself. Keys are ISO 3166-2, as in
# municipalities.District.code. North is up: Vojvodina in rows 0 to 2, the south at the bottom.
PLACES = {
    "RS-05": (0, 0), "RS-01": (1, 0), "RS-03": (2, 0),
    "RS-06": (1, 1), "RS-02": (2, 1),
    "RS-07": (1, 2), "RS-00": (2, 2), "RS-04": (3, 2),
    "RS-08": (0, 3), "RS-09": (1, 3), "RS-10": (2, 3), "RS-11": (3, 3), "RS-14": (4, 3),
    "RS-16": (0, 4), "RS-17": (1, 4), "RS-12": (2, 4), "RS-13": (3, 4), "RS-15": (4, 4),
    "RS-18": (1, 5), "RS-19": (2, 5), "RS-20": (3, 5), "RS-22": (4, 5),
    "RS-21": (2, 6), "RS-23": (3, 6),
    "RS-24": (3, 7),
}  # fmt: skip
TILE = (67, 56)
PANEL = 88  # height of one of many small charts


@dataclass(frozen=True)
class Tile:
    """One district: its code, its name in the language of the page, its figure or the reason for none."""

    code: str
    name: str
    value: float | None
    reason: str = ""


def tiles(title: str, cells: Sequence[Tile], texts: ChartTexts = PLAIN) -> Chart:
    """A map of Serbia's districts as a grid of tiles: shade, name and figure. Districts without a tile stay empty.

    Names may carry "District" or "okrug"; the drawing leaves that word away, the table keeps it.
    """
    unknown = [cell.code for cell in cells if cell.code not in PLACES]
    if unknown:
        raise ValueError(f"{title!r}: no place on the map for {', '.join(unknown)}.")
    shades = shades_of([cell.value for cell in cells])
    given = {cell.code: cell for cell in cells}
    wide, high = TILE

    def draw() -> SafeString:
        body = []
        for code, (column, row) in PLACES.items():
            x, y = column * wide + 2, row * high + 2
            box = drawing.rectangle(x, y, wide - 3, high - 3)
            cell = given.get(code)
            if cell is None:
                body.append(html('<rect class="chart-empty" {} rx="3"/>', box))
                continue
            if cell.value is None:
                shape = drawing.hatch(x, y, wide - 3, high - 3, texts.missing(cell.reason))
                ink, figure = "", "–"
            else:
                shade = shades.of(cell.value)
                shape = html('<rect class="chart-cell heat-{}" {} rx="3"/>', shade, box)
                ink, figure = f" chart-on-{shade}", texts.number(cell.value)
            lines, middle = lines_of_name(short_district(cell.name)), x + wide / 2 - 1.5
            first = y + (17 if len(lines) == 2 else 23)
            for at, part in enumerate(lines):
                shape += drawing.text(middle, first + at * 11.5, part, f" chart-middle chart-tile-name{ink}")
            shape += drawing.text(middle, y + high - 11, figure, f" chart-middle chart-tile-value{ink}")
            label = f"{cell.name} · {texts.format_value(cell.value, cell.reason)}"
            body.append(drawing.marked(x + wide / 2, y + high / 2, label, shape))
        return drawing.svg(title, description, body, (5 * wide + 3, 8 * high + 3), " chart-tiles")

    labels = [cell.name for cell in cells]
    reasons = {index: cell.reason for index, cell in enumerate(cells) if cell.reason}
    series = Series(title, [cell.value for cell in cells], reasons)
    description = describe_ends(labels, series.values, texts)
    legend = shades.legend(texts, any(cell.value is None for cell in cells))
    return Chart(title, draw(), *drawing.table(labels, [series], texts), legend, texts.formula, description)


KINDS_OF_PLACE = (" округ", " okrug", " District", " district")
# Where a long name of a district may be divided: Јужнобанатски -> Јужно-банатски.
FIRST_PARTS = (
    "Северно", "Јужно", "Средњо", "Средње", "Западно", "Severno", "Južno", "Srednjo", "Srednje", "Zapadno",
)  # fmt: skip


def short_district(name: str) -> str:
    """A district's name without the word for its kind."""
    for kind in KINDS_OF_PLACE:
        name = name.removesuffix(kind)
    return name


def lines_of_name(name: str) -> list[str]:
    """A district's short name in one line or two, as a tile has room for it."""
    if " " in name:
        first, rest = name.split(" ", 1)
        return [first, drawing.clip(rest, 11)]
    for part in FIRST_PARTS:
        if name.startswith(part) and len(name) > len(part):
            return [f"{part}-", drawing.clip(name[len(part) :], 11)]
    return [drawing.clip(name, 12)]


# ---- many small charts ----


def small(labels: Sequence[str], series: Sequence[Series], texts: ChartTexts = PLAIN) -> list[Chart]:
    """One small chart per series with a table of its own, on one common scale. For a handful; see `multiples`."""
    checked(labels, series)
    scale = drawing.scale_of([value for row in series for value in row.values])
    reach = (scale[0], scale[-1])
    drawn = []
    for row in series:
        plot = Plot(len(labels), reach, 260, 100, left=drawing.left_of(reach, texts), bottom=24)
        body = [drawing.gaps(plot, row, texts), drawing.axis(plot, texts), drawing.columns_named(plot, labels)]
        body += [_line(plot, row, "series-1"), _columns_of(plot, labels, row, texts)]
        description = summary([row], labels, texts)
        svg = drawing.svg(row.name, description, body, (plot.width, plot.height), " chart-small")
        table = drawing.table(labels, [row], texts)
        drawn.append(Chart(row.name, svg, *table, formula=texts.formula, summary=description))
    return drawn


def _columns_of(plot: Plot, labels: Sequence[str], series: Series, texts: ChartTexts) -> SafeString:
    def points(index: int) -> str:
        value = series.values[index]
        return "" if value is None else f"series-1:{n(plot.y(value))}"

    return drawing.columns(plot, labels, lambda index: texts.of(series, index), points)


def multiples(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    texts: ChartTexts = PLAIN,
    *,
    against: Series | None = None,
    marks: Sequence[Sequence[Mark]] = (),
    marked: int = -1,
    sort: bool = True,
) -> Chart:
    """Many small lines in one picture, on one shared scale from 0: all municipalities at a glance.

    Sorted by their last figure, the highest first, unless `sort=False` keeps the caller's order. `against` is drawn
    grey in each (the median of the peers), `marks` of each series as hairlines, and `marked` is the index of one's own
    municipality.
    """
    checked(labels, [*series, *([against] if against else [])])
    texts = texts.remembered()
    shared = [value for row in [*series, *([against] if against else [])] for value in row.values]
    scale = drawing.scale_of(shared)
    reach = (scale[0], scale[-1])
    order = sorted(range(len(series)), key=lambda at: _rank(series[at])) if sort else list(range(len(series)))
    ordered = [series[at] for at in order]
    strong = order.index(marked) if marked in order else -1

    left = drawing.left_of(reach, texts)
    cell = floor(min((NARROW - left) / 2, (WIDE - left) / 4))  # the same in both drawings, so each is drawn once
    plot = Plot(len(labels), reach, cell, PANEL, left=0, right=14, top=26, bottom=10)

    def panel(row: Series, own: bool, events: Sequence[Mark]) -> SafeString:
        last = _last(row)
        figure = "–" if last is None else texts.number(last[1])
        most = max(4, int((plot.end - len(figure) * drawing.LETTER - 6) / 6.6))
        css = " chart-text-strong" if own else " chart-text-value"
        parts = [
            drawing.gaps(plot, row, texts),
            ground,
            *(html('<path class="chart-event" d="M{} {}V{}"/>', n(plot.x(mark.at)), *heights) for mark in events),
            _line(plot, row, "series-1"),
            drawing.text(0, plot.top - 9, drawing.clip(row.name, most), css),
            drawing.text(plot.end, plot.top - 9, figure, f"{css} chart-end"),
        ]
        if last:
            x, y = plot.x(last[0]), plot.y(last[1])
            parts.append(html('<circle class="chart-dot series-1" cx="{}" cy="{}" r="3"/>', n(x), n(y)))
        return joined(parts)

    def draw(narrow: bool) -> SafeString:
        width, across = (NARROW, 2) if narrow else (WIDE, 4)
        body = []
        for at, (drawn, label) in enumerate(panels):
            x, y = left + at % across * cell, at // across * PANEL
            moved = html('<g transform="translate({} {})">{}</g>', n(x), y, drawn)
            body.append(drawing.marked(x + plot.end / 2, y + PANEL / 2, label, moved))
            if at % across == 0:
                ends = ((value, y + plot.y(value) + 4) for value in reach)
                body += [drawing.text(left - 8, height, texts.number(value), " chart-end") for value, height in ends]
        foot = ceil(len(panels) / across) * PANEL + 14
        if labels:
            body.append(drawing.text(left, foot, labels[0]))
            body.append(drawing.text(left + plot.end, foot, labels[-1], " chart-end"))
        return drawing.svg(title, description, body, (width, foot + 8), " chart-multiples")

    heights = n(plot.top), n(plot.floor)
    ground = joined(
        [
            html('<path class="chart-axis" d="M0 {}H{}"/>', n(plot.y(reach[0])), n(plot.end)),
            html('<path class="chart-grid" d="M0 {}H{}"/>', n(plot.y(reach[1])), n(plot.end)),
            _line(plot, against, "series-muted") if against else NOTHING,
        ]
    )
    events = [marks[at] for at in order] if marks else [()] * len(ordered)
    panels = [(panel(row, at == strong, events[at]), summary([row], labels, texts)) for at, row in enumerate(ordered)]
    description = _describe_multiples(ordered, texts)
    shown = [*ordered, *([against] if against else [])]
    legend = drawing.legend([Series(title, []), Series(against.name, [], muted=True)], "line") if against else ()
    rows = tuple((row.name, *(texts.of(row, index) for index in range(len(labels)))) for row in shown)
    return drawing.chart(title, texts, description, ((texts.heading, *labels), rows), draw, legend=legend)


def _last(series: Series) -> tuple[int, float] | None:
    backwards = range(len(series.values) - 1, -1, -1)
    return next(((index, value) for index in backwards if (value := series.values[index]) is not None), None)


def _rank(series: Series) -> tuple[bool, float]:
    last = _last(series)
    return (last is None, -last[1] if last else 0)


def _describe_multiples(ordered: Sequence[Series], texts: ChartTexts) -> str:
    """How many there are, and the highest and the lowest last figure."""
    count = ngettext("%(count)s small chart on one scale.", "%(count)s small charts on one scale.", len(ordered))
    last = [point[1] if (point := _last(row)) else None for row in ordered]
    description = describe_ends([row.name for row in ordered], last, texts)
    return _("%(count)s At the end: %(ends)s") % {"count": count % {"count": len(ordered)}, "ends": description}


def _line(plot: Plot, series: Series, css: str) -> SafeString:
    parts = []
    for first, last in drawing.runs(series.values, missing=False):
        points = [(plot.x(index), plot.y(series.values[index] or 0)) for index in range(first, last + 1)]
        if len(points) == 1:
            x, y = points[0]
            parts.append(html('<circle class="chart-dot {}" cx="{}" cy="{}" r="3"/>', css, n(x), n(y)))
        else:
            path = "L".join(f"{n(x)} {n(y)}" for x, y in points)
            parts.append(html('<path class="chart-line {}" d="M{}"/>', css, path))
    return joined(parts)
