"""Comparisons, one row per item: rankings, before and after, indicators against their target."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.charts import drawing
from common.charts.drawing import NARROW, RIGHT, WIDE, Plot, n
from common.charts.parts import PLAIN, Chart, ChartTexts, Figure, Series, checked, describe_ends
from common.markup import NOTHING, html, joined

ROW, NARROW_ROW = 30, 48
BULLET = 66
BULLET_LINE = (144, 18)
LABELS = 190  # room for names left of wide rows; narrow ones stand above their row


def ranking(title: str, labels: Sequence[str], series: Series, texts: ChartTexts = PLAIN, *, marked: int = -1) -> Chart:
    """Lying bars with the figure at their end: municipalities, posts or channels side by side.

    The order is the caller's; `marked` is the index to show strong (one's own municipality). Bars of negative figures
    go to the left.
    """
    checked(labels, [series])
    present = [value for value in series.values if value is not None]
    most, least = max([0.0, *present]), min([0.0, *present])
    span = (most - least) or 1
    ends = drawing.room_for((texts.number(value) for value in present), 20, 110) + 14

    def draw(narrow: bool) -> SafeString:
        width, row = (NARROW, NARROW_ROW) if narrow else (WIDE, ROW)
        left = (0 if narrow else LABELS) + (ends if least < 0 else 0)
        room = width - left - ends
        zero = left + -least / span * room
        body = []
        for index in range(len(labels)):
            body.append(_row(index, index * row + (20 if narrow else 4), (left, room, zero), narrow))
        if least < 0:
            body.append(html('<path class="chart-axis" d="M{} 0V{}"/>', n(zero), n(len(labels) * row)))
        return drawing.svg(title, description, body, (width, max(len(labels) * row + 4, row)), " chart-ranking")

    def _row(index: int, y: float, sizes: tuple[float, float, float], narrow: bool) -> SafeString:
        label, value, (left, room, zero) = labels[index], series.values[index], sizes
        strong = " chart-text-strong" if index == marked else ""
        name = _name(label, y, narrow, strong)
        if value is None:
            shape = drawing.hatch(left, y, room, ROW - 12, texts.of(series, index))
            end = drawing.text(left + room + 8, y + 14, "–", strong or " chart-text-value")
        else:
            length = abs(value) / span * room
            box = drawing.rectangle(zero - length if value < 0 else zero, y, length, ROW - 12)
            other = " chart-bar-other" if marked not in (-1, index) else ""
            shape = html('<rect class="chart-bar series-1{}" {}/>', other, box)
            side = " chart-end" if value < 0 else ""
            at = zero - length - 8 if value < 0 else zero + length + 8
            end = drawing.text(at, y + 14, texts.number(value), (strong or " chart-text-value") + side)
        return drawing.marked(0, y + 10, f"{label} · {texts.of(series, index)}", name + shape + end)

    description = describe_ends(labels, series.values, texts)
    return drawing.chart(title, texts, description, drawing.table(labels, [series], texts), draw)


def _name(label: str, y: float, narrow: bool, css: str) -> SafeString:
    if narrow:
        return drawing.text(0, y - 5, drawing.clip(label, 42), f"{css} chart-text-over")
    return drawing.text(0, y + 14, drawing.clip(label, 24), css)


@dataclass(frozen=True)
class Pair:
    """Before and after of one municipality. `reason` says why one of them is missing."""

    label: str
    before: float | None
    after: float | None
    reason: str = ""


def dumbbell(
    title: str,
    pairs: Sequence[Pair],
    texts: ChartTexts = PLAIN,
    *,
    names: tuple[str, str] | None = None,
    marked: int = -1,
) -> Chart:
    """Before and after, one row each: a hollow dot, a line, a filled dot, and the difference at the end.

    `names` is what the two are called, e.g. ("3 months before the training", "3 months after"). The order is the
    caller's; `marked` is the index to show strong.
    """
    before, after = names or (_("Before"), _("After"))
    values = [value for pair in pairs for value in (pair.before, pair.after)]
    scale = drawing.scale_of(values)
    changes = [texts.number(p.after - p.before) if _whole(p) else "–" for p in pairs]  # type: ignore[operator]
    ends = drawing.room_for(changes, 20, 110) + 24

    def draw(narrow: bool) -> SafeString:
        width, row = (NARROW, NARROW_ROW) if narrow else (WIDE, ROW)
        height = len(pairs) * row + 34
        left = 10 if narrow else LABELS
        plot = Plot(len(scale), scale, width, height, left=left, right=ends, top=4, bottom=26)
        body = [_upright(plot, texts)]
        for index, pair in enumerate(pairs):
            y = index * row + (30 if narrow else 17)
            body.append(_pair(plot, pair, y, narrow, " chart-text-strong" if index == marked else ""))
        return drawing.svg(title, description, body, (width, height), " chart-ranking")

    def _pair(plot: Plot, pair: Pair, y: float, narrow: bool, strong: str) -> SafeString:
        name = _name(pair.label, y - (7 if narrow else 9), narrow, strong)
        body, known = NOTHING, [value for value in (pair.before, pair.after) if value is not None]
        if not known:
            body = drawing.hatch(plot.left, y - 7, plot.end - plot.left, 14, texts.missing(pair.reason))
        elif len(known) == 2:
            one, other = (_across(plot, value) for value in known)
            body = html('<path class="chart-between" d="M{} {}H{}"/>', n(one), n(y), n(other))
        if pair.before is not None:
            body += html('<circle class="chart-before" cx="{}" cy="{}" r="4.5"/>', n(_across(plot, pair.before)), n(y))
        if pair.after is not None:
            x = n(_across(plot, pair.after))
            body += html('<circle class="chart-dot series-1" cx="{}" cy="{}" r="5.5"/>', x, n(y))
        end = drawing.text(plot.width, y + 5, _change(pair, texts), (strong or " chart-text-value") + " chart-end")
        labels = [
            f"{before}: {texts.format_value(pair.before, pair.reason)}",
            f"{after}: {texts.format_value(pair.after, pair.reason)}",
        ]
        return drawing.marked(0, y, f"{pair.label} · {'; '.join(labels)}", name + body + end)

    description = _describe_pairs(pairs, (before, after), texts)
    rows = tuple(
        (p.label, texts.format_value(p.before, p.reason), texts.format_value(p.after, p.reason), _change(p, texts))
        for p in pairs
    )
    table = ((texts.heading, before, after, _("Difference")), rows)
    legend = ((before, drawing.sample("before")), (after, drawing.sample("after")))
    return drawing.chart(title, texts, description, table, draw, legend=legend)


def _whole(pair: Pair) -> bool:
    return pair.before is not None and pair.after is not None


def _change(pair: Pair, texts: ChartTexts) -> Figure:
    if pair.before is None or pair.after is None:
        return Figure("–", None)
    change = pair.after - pair.before
    return Figure(f"+{texts.number(change)}" if change > 0 else texts.number(change).replace("-", "−"), change)


def _describe_pairs(pairs: Sequence[Pair], names: tuple[str, str], texts: ChartTexts) -> str:
    whole = [pair for pair in pairs if _whole(pair)]
    more = sum(1 for pair in whole if (pair.after or 0) > (pair.before or 0))
    less = sum(1 for pair in whole if (pair.after or 0) < (pair.before or 0))
    counts = {"after": names[1], "before": names[0], "more": more, "less": less, "same": len(whole) - more - less}
    description = _("%(before)s and %(after)s: more in %(more)s, less in %(less)s, the same in %(same)s.") % counts
    missing = len(pairs) - len(whole)
    return description if not missing else f"{description} {texts.missing()}: {missing}."


def _across(plot: Plot, value: float) -> float:
    lowest, highest = plot.scale[0], plot.scale[-1]
    return plot.left + (value - lowest) / (highest - lowest) * (plot.end - plot.left)


def _upright(plot: Plot, texts: ChartTexts) -> SafeString:
    """An axis of rows: uprights, named below."""
    every = 1 if plot.width > NARROW else 2
    parts = []
    for index, value in enumerate(plot.scale):
        x = _across(plot, value)
        css = "chart-axis" if value == 0 else "chart-grid"
        parts.append(html('<path class="{}" d="M{} {}V{}"/>', css, n(x), n(plot.top), n(plot.floor)))
        if index % every == 0:
            parts.append(drawing.text(x, plot.floor + 18, texts.number(value), " chart-middle"))
    return joined(parts)


def bullet(
    title: str,
    *,
    baseline: float | None,
    actual: float | None,
    target: float | None,
    milestones: Sequence[tuple[str, float]] = (),
    texts: ChartTexts = PLAIN,
    reason: str = "",
) -> Chart:
    """One indicator in one quiet row: the actual as a bar, the baseline as a hollow tick, the target as a strong line.

    `milestones` are named values on the way to the target. `reason` says why the actual is missing. Whether the
    indicator is on track is the caller's to say, in words beside it.
    """
    points = [
        value for value in (baseline, actual, target, *(value for _name, value in milestones)) if value is not None
    ]
    scale = drawing.scale_of(points or [1])

    def draw(narrow: bool) -> SafeString:
        width = NARROW if narrow else WIDE
        plot = Plot(2, scale, width, BULLET, left=4, right=RIGHT)
        track = html('<rect class="chart-track" {} rx="3"/>', drawing.rectangle(4, 22, plot.end - 4, 20))
        body = [track, _fill(plot)]
        for name, value in milestones:
            x = _across(plot, value)
            shape = drawing.haloed("chart-milestone", f"M{n(x)} 22V42")
            body.append(drawing.marked(x, 32, f"{name}: {texts.number(value)}", shape))
        for name, point, css in ((_("Baseline"), baseline, "chart-baseline"), (_("Target"), target, "chart-goal")):
            if point is not None:
                shape = drawing.haloed(css, f"M{n(_across(plot, point))} 18V46")
                body.append(drawing.marked(_across(plot, point), 32, f"{name}: {texts.number(point)}", shape))
        above = [(_("Actual"), actual, " chart-text-strong"), (_("Target"), target, " chart-text-value")]
        below = [(_("Baseline"), baseline, ""), *((name, value, "") for name, value in milestones)]
        body += [_labels(plot, above, 13), _labels(plot, below, 60)]
        return drawing.svg(title, description, body, (width, BULLET), " chart-bullet")

    def _fill(plot: Plot) -> SafeString:
        if actual is None:
            label = f"{_('Actual')}: {texts.missing(reason)}"
            return drawing.marked(5, 32, label, drawing.hatch(4, 26, plot.end - 4, 12, texts.missing(reason)))
        zero = min(max(_across(plot, 0), plot.left), plot.end)
        one, other = sorted((zero, _across(plot, actual)))
        bar = html('<rect class="chart-bar series-1" {} rx="1"/>', drawing.rectangle(one, 26, other - one, 12))
        return drawing.marked(_across(plot, actual), 32, f"{_('Actual')}: {texts.number(actual)}", bar)

    def _labels(plot: Plot, named: Sequence[tuple[str, float | None, str]], y: float) -> SafeString:
        """Names at their values, moved aside where they would overlap; only the first one where all have no room."""
        shown = [
            (f"{name} {texts.number(value)}", _across(plot, value), css)
            for name, value, css in named
            if value is not None
        ]
        if sum(len(label) * drawing.LETTER + 10 for label, _x, _css in shown) > plot.width:
            shown = shown[:1]
        shown.sort(key=lambda label_at: label_at[1])
        starts = side_by_side([(x, len(label) * drawing.LETTER) for label, x, _css in shown], plot.width)
        return joined(
            drawing.text(start + len(label) * drawing.LETTER / 2, y, label, f"{css} chart-middle")
            for (label, _x, css), start in zip(shown, starts, strict=True)
        )

    rows = _bullet_rows(baseline, milestones, target, texts)
    rows.append((_("Actual"), texts.format_value(actual, reason)))
    description = _in_words(rows)
    return drawing.chart(title, texts, description, ((texts.heading, _("Value")), tuple(rows)), draw)


def bullet_line(
    *,
    baseline: float | None,
    actual: float | None,
    target: float | None,
    milestones: Sequence[tuple[str, float]] = (),
    texts: ChartTexts = PLAIN,
) -> SafeString:
    """The same without words, as SVG for a row of a list. Its text alternative has all figures that it draws."""
    steps = [value for _name, value in milestones]
    points = [value for value in (baseline, actual, target, *steps) if value is not None]
    if not points:
        return NOTHING
    scale = drawing.scale_of(points)
    plot = Plot(2, scale, *BULLET_LINE, left=1, right=1, top=0, bottom=0)
    width, height = BULLET_LINE
    body = [html('<rect class="chart-track" {} rx="2"/>', drawing.rectangle(1, 3, width - 2, height - 6))]
    if actual is not None:
        zero = min(max(_across(plot, 0), plot.left), plot.end)
        one, other = sorted((zero, _across(plot, actual)))
        box = drawing.rectangle(one, 5, other - one, height - 10)
        body.append(html('<rect class="chart-bar series-1" {} rx="1"/>', box))
    for value, css in (
        *((value, "chart-milestone") for value in steps), (baseline, "chart-baseline"), (target, "chart-goal"),
    ):  # fmt: skip
        if value is not None:
            x = min(max(_across(plot, value), 1.5), width - 1.5)
            body.append(drawing.haloed(css, f"M{n(x)} 1V{n(height - 1)}"))
    rows = _bullet_rows(baseline, milestones, target, texts)
    if actual is not None:
        rows.append((_("Actual"), texts.format_value(actual)))
    return html(
        '<svg class="bullet-line" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        n(width), n(height), drawing.clean(_in_words(rows)), joined(body),
    )  # fmt: skip


def _bullet_rows(
    baseline: float | None, milestones: Sequence[tuple[str, float]], target: float | None, texts: ChartTexts
) -> list[tuple[str, str]]:
    return [
        (_("Baseline"), texts.format_value(baseline)),
        *((name, texts.format_value(value)) for name, value in milestones),
        (_("Target"), texts.format_value(target)),
    ]


def _in_words(rows: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in rows) + "."


def side_by_side(wanted: Sequence[tuple[float, float]], width: float, apart: float = 8) -> list[float]:
    """Where labels begin that want their middle at x: pairs of (x, length), from left to right, none over another."""
    starts: list[float] = []
    end = -apart
    for x, length in wanted:
        starts.append(max(x - length / 2, end + apart, 0))
        end = starts[-1] + length
    limit = width
    for index in range(len(starts) - 1, -1, -1):
        starts[index] = min(starts[index], limit - wanted[index][1])
        limit = starts[index] - apart
    return starts
