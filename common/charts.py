"""Charts as SVG text, drawn on the server: the same picture in the page, in a PDF and in an export.

Plain Python, no Django. Words and number formats come from the caller, so that charts speak the page's language.
Colours are classes (static/css/components.css), because the pages' policy forbids style attributes.

- A value that is None is a gap: nothing is drawn but a hatch, and the reason is said. It is never a zero.
- Bars start at 0, always. A line does too unless `from_zero=False`, for counts that hardly move (followers).
- Every chart carries its table: `headings` and `rows` hold the same figures as text.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10

Number = Callable[[float], str]
Values = Sequence[float | None]

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
SMALL_WIDTH, SMALL_HEIGHT = 260, 100
ROW = 30  # of a ranking
LABELS = 190
CELL = 26  # of a heat map
SHADES = 5


@dataclass(frozen=True)
class Series:
    """One row of figures. `reasons` says per index why a value is missing; the chart's `gap` stands in elsewhere."""

    name: str
    values: Values
    reasons: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """A drawn chart and what stands around it; `{% chart %}` prints all of it.

    `legend` pairs a name with a small SVG sample; it is empty for one series, whose name is the title.
    """

    title: str
    svg: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, str], ...] = ()
    formula: str = ""


@dataclass(frozen=True)
class Words:
    """What a chart cannot know by itself: how numbers are written, what a gap and the first column are called."""

    number: Number = lambda value: f"{value:g}"
    gap: str = "no reading"
    heading: str = ""
    formula: str = ""

    def of(self, series: Series, index: int) -> str:
        value = series.values[index]
        return self.number(value) if value is not None else series.reasons.get(index, self.gap)


# ---- scales ----


def ticks(lowest: float, highest: float, wanted: int = 4) -> list[float]:
    """Round numbers that enclose the range, about `wanted` steps apart."""
    if highest <= lowest:
        highest = lowest + 1
    raw = (highest - lowest) / wanted
    size = 10 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    first, last = floor(lowest / step), ceil(highest / step)
    return [round(index * step, 10) for index in range(first, last + 1)]


@dataclass(frozen=True)
class Plot:
    """The rectangle the figures are drawn in, and the way from figures to points."""

    count: int
    scale: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = BOTTOM
    slots: bool = False  # bars stand in the middle of a slot, points on its edges

    @property
    def step(self) -> float:
        room = self.width - self.left - RIGHT
        return room / self.count if self.slots else room / max(self.count - 1, 1)

    @property
    def floor(self) -> int:
        return self.height - self.bottom

    def x(self, index: float) -> float:
        return self.left + self.step * (index + 0.5 if self.slots else index)

    def y(self, value: float) -> float:
        lowest, highest = self.scale[0], self.scale[-1]
        return self.floor - (value - lowest) / (highest - lowest) * (self.floor - TOP)


def _scale(series: Iterable[Series], from_zero: bool, target: float | None = None) -> tuple[float, ...]:
    present = [value for each in series for value in each.values if value is not None]
    present += [] if target is None else [target]
    if not present:
        return (0, 1)
    lowest = min(0.0, *present) if from_zero else min(present)
    return tuple(ticks(lowest, max(present)))


# ---- pieces of a drawing ----


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, css: str = "") -> str:
    return f'<text class="chart-text{css}" x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _svg(title: str, description: str, body: Iterable[str], size: tuple[float, float], css: str = "") -> str:
    said = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    box = f'viewBox="0 0 {_n(size[0])} {_n(size[1])}"'
    label = escape(title, quote=True)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart-svg{css}" {box} role="img" aria-label="{label}">'
    return f"{opening}{said}{''.join(body)}</svg>"


def _description(series: Sequence[Series], labels: Sequence[str], words: Words) -> str:
    """Range and last figure of each series, and how many are missing: what the eye takes from the picture."""
    parts = []
    for each in series:
        present = [(value, index) for index, value in enumerate(each.values) if value is not None]
        if not present:
            parts.append(f"{each.name}: {words.gap}.")
            continue
        lowest, highest, last = min(present), max(present), max(present, key=lambda pair: pair[1])
        said = ", ".join(f"{labels[index]}: {words.number(value)}" for value, index in (lowest, highest, last))
        parts.append(f"{each.name}: {said}.")
    return " ".join(parts)


def _axis(plot: Plot, words: Words) -> str:
    lines = []
    for value in plot.scale:
        y = plot.y(value)
        css = "chart-axis" if value == 0 or value == plot.scale[0] else "chart-grid"
        lines.append(f'<path class="{css}" d="M{plot.left} {_n(y)}H{plot.width - RIGHT}"/>')
        lines.append(_text(plot.left - 8, y + 4, words.number(value), " chart-end"))
    return "".join(lines)


def _columns_named(plot: Plot, labels: Sequence[str], most: int = 7) -> str:
    """As many labels below the axis as there is room for, the last one always among them."""
    every = max(1, ceil(len(labels) / most))
    shown = [index for index in range(len(labels)) if (len(labels) - 1 - index) % every == 0]
    texts = []
    for index in shown:
        edge = " chart-end" if not plot.slots and index == len(labels) - 1 and len(labels) > 1 else " chart-middle"
        if not plot.slots and index == 0:
            edge = ""
        texts.append(_text(plot.x(index), plot.floor + 18, labels[index], edge))
    return "".join(texts)


def _runs(values: Values, missing: bool) -> list[tuple[int, int]]:
    """First and last index of each stretch of present (or missing) values."""
    runs: list[tuple[int, int]] = []
    for index, value in enumerate(values):
        if (value is None) is not missing:
            continue
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _hatch(x: float, y: float, width: float, height: float, reason: str) -> str:
    """A hatched field. Drawn line by line: a <pattern> needs an id, and ids of two charts on a page could collide."""
    right, floor_ = x + width, y + height
    lines, offset = [], x - floor_
    while offset < right - y:
        start, end = max(x, offset + y), min(right, offset + floor_)
        if end > start:
            lines.append(f"M{_n(start)} {_n(start - offset)}L{_n(end)} {_n(end - offset)}")
        offset += 7
    field_ = f'<rect class="chart-gap" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'
    hatch = f'<path class="chart-hatch" d="{"".join(lines)}"/>'
    return f'<g class="chart-missing"><title>{escape(reason)}</title>{field_}{hatch}</g>'


def _gaps(plot: Plot, series: Series, words: Words) -> str:
    fields = []
    for first, last in _runs(series.values, missing=True):
        left = max(plot.left, plot.x(first) - plot.step / 2)
        right = min(plot.width - RIGHT, plot.x(last) + plot.step / 2)
        fields.append(_hatch(left, TOP, right - left, plot.floor - TOP, words.of(series, first)))
    return "".join(fields)


def _columns(plot: Plot, labels: Sequence[str], series: Sequence[Series], words: Words) -> str:
    """Invisible columns that chart.js reads figures from."""
    marks = []
    for index, label in enumerate(labels):
        # what a single line shows, the heading says
        named = [f"{each.name}: {words.of(each, index)}" for each in series]
        said = "; ".join(named) if len(series) > 1 else words.of(series[0], index)
        left = max(plot.left, plot.x(index) - plot.step / 2)
        right = min(plot.width - RIGHT, plot.x(index) + plot.step / 2)
        box = f'x="{_n(left)}" y="{TOP}" width="{_n(right - left)}" height="{plot.floor - TOP}"'
        text = escape(f"{label} · {said}", quote=True)
        marks.append(f'<rect class="chart-column" data-x="{_n(plot.x(index))}" data-text="{text}" {box}/>')
    cursor = f'<line class="chart-cursor" hidden="" x1="0" x2="0" y1="{TOP}" y2="{plot.floor}"/>'
    return cursor + "".join(marks)


def _table(labels: Sequence[str], series: Sequence[Series], words: Words) -> dict[str, tuple]:
    rows = tuple((label, *(words.of(each, index) for each in series)) for index, label in enumerate(labels))
    return {"headings": (words.heading, *(each.name for each in series)), "rows": rows}


def _legend(series: Sequence[Series], kind: str) -> tuple[tuple[str, str], ...]:
    if len(series) < 2:
        return ()
    shapes = {
        "line": '<path class="chart-line series-{}" d="M0 6H28"/>',
        "bar": '<rect class="chart-bar series-{}" width="28" height="12"/>',
    }
    sample = '<svg viewBox="0 0 28 12" aria-hidden="true">' + shapes[kind] + "</svg>"
    return tuple((each.name, sample.format(number)) for number, each in enumerate(series, 1))


def _checked(labels: Sequence[str], series: Sequence[Series]) -> None:
    for each in series:
        if len(each.values) != len(labels):
            raise ValueError(f"{each.name!r} has {len(each.values)} values for {len(labels)} labels.")


# ---- charts ----


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    words: Words = Words(),
    *,
    from_zero: bool = True,
    target: tuple[str, float] | None = None,
) -> Chart:
    """Figures over time, at most six series. `target` is a name and a value, drawn as a dotted line."""
    _checked(labels, series)
    plot = Plot(len(labels), _scale(series, from_zero, target[1] if target else None))
    body = [*(_gaps(plot, each, words) for each in series), _axis(plot, words), _columns_named(plot, labels)]
    if target:
        y = plot.y(target[1])
        body.append(f'<path class="chart-target" d="M{plot.left} {_n(y)}H{plot.width - RIGHT}"/>')
        body.append(_text(plot.width - RIGHT, y - 5, f"{target[0]}: {words.number(target[1])}", " chart-end"))
    body += [_lines(plot, each, number) for number, each in enumerate(series, 1)]
    body.append(_columns(plot, labels, series, words))
    svg = _svg(title, _description(series, labels, words), body, (plot.width, plot.height))
    return Chart(title, svg, legend=_legend(series, "line"), formula=words.formula, **_table(labels, series, words))


def _lines(plot: Plot, series: Series, number: int) -> str:
    parts = []
    for first, last in _runs(series.values, missing=False):
        points = [(plot.x(index), plot.y(series.values[index] or 0)) for index in range(first, last + 1)]
        if len(points) > 1:
            path = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
            parts.append(f'<path class="chart-line series-{number}" d="M{path}"/>')
        else:
            # A figure between two gaps has no line to lie on.
            parts.append(_dot(*points[0], number))
    return "".join(parts)


def _dot(x: float, y: float, number: int) -> str:
    return f'<circle class="chart-dot series-{number}" cx="{_n(x)}" cy="{_n(y)}" r="4"/>'


def bars(title: str, labels: Sequence[str], series: Sequence[Series], words: Words = Words()) -> Chart:
    """Figures side by side, standing on 0."""
    _checked(labels, series)
    plot = Plot(len(labels), _scale(series, from_zero=True), slots=True)
    body = [_axis(plot, words), _columns_named(plot, labels, most=12)]
    body += [_bars(plot, series, number, words) for number in range(1, len(series) + 1)]
    body.append(_columns(plot, labels, series, words))
    svg = _svg(title, _description(series, labels, words), body, (plot.width, plot.height))
    return Chart(title, svg, legend=_legend(series, "bar"), formula=words.formula, **_table(labels, series, words))


def _bars(plot: Plot, series: Sequence[Series], number: int, words: Words) -> str:
    each = series[number - 1]
    width = min(plot.step * 0.7 / len(series), 44)
    parts = []
    for index, value in enumerate(each.values):
        x = plot.x(index) - width * len(series) / 2 + width * (number - 1)
        if value is None:
            parts.append(_hatch(x, TOP, width - 1, plot.floor - TOP, words.of(each, index)))
            continue
        top, foot = sorted((plot.y(value), plot.y(0)))
        box = f'x="{_n(x)}" y="{_n(top)}" width="{_n(width - 1)}" height="{_n(foot - top)}"'
        parts.append(f'<rect class="chart-bar series-{number}" {box}/>')
    return "".join(parts)


def ranking(title: str, labels: Sequence[str], series: Series, words: Words = Words(), *, marked: int = -1) -> Chart:
    """Lying bars with the figure at their end: municipalities, posts or channels side by side.

    The order is the caller's; `marked` is the index to show strong (one's own municipality).
    """
    _checked(labels, [series])
    most = max((value for value in series.values if value), default=1)
    room = WIDTH - LABELS - 90
    body = []
    for index, (label, value) in enumerate(zip(labels, series.values, strict=True)):
        y = index * ROW + 4
        strong = " chart-text-strong" if index == marked else ""
        said = escape(f"{label} · {words.of(series, index)}", quote=True)
        body.append(f'<g data-x="0" data-text="{said}">{_text(0, y + 15, _clip(label), strong)}')
        length = 0.0 if value is None else max(value, 0) / most * room
        box = f'x="{LABELS}" y="{y}" width="{_n(length)}" height="{ROW - 10}"'
        other = " chart-bar-other" if marked not in (-1, index) else ""
        body.append(f'<rect class="chart-bar series-1{other}" {box}/>' if value is not None else "")
        if value is None:
            body.append(_hatch(LABELS, y, room, ROW - 10, words.of(series, index)))
            length = room
        end = "–" if value is None else words.number(value)
        body.append(_text(LABELS + length + 8, y + 15, end, strong or " chart-text-value") + "</g>")
    svg = _svg(title, _description([series], labels, words), body, (WIDTH, len(labels) * ROW + 4), " chart-ranking")
    return Chart(title, svg, formula=words.formula, **_table(labels, [series], words))


def _clip(label: str, most: int = 18) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def heat(title: str, columns: Sequence[str], rows: Sequence[Series], words: Words = Words()) -> Chart:
    """A grid of shades, e.g. weekday by hour. Five shades between 0 and the largest; the table says the figures."""
    _checked(columns, rows)
    most = max((value for each in rows for value in each.values if value), default=1)
    left, width = 96, (WIDTH - 96 - RIGHT) / len(columns)
    every = ceil(len(columns) / 12)
    body = [
        _text(left + (index + 0.5) * width, 12, label, " chart-middle")
        for index, label in enumerate(columns)
        if index % every == 0
    ]
    for row, each in enumerate(rows):
        y = 20 + row * CELL
        body.append(_text(left - 8, y + 17, _clip(each.name, 13), " chart-end"))
        for index, value in enumerate(each.values):
            x = left + index * width
            said = escape(f"{each.name}, {columns[index]} · {words.of(each, index)}", quote=True)
            body.append(f'<g data-x="{_n(x + width / 2)}" data-text="{said}">')
            if value is None:
                body.append(_hatch(x, y, width - 2, CELL - 2, words.of(each, index)))
            else:
                shade = 0 if value <= 0 else min(SHADES, 1 + floor(value / most * SHADES * 0.999))
                box = f'x="{_n(x)}" y="{y}" width="{_n(width - 2)}" height="{CELL - 2}" rx="2"'
                body.append(f'<rect class="heat-{shade}" {box}/>')
            body.append("</g>")
    svg = _svg(title, _description(rows, columns, words), body, (WIDTH, 24 + len(rows) * CELL))
    table = tuple((each.name, *(words.of(each, index) for index in range(len(columns)))) for each in rows)
    return Chart(title, svg, (words.heading, *columns), table, formula=words.formula)


def sparkline(values: Values, description: str = "") -> str:
    """A line without axes for a tile, as SVG text; gaps stay open. Decoration unless it is given a description."""
    present = [value for value in values if value is not None]
    if not present:
        return ""
    lowest, highest = min(present), max(present)
    spread = (highest - lowest) or 1
    across = 100 / max(len(values) - 1, 1)
    parts = []
    for first, last in _runs(values, missing=False):
        points = (
            (index * across, 26 - ((values[index] or 0) - lowest) / spread * 24) for index in range(first, last + 1)
        )
        path = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
        # A lone figure is drawn as a line of no length, which the round cap makes a dot.
        parts.append(f'<path class="chart-line" d="M{path}{"" if last > first else "h0"}"/>')
    said = f'role="img" aria-label="{escape(description, quote=True)}"' if description else 'aria-hidden="true"'
    box = 'viewBox="0 0 100 28" preserveAspectRatio="none"'
    return f'<svg class="sparkline" {box} {said}>{"".join(parts)}</svg>'


def multiples(labels: Sequence[str], series: Sequence[Series], words: Words = Words()) -> list[Chart]:
    """One small chart per series on one common scale, so that they may be compared by eye."""
    _checked(labels, series)
    scale = _scale(series, from_zero=True)
    ends = (scale[0], scale[-1])
    drawn = []
    for each in series:
        plot = Plot(len(labels), ends, SMALL_WIDTH, SMALL_HEIGHT, left=44, bottom=24)
        body = [_gaps(plot, each, words), _axis(plot, words), _columns_named(plot, labels, most=2)]
        body += [_lines(plot, each, 1), _columns(plot, labels, [each], words)]
        size = (plot.width, plot.height)
        svg = _svg(each.name, _description([each], labels, words), body, size, " chart-small")
        drawn.append(Chart(each.name, svg, formula=words.formula, **_table(labels, [each], words)))
    return drawn
