"""Building blocks of charts: scales, axes, hatches, marks. Sizes are in units of the drawing.

A wide drawing is about 600 to 1,100 pixels wide on the screen, a narrow one about 320; letters keep their size on the
screen (static/css/charts.css), so a wide drawing reserves space for their largest size in its own units, `LETTER`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.safestring import SafeString

from common.charts.parts import Chart, ChartTexts, Mark, Series, Table, Values
from common.markup import NOTHING, html, joined
from common.markup import coordinate as n
from common.xml_text import xml_text

WIDE, NARROW = 640, 340
HEIGHT, NARROW_HEIGHT = 220, 210
RIGHT, TOP, BOTTOM = 12, 12, 28
LETTER = 7.4  # what a letter takes at most, on average
MARK_ROW = 18


def ticks(lowest: float, highest: float, wanted: int = 4) -> list[float]:
    """Round numbers that enclose the range, about `wanted` steps apart."""
    if highest <= lowest:
        highest = lowest + 1
    raw = (highest - lowest) / wanted
    size = 10 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    first, last = floor(lowest / step), ceil(highest / step)
    return [round(index * step, 10) for index in range(first, last + 1)]


def scale_of(values: Iterable[float | None], *, from_zero: bool = True, wanted: int = 4) -> tuple[float, ...]:
    present = [value for value in values if value is not None]
    if not present:
        return (0, 1)
    lowest = min(0.0, *present) if from_zero else min(present)
    return tuple(ticks(lowest, max(0.0, *present) if from_zero else max(present), wanted))


@dataclass(frozen=True)
class Plot:
    """The rectangle the figures are drawn in, and the way from figures to points."""

    count: int
    scale: tuple[float, ...]
    width: float = WIDE
    height: float = HEIGHT
    left: float = 56
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM
    slots: bool = False  # bars stand in the middle of a slot, points on its edges

    @property
    def step(self) -> float:
        room = self.width - self.left - self.right
        return room / max(self.count, 1) if self.slots else room / max(self.count - 1, 1)

    @property
    def floor(self) -> float:
        return self.height - self.bottom

    @property
    def end(self) -> float:
        return self.width - self.right

    def x(self, index: float) -> float:
        if not self.slots and self.count == 1:
            return (self.left + self.end) / 2  # a lone point stands in the middle
        return self.left + self.step * (index + 0.5 if self.slots else index)

    def y(self, value: float) -> float:
        lowest, highest = self.scale[0], self.scale[-1]
        return self.floor - (value - lowest) / (highest - lowest) * (self.floor - self.top)

    def around(self, first: int, last: int) -> tuple[float, float]:
        """The edges of what belongs to these indices."""
        if not self.slots and self.count == 1:
            return self.left, self.end
        return max(self.left, self.x(first) - self.step / 2), min(self.end, self.x(last) + self.step / 2)


Legend = tuple[tuple[str, SafeString], ...]


def chart(
    title: str,
    texts: ChartTexts,
    description: str,
    table: Table,
    draw: Callable[[bool], SafeString],
    *,
    legend: Legend = (),
    is_labelled: bool = False,
) -> Chart:
    """The wide and the narrow drawing, with table, legend and texts."""
    return Chart(title, draw(False), *table, legend, texts.formula, description, draw(True), is_labelled)


def clean(content: str) -> str:
    return xml_text(str(content))


def text(x: float, y: float, content: str, css: str = "") -> SafeString:
    return html('<text class="chart-text{}" x="{}" y="{}">{}</text>', css, n(x), n(y), clean(content))


def clip(label: str, most: int = 18) -> str:
    return label if len(label) <= most else label[: max(most - 1, 1)].rstrip() + "…"


def room_for(labels: Iterable[str], least: float = 0, most: float = WIDE) -> float:
    """What the longest of these labels takes."""
    return min(max([least, *(len(label) * LETTER for label in labels)]), most)


def svg(
    title: str, description: str, body: Iterable[SafeString], size: tuple[float, float], css: str = ""
) -> SafeString:
    title = clean(title)
    return html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart-svg{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        css,
        n(size[0]),
        n(size[1]),
        title,
        title,
        clean(description),
        joined(body),
    )


def marked(x: float, y: float, label: str, body: SafeString) -> SafeString:
    """A part of the drawing that is read by pointer and keyboard: where its middle is and what it says."""
    return html('<g data-x="{}" data-y="{}" data-text="{}">{}</g>', n(x), n(y), clean(label), body)


def haloed(css: str, path: str) -> SafeString:
    """A line with an edge of paper, so that it is seen on a bar too."""
    return html('<path class="chart-halo" d="{}"/><path class="{}" d="{}"/>', path, css, path)


def axis(plot: Plot, texts: ChartTexts) -> SafeString:
    lines = []
    for value in plot.scale:
        y = plot.y(value)
        css = "chart-axis" if value == 0 or (value == plot.scale[0] and plot.scale[0] > 0) else "chart-grid"
        lines.append(html('<path class="{}" d="M{} {}H{}"/>', css, n(plot.left), n(y), n(plot.end)))
        lines.append(text(plot.left - 8, y + 4, texts.number(value), " chart-end"))
    return joined(lines)


def left_of(scale: Sequence[float], texts: ChartTexts) -> float:
    return room_for((texts.number(value) for value in scale), 20, 120) + 14


def columns_named(plot: Plot, labels: Sequence[str]) -> SafeString:
    """As many labels below the axis as there is room for, the last one always among them."""
    most = max(2, floor((plot.end - plot.left) / (room_for(labels, 20) + 22)))
    every = max(1, ceil(len(labels) / most))
    shown = [index for index in range(len(labels)) if (len(labels) - 1 - index) % every == 0]
    texts = []
    for index in shown:
        x, half = plot.x(index), len(labels[index]) * LETTER / 2
        edge = " chart-middle"
        if x + half > plot.width:
            x, edge = plot.end, " chart-end"
        elif x - half < 0:
            x, edge = plot.left, ""
        texts.append(text(x, plot.floor + 19, labels[index], edge))
    return joined(texts)


def runs(values: Values, missing: bool, breaks: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """First and last index of each stretch of present (or missing) values; none goes over an index in `breaks`."""
    stretches: list[tuple[int, int]] = []
    for index, value in enumerate(values):
        if (value is None) is not missing:
            continue
        if stretches and stretches[-1][1] == index - 1 and index not in breaks:
            stretches[-1] = (stretches[-1][0], index)
        else:
            stretches.append((index, index))
    return stretches


HATCH = 10  # from one stroke to the next


def hatch(x: float, y: float, width: float, height: float, reason: str = "") -> SafeString:
    """A hatched field. Drawn line by line: a <pattern> needs an id, and ids of two charts on a page could collide."""
    # Whole numbers and relative strokes: otherwise hatches would be most of a page with many gaps.
    right, bottom = round(x + width), round(y + height)
    left, top = round(x), round(y)
    lines, offset = [], left - bottom
    while offset < right - top:
        start, end = max(left, offset + top), min(right, offset + bottom)
        if end > start:
            lines.append(f"M{start} {start - offset}l{end - start} {end - start}")
        offset += HATCH
    title = html("<title>{}</title>", clean(reason)) if reason else NOTHING
    return html(
        '<g class="chart-missing">{}<rect class="chart-gap" x="{}" y="{}" width="{}" height="{}"/>'
        '<path class="chart-hatch" d="{}"/></g>',
        title,
        n(x),
        n(y),
        n(max(width, 0)),
        n(height),
        "".join(lines) or "M0 0",
    )


def gaps(plot: Plot, series: Series, texts: ChartTexts) -> SafeString:
    fields = []
    for first, last in runs(series.values, missing=True):
        left, right = plot.around(first, last)
        fields.append(hatch(left, plot.top, right - left, plot.floor - plot.top, texts.of(series, first)))
    return joined(fields)


def columns(
    plot: Plot, labels: Sequence[str], describe: Callable[[int], str], points: Callable[[int], str]
) -> SafeString:
    """Invisible columns that chart.js reads figures from. `points` are the heights to show a dot at, one per series."""
    parts = [html('<line class="chart-cursor" hidden="" x1="0" x2="0" y1="{}" y2="{}"/>', n(plot.top), n(plot.floor))]
    for index, label in enumerate(labels):
        left, right = plot.around(index, index)
        read = html(
            'data-x="{}" data-points="{}" data-text="{}"',
            n(plot.x(index)), points(index), clean(f"{label} · {describe(index)}"),
        )  # fmt: skip
        box = rectangle(left, plot.top, right - left, plot.floor - plot.top)
        parts.append(html('<rect class="chart-column" {} {}/>', read, box))
    return joined(parts)


def rectangle(x: float, y: float, width: float, height: float) -> SafeString:
    """The attributes of a `<rect>`."""
    return html('x="{}" y="{}" width="{}" height="{}"', n(x), n(y), n(width), n(height))


def rows_of_marks(plot: Plot, marks: Sequence[Mark]) -> list[tuple[Mark, float, int, bool]]:
    """For each mark: its x, the row of its name (0 is the lowest), and whether the name is to the left of it.

    A name is above the names that it would lie on, and above those whose lines would run through it.
    """
    reaches = []
    for mark in marks:
        # From this index on it is another thing, so the break is before it.
        x = plot.x(mark.at - 0.5 if mark.broken and mark.at == int(mark.at) else mark.at)
        length = len(mark.label) * LETTER + 10
        before = x + length > plot.width
        reaches.append((mark, x, before, (x - length, x) if before else (x, x + length)))
    # Lines that run through a name are right of its own where it stands to the right, and left of it otherwise.
    reaches.sort(key=lambda entry: (entry[2], entry[1] if entry[2] else -entry[1]))
    placed: list[tuple[Mark, float, int, bool]] = []
    ends: dict[int, list[tuple[float, float]]] = {}
    for mark, x, before, reach in reaches:
        row = max((below + 1 for _mark, at, below, _before in placed if reach[0] < at < reach[1]), default=0)
        while not all(reach[1] < one or reach[0] > other for one, other in ends.get(row, [])):
            row += 1
        ends.setdefault(row, []).append(reach)
        placed.append((mark, x, row, before))
    return sorted(placed, key=lambda entry: entry[1])


def draw_marks(plot: Plot, marks: Sequence[Mark]) -> SafeString:
    parts = []
    for mark, x, row, before in rows_of_marks(plot, marks):
        y = plot.top - 6 - row * MARK_ROW
        top, foot = n(y - 9), n(plot.floor)
        line = html('<path class="chart-event" d="M{} {}V{}"/>', n(x), top, foot)
        if mark.until is not None:
            span = n(x), top, foot, n(x), n(plot.top), n(plot.x(mark.until)), foot
            line = html('<path class="chart-event" d="M{} {}V{}M{} {}H{}V{}"/>', *span)
        if mark.broken:
            sides = n(x - 2), top, foot, n(x + 2), top, foot
            line = html('<path class="chart-break" d="M{} {}V{}M{} {}V{}"/>', *sides)
        name = text(x - 6 if before else x + 6, y, mark.label, " chart-text-event" + (" chart-end" if before else ""))
        parts.append(html('<g class="chart-mark"><title>{}</title>{}{}</g>', clean(mark.label), line, name))
    return joined(parts)


def room_for_marks(plot: Plot, marks: Sequence[Mark]) -> float:
    """The top of the plot, below the names of its marks."""
    rows = max((row for _mark, _x, row, _before in rows_of_marks(plot, marks)), default=-1) + 1
    return TOP + rows * MARK_ROW


def breaks(marks: Sequence[Mark]) -> frozenset[int]:
    return frozenset(ceil(mark.at) for mark in marks if mark.broken)


def table(labels: Sequence[str], series: Sequence[Series], texts: ChartTexts, marks: Sequence[Mark] = ()) -> Table:
    happened: dict[int, list[str]] = {}
    for mark in marks:
        happened.setdefault(min(max(round(mark.at), 0), len(labels) - 1), []).append(mark.label)
    rows = tuple(
        (" · ".join([label, *happened.get(index, [])]), *(texts.of(row, index) for row in series))
        for index, label in enumerate(labels)
    )
    return (texts.heading, *(row.name for row in series)), rows


def numbered(series: Sequence[Series]) -> list[tuple[str, Series]]:
    """Each series with its class: the muted ones have one of their own and take no colour."""
    pairs, number = [], 0
    for row in series:
        number += not row.muted
        pairs.append(("series-muted" if row.muted else f"series-{number}", row))
    return pairs


SAMPLES = {
    "line": '<path class="chart-line {}" d="M0 6H28"/>',
    "bar": '<rect class="chart-bar {}" width="28" height="12"/>',
    "tick": '<path class="chart-tick {}" d="M0 6H28"/>',
    "cell": '<rect class="{}" width="28" height="12" rx="2"/>',
    "before": '<circle class="chart-before{}" cx="14" cy="6" r="4.5"/>',
    "after": '<circle class="chart-dot series-1{}" cx="14" cy="6" r="5"/>',
}


def sample(kind: str, css: str = "") -> SafeString:
    body = hatch(0, 0, 28, 12) if kind == "gap" else html(SAMPLES[kind], css)
    return html('<svg viewBox="0 0 28 12" aria-hidden="true">{}</svg>', body)


def legend(series: Sequence[Series], kind: str) -> Legend:
    if len(series) < 2:
        return ()
    return tuple(
        (row.name, sample("tick" if row.muted and kind == "bar" else kind, css)) for css, row in numbered(series)
    )
