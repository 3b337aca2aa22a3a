"""A map of municipalities: a tile for each district, in it a field for each of its municipalities that has a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.safestring import SafeString

from common.charts import drawing
from common.charts.grids import PLACES, Shades, lines_of_name, shades_of, short_district
from common.charts.parts import PLAIN, Chart, ChartTexts, Series, describe_ends
from common.markup import html

COLUMNS, ROWS = 5, 8
WIDE_TILE, NARROW_TILE = (112, 66), (67, 66)
GAP = 3
MOST_NAMED = 2  # municipalities in a tile; more are small fields whose names are read by pointer, keyboard and table
LETTER = 6.2
SMALL_FIELD = 15


@dataclass(frozen=True)
class MapEntry:
    """A municipality: the code of its district (a key of `PLACES`), its name, its figure or the reason for none."""

    district: str
    name: str
    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def place_map(title: str, places: Sequence[MapEntry], districts: Mapping[str, str], texts: ChartTexts = PLAIN) -> Chart:
    """Serbia as tiles of districts, roughly where they lie; `districts` are their names by code, of all that exist.

    One or two municipalities of a district share its tile and are named in it; districts without any have a dashed
    edge. Raises ValueError for a district without a place on the map.
    """
    unknown = sorted({place.district for place in places} - PLACES.keys())
    if unknown:
        raise ValueError(f"{title!r}: no place on the map for {', '.join(unknown)}.")
    shades = shades_of([place.value for place in places])
    by_district: dict[str, list[MapEntry]] = {}
    for place in places:
        by_district.setdefault(place.district, []).append(place)

    def draw(tile: tuple[int, int]) -> SafeString:
        wide, high = tile
        body: list[SafeString] = []
        for code, (column, row) in PLACES.items():
            box = _Box(column * wide + 2, row * high + 2, wide - GAP, high - GAP)
            inside = by_district.get(code, [])
            if not inside:
                body.append(_empty(box, districts.get(code, "")))
            elif len(inside) <= MOST_NAMED:
                body += _named(box, inside, shades, texts)
            else:
                body += _small(box, inside, districts.get(code, ""), shades, texts)
        return drawing.svg(title, description, body, (COLUMNS * wide + 3, ROWS * high + 3), " chart-tiles chart-places")

    labels = [place.name for place in places]
    reasons = {index: place.reason for index, place in enumerate(places) if place.reason}
    series = Series(title, [place.value for place in places], reasons)
    description = describe_ends(labels, series.values, texts)
    legend = shades.legend(texts, any(place.value is None for place in places))
    table = drawing.table(labels, [series], texts)
    return Chart(title, draw(WIDE_TILE), *table, legend, texts.formula, description, draw(NARROW_TILE))


def _empty(box: _Box, district: str) -> SafeString:
    shape = html('<rect class="chart-empty" {} rx="3"/>', _rectangle(box))
    return shape + _lines(box, lines_of_name(short_district(district)), "chart-tile-name")


def _named(box: _Box, places: Sequence[MapEntry], shades: Shades, texts: ChartTexts) -> list[SafeString]:
    """The tile divided from top to bottom, each part with name and figure."""
    height = (box.height - (len(places) - 1) * 2) / len(places)
    parts = []
    for at, place in enumerate(places):
        part = _Box(box.x, box.y + at * (height + 2), box.width, height)
        shape, ink, figure = _field(part, place, shades, texts)
        most = int(part.width / LETTER)
        names = _in_lines(place.name, most) if len(places) == 1 else [drawing.clip(place.name, most)]
        middle, first = part.middle[0], part.y + (12 if len(places) > 1 else 20 if len(names) > 1 else 27)
        for line, name in enumerate(names):
            shape += drawing.text(middle, first + line * 12, name, f" chart-middle chart-tile-name{ink}")
        bottom = part.y + part.height - (4 if len(places) > 1 else 9)
        shape += drawing.text(middle, bottom, figure, f" chart-middle chart-tile-value{ink}")
        parts.append(drawing.marked(*part.middle, f"{place.name} · {_value(place, texts)}", shape))
    return parts


def _small(box: _Box, places: Sequence[MapEntry], district: str, shades: Shades, texts: ChartTexts) -> list[SafeString]:
    """The district's name above a small field for each municipality."""
    across = int((box.width - 4) // SMALL_FIELD)
    top = 16
    height = min(SMALL_FIELD, (box.height - top - 2) / ceil(len(places) / across))
    name = drawing.clip(short_district(district), int(box.width / LETTER))
    parts = [
        html('<rect class="chart-empty" {} rx="3"/>', _rectangle(box))
        + drawing.text(box.middle[0], box.y + 12, name, " chart-middle chart-tile-name")
    ]
    for at, place in enumerate(places):
        line, column = divmod(at, across)
        field = _Box(box.x + 3 + column * SMALL_FIELD, box.y + top + line * height, SMALL_FIELD - 2, height - 2)
        shape, _ink, _figure = _field(field, place, shades, texts)
        parts.append(drawing.marked(*field.middle, f"{place.name} · {_value(place, texts)}", shape))
    return parts


def _field(box: _Box, place: MapEntry, shades: Shades, texts: ChartTexts) -> tuple[SafeString, str, str]:
    """The shaded rectangle, the class of letters on it, and the figure."""
    if place.value is None:
        return drawing.hatch(box.x, box.y, box.width, box.height, texts.missing(place.reason)), "", "–"
    shade = shades.of(place.value)
    shape = html('<rect class="chart-cell heat-{}" {} rx="3"/>', shade, _rectangle(box))
    return shape, f" chart-on-{shade}", texts.number(place.value)


def _value(place: MapEntry, texts: ChartTexts) -> str:
    return texts.format_value(place.value, place.reason)


def _lines(box: _Box, lines: Sequence[str], css: str) -> SafeString:
    first = box.middle[1] + 4 - (len(lines) - 1) * 6
    shape = drawing.text(box.middle[0], first, lines[0], f" chart-middle {css}")
    for at, line in enumerate(lines[1:], 1):
        shape += drawing.text(box.middle[0], first + at * 12, line, f" chart-middle {css}")
    return shape


def _in_lines(name: str, most: int) -> list[str]:
    """A name in one line, or where it is too long for it in two."""
    if len(name) <= most:
        return [name]
    first, _space, rest = name.partition(" ")
    return [drawing.clip(line, most) for line in (first, rest) if line]


def _rectangle(box: _Box) -> SafeString:
    return drawing.rectangle(box.x, box.y, box.width, box.height)
