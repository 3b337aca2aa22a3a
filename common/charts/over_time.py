"""Time series: lines, bars, stacked shares, and the sparkline of a tile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.charts import drawing
from common.charts.drawing import HEIGHT, LETTER, NARROW, NARROW_HEIGHT, WIDE, Plot, n
from common.charts.parts import PLAIN, Chart, ChartTexts, Figure, Mark, Series, Values, checked, summary
from common.markup import NOTHING, html, joined
from common.templatetags.sr import percent

MOST_LABELLED = 4
MOST_NAME = 170  # of what names beside a chart take, in units of its drawing
NAME_GAP = 22


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    texts: ChartTexts = PLAIN,
    *,
    from_zero: bool = True,
    target: tuple[str, float] | None = None,
    marks: Sequence[Mark] = (),
) -> Chart:
    """Figures over time, at most six series and the muted ones. `target` is a name and a value, drawn as a dotted line.
    Two to four lines have their names at their ends, so that no legend is needed; more of them would touch.

    `marks` name what happened, e.g. `Mark(7, "Training")`; a broken one (`broken=True`) interrupts the lines before its
    index. A muted series (`Series(…, muted=True)`) is grey and dashed.
    """
    checked(labels, series)
    values = [value for row in series for value in row.values]
    scale = drawing.scale_of([*values, target[1] if target else None], from_zero=from_zero)
    if scale[0] > 0:
        # A line that leaves zero makes small changes look large.
        begins = _("the axis begins at %(number)s, not at 0") % {"number": texts.number(scale[0])}
        texts = replace(texts, formula="; ".join(filter(None, (texts.formula, begins))))

    def draw(narrow: bool) -> SafeString:
        plot = _plot(len(labels), scale, texts, marks, narrow, slots=False)
        if is_labelled and not narrow:
            plot = replace(plot, right=drawing.room_for([row.name for row in series], 0, MOST_NAME) + NAME_GAP)
        body = [
            *(drawing.gaps(plot, row, texts) for row in series if not row.muted),
            drawing.axis(plot, texts),
        ]
        body += [drawing.columns_named(plot, labels), drawing.draw_marks(plot, marks)]
        # The muted lie below what they are compared with.
        lines = sorted(drawing.numbered(series), key=lambda pair: not pair[1].muted)
        # A break is this channel's; what it is compared with goes on.
        body += [_lines(plot, row, css, frozenset() if row.muted else drawing.breaks(marks)) for css, row in lines]
        if is_labelled and not narrow:
            body.append(_labels_beside(plot, [end for css, row in lines if (end := _end_of(plot, css, row))]))
        body += [_target(plot, target, texts), _columns(plot, labels, series, texts)]
        return drawing.svg(title, description, body, (plot.width, plot.height))

    is_labelled = 2 <= len(series) <= MOST_LABELLED and all(any(v is not None for v in row.values) for row in series)
    description = summary(series, labels, texts, marks)
    table = drawing.table(labels, series, texts, marks)
    legend = drawing.legend(series, "line")
    return drawing.chart(title, texts, description, table, draw, legend=legend, is_labelled=is_labelled)


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    texts: ChartTexts = PLAIN,
    *,
    marks: Sequence[Mark] = (),
) -> Chart:
    """Figures side by side, standing on 0. A muted series is a tick across the slot instead of a bar."""
    checked(labels, series)
    scale = drawing.scale_of([value for row in series for value in row.values])

    def draw(narrow: bool) -> SafeString:
        plot = _plot(len(labels), scale, texts, marks, narrow, slots=True)
        body = [drawing.axis(plot, texts), drawing.columns_named(plot, labels)]
        body += [_bars(plot, series, texts), drawing.draw_marks(plot, marks), _columns(plot, labels, series, texts)]
        return drawing.svg(title, description, body, (plot.width, plot.height))

    description = summary(series, labels, texts, marks)
    table = drawing.table(labels, series, texts, marks)
    return drawing.chart(title, texts, description, table, draw, legend=drawing.legend(series, "bar"))


def stacked(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    texts: ChartTexts = PLAIN,
    *,
    share: bool = True,
    marks: Sequence[Mark] = (),
) -> Chart:
    """What a whole is made of, over time: the content mix. At most six series, the first one at the bottom.

    `share=True` draws every column to 100 %, `share=False` as high as its sum. A column without any figure is a gap;
    in a column with some, a missing one is no part of the whole and its reason is said.
    """
    checked(labels, series)
    if len(series) > 6:
        raise ValueError(f"{title!r} has {len(series)} parts; put the smallest together, six can be told apart.")
    if any(value is not None and value < 0 for part in series for value in part.values):
        raise ValueError(f"{title!r}: a part of a whole cannot be negative.")
    sums = [_sum(series, index) for index in range(len(labels))]
    scale = (0, 0.25, 0.5, 0.75, 1) if share else drawing.scale_of(sums)
    marks_of_axis = replace(texts, number=percent) if share else texts

    def draw(narrow: bool) -> SafeString:
        names = [] if narrow else [part.name for part in series]
        plot = _plot(len(labels), scale, marks_of_axis, marks, narrow, slots=True)
        plot = replace(plot, right=drawing.RIGHT if narrow else drawing.room_for(names, 0, MOST_NAME) + NAME_GAP)
        body = [drawing.axis(plot, marks_of_axis), drawing.columns_named(plot, labels)]
        for index, whole in enumerate(sums):
            reason = texts.of(series[0], index) if whole is None else ""
            body.append(_stack(plot, _pieces(plot, series, sums, index, share), index, reason))
        if not narrow:
            body.append(_names_beside(plot, series, sums, share))
        body.append(drawing.draw_marks(plot, marks))
        body.append(
            drawing.columns(plot, labels, lambda index: _describe_parts(series, sums, index, texts), lambda _i: "")
        )
        return drawing.svg(title, description, body, (plot.width, plot.height), " chart-stacked")

    shares = [
        Series(
            part.name,
            [_share(value, whole) for value, whole in zip(part.values, sums, strict=True)],
            part.reasons,
        )
        for part in series
    ]
    description = summary(
        shares if share else series, labels, replace(texts, number=percent) if share else texts, marks
    )
    headings, rows = drawing.table(labels, series, texts, marks)
    rows = tuple(
        (row[0], *(_describe_part(part, sums[index], index, texts) for part in series))
        for index, row in enumerate(rows)
    )
    return drawing.chart(title, texts, description, (headings, rows), draw, legend=drawing.legend(series, "bar"))


def sparkline(
    values: Values, description: str | None = None, texts: ChartTexts = PLAIN, *, mark: float | None = None
) -> SafeString:
    """A line without axes for a tile or a row, as SVG; gaps stay open and the last figure has a dot.

    Its text alternative is `description`, or first, last and range of the figures where there is none; "" makes it
    decoration, beside the same figures as text. `mark` is the index of an event (a training), drawn as a hairline.
    """
    present = [value for value in values if value is not None]
    if not present:
        return NOTHING
    lowest, highest = min(present), max(present)
    across, xs = _across(len(values))
    if highest == lowest:
        points = [f"{x} 14" for x in xs]
    else:
        spread = highest - lowest
        points = [f"{x} {25 - ((value or 0) - lowest) / spread * 22:.0f}" for x, value in zip(xs, values, strict=True)]
    parts = [] if mark is None else [html('<path class="chart-event" d="M{} 0V28"/>', f"{2 + mark * across:.0f}")]
    newest = 0
    for first, last in drawing.runs(values, missing=False):
        # A lone figure is drawn as a line of no length, which the round cap makes a dot.
        path = "L".join(points[first : last + 1])
        parts.append(html('<path d="M{}{}"/>', path, "" if last > first else "h0"))
        newest = last
    parts.append(html('<path class="chart-last" d="M{}h0"/>', points[newest]))
    text = _describe_sparkline(present, texts) if description is None else description
    aria = html('role="img" aria-label="{}"', drawing.clean(text)) if text else html('aria-hidden="true"')
    return html(
        '<svg class="sparkline" viewBox="0 0 100 28" preserveAspectRatio="none" {}>{}</svg>', aria, joined(parts)
    )


@lru_cache(maxsize=64)
def _across(count: int) -> tuple[float, tuple[str, ...]]:
    """The distance between points, and the x of each."""
    across = 96 / max(count - 1, 1)
    return across, tuple(f"{2 + index * across:.0f}" for index in range(count))


def _describe_sparkline(present: Sequence[float], texts: ChartTexts) -> str:
    return _("from %(first)s to %(last)s, lowest %(lowest)s, highest %(highest)s") % {
        "first": texts.number(present[0]),
        "last": texts.number(present[-1]),
        "lowest": texts.number(min(present)),
        "highest": texts.number(max(present)),
    }


# ---- pieces ----


def _plot(
    count: int, scale: Sequence[float], texts: ChartTexts, marks: Sequence[Mark], narrow: bool, *, slots: bool
) -> Plot:
    size = (NARROW, NARROW_HEIGHT) if narrow else (WIDE, HEIGHT)
    plot = Plot(count, tuple(scale), *size, left=drawing.left_of(scale, texts), slots=slots)
    top = drawing.room_for_marks(plot, marks)
    return replace(plot, top=top, height=plot.height + top - drawing.TOP)


def _target(plot: Plot, target: tuple[str, float] | None, texts: ChartTexts) -> SafeString:
    if not target:
        return NOTHING
    y = plot.y(target[1])
    name = drawing.text(
        plot.end, y - 6, f"{target[0]}: {texts.number(target[1])}", " chart-end chart-text-value chart-text-over"
    )
    return html('<path class="chart-target" d="M{} {}H{}"/>{}', n(plot.left), n(y), n(plot.end), name)


def _lines(plot: Plot, series: Series, css: str, breaks: frozenset[int]) -> SafeString:
    parts = []
    for first, last in drawing.runs(series.values, False, breaks):
        points = [(plot.x(index), plot.y(series.values[index] or 0)) for index in range(first, last + 1)]
        if len(points) > 1:
            path = "L".join(f"{n(x)} {n(y)}" for x, y in points)
            parts.append(html('<path class="chart-line {}" d="M{}"/>', css, path))
        else:
            # A figure between two gaps has no line to lie on.
            x, y = points[0]
            parts.append(html('<circle class="chart-dot {}" cx="{}" cy="{}" r="4"/>', css, n(x), n(y)))
    return joined(parts)


def _columns(plot: Plot, labels: Sequence[str], series: Sequence[Series], texts: ChartTexts) -> SafeString:
    def describe(index: int) -> str:
        # What a single line shows, the heading says.
        named = [f"{one_series.name}: {texts.of(one_series, index)}" for one_series in series]
        return "; ".join(named) if len(series) > 1 else texts.of(series[0], index) if series else ""

    def points(index: int) -> str:
        if plot.slots:
            return ""
        given = [(css, row.values[index]) for css, row in drawing.numbered(series)]
        return " ".join(f"{css}:{n(plot.y(value))}" for css, value in given if value is not None)

    return drawing.columns(plot, labels, describe, points)


def _bars(plot: Plot, series: Sequence[Series], texts: ChartTexts) -> SafeString:
    loud = [(css, row) for css, row in drawing.numbered(series) if not row.muted]
    muted = [(css, row) for css, row in drawing.numbered(series) if row.muted]
    width = min(plot.step * 0.7 / max(len(loud), 1), 44)
    gap = min(1.0, width * 0.15)
    parts = []
    for at, (css, row) in enumerate(loud):
        for index, value in enumerate(row.values):
            x = plot.x(index) - width * len(loud) / 2 + width * at
            if value is None:
                parts.append(drawing.hatch(x, plot.top, width - gap, plot.floor - plot.top, texts.of(row, index)))
                continue
            top, foot = sorted((plot.y(value), plot.y(0)))
            box = drawing.rectangle(x, top, width - gap, foot - top)
            parts.append(html('<rect class="chart-bar {}" {}/>', css, box))
    for css, row in muted:
        half = min(plot.step * 0.45, width * max(len(loud), 1) / 2 + 4)
        ticks = [
            f"M{n(plot.x(index) - half)} {n(plot.y(value))}h{n(half * 2)}"
            for index, value in enumerate(row.values)
            if value is not None
        ]
        parts.append(drawing.haloed(f"chart-tick {css}", "".join(ticks)) if ticks else NOTHING)
    return joined(parts)


def _sum(series: Sequence[Series], index: int) -> float | None:
    present = [value for row in series if (value := row.values[index]) is not None]
    return sum(present) if present else None


def _share(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole


def _describe_part(series: Series, whole: float | None, index: int, texts: ChartTexts) -> Figure:
    share = _share(series.values[index], whole)
    description = texts.of(series, index)
    return description if share is None else Figure(f"{description} ({percent(share)})", description.value)


def _describe_parts(series: Sequence[Series], sums: Sequence[float | None], index: int, texts: ChartTexts) -> str:
    whole = sums[index]
    if whole is None:
        return texts.of(series[0], index)
    parts = "; ".join(f"{part.name}: {_describe_part(part, whole, index, texts)}" for part in series)
    return _("%(parts)s; together %(sum)s") % {"parts": parts, "sum": texts.number(whole)}


def _pieces(
    plot: Plot, series: Sequence[Series], sums: Sequence[float | None], index: int, share: bool
) -> list[tuple[str, float, float]]:
    """Class, upper and lower edge of every part of a column that is more than nothing."""
    whole, pieces, below = sums[index] or 0, [], 0.0
    for css, row in drawing.numbered(series):
        value = row.values[index] or 0
        part = value / whole if share and whole else value
        if part:
            pieces.append((css, plot.y(below + part), plot.y(below)))
        below += part
    return pieces


def _stack(plot: Plot, pieces: Sequence[tuple[str, float, float]], index: int, reason: str) -> SafeString:
    width = _thick(plot)
    x = plot.x(index) - width / 2
    if reason:
        return drawing.hatch(x, plot.top, width, plot.floor - plot.top, reason)
    return joined(
        html('<rect class="chart-bar chart-part {}" {}/>', css, drawing.rectangle(x, top, width, foot - top))
        for css, top, foot in pieces
    )


def _thick(plot: Plot) -> float:
    return min(plot.step * 0.78, 56)


@dataclass(frozen=True)
class LabelledEnd:
    """A name that stands beside the point (`x`, `y`) at which its line or part ends."""

    css: str
    name: str
    x: float
    y: float


def _names_beside(plot: Plot, series: Sequence[Series], sums: Sequence[float | None], share: bool) -> SafeString:
    """The parts' names beside the last column, so that colours are not needed."""
    last = max((index for index, whole in enumerate(sums) if whole), default=None)
    if last is None:
        return NOTHING
    middles = {css: (top + foot) / 2 for css, top, foot in _pieces(plot, series, sums, last, share)}
    edge = plot.x(last) + _thick(plot) / 2
    ends = [LabelledEnd(css, part.name, edge, middles[css]) for css, part in drawing.numbered(series) if css in middles]
    return _labels_beside(plot, ends)


def _end_of(plot: Plot, css: str, series: Series) -> LabelledEnd | None:
    """Where the line of a series ends; None without any value."""
    known = [(index, value) for index, value in enumerate(series.values) if value is not None]
    return LabelledEnd(css, series.name, plot.x(known[-1][0]), plot.y(known[-1][1])) if known else None


def _labels_beside(plot: Plot, ends: Sequence[LabelledEnd]) -> SafeString:
    """Names right of the plot, each with a line to what it names; those that lie close together are spread apart."""
    ordered = sorted(ends, key=lambda end: -end.y)
    heights = spread([end.y for end in ordered], 15, plot.top + 4, plot.floor - 2)
    most = max(6, int((plot.right - 20) / LETTER))
    start = plot.end + 12
    parts = []
    for end, y in zip(ordered, heights, strict=True):
        line = n(end.x + 3), n(end.y), n(start - 4), n(y)
        parts.append(html('<path class="chart-leader" d="M{} {}L{} {}"/>', *line))
        parts.append(drawing.text(start, y + 4.5, drawing.clip(end.name, most), " chart-text-value"))
    return joined(parts)


def spread(wanted: Sequence[float], apart: float, top: float, bottom: float) -> list[float]:
    """Heights as near to the wanted ones as may be that are `apart` from each other; given from the bottom up."""
    heights = list(wanted)
    for index in range(1, len(heights)):
        heights[index] = min(heights[index], heights[index - 1] - apart)
    if heights and heights[-1] < top:
        heights[-1] = top
        for index in range(len(heights) - 2, -1, -1):
            heights[index] = max(heights[index], heights[index + 1] + apart)
    over = max((height - bottom for height in heights), default=0)
    return [height - max(over, 0) for height in heights]
