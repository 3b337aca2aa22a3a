"""Charts say what was measured and nothing else."""

import gzip
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from django.utils import translation

from common import charts
from common.charts import ChartTexts, Mark, Pair, Series, Tile
from common.charts.side_by_side import side_by_side
from municipalities.reference import load

DAYS = ["Mon", "Tue", "Wed", "Thu"]
SVG = "{http://www.w3.org/2000/svg}"
# Every kind, drawn from one row of figures.
KINDS = {
    "line": lambda series, labels: charts.line("t", labels, [series], marks=[Mark(1, "Training")]),
    "line against": lambda series, labels: charts.line("t", labels, [series, replace(series, muted=True)]),
    "bars": lambda series, labels: charts.bars("t", labels, [series, replace(series, muted=True)]),
    "shares": lambda series, labels: charts.stacked("t", labels, [parts(series), parts(series)]),
    "sums": lambda series, labels: charts.stacked("t", labels, [parts(series)], share=False),
    "ranking": lambda series, labels: charts.ranking("t", labels, series, marked=1),
    "heat": lambda series, labels: charts.heat("t", [series.name], labels, [series.values], marked=[(0, 0)]),
    "small": lambda series, labels: charts.small(labels, [series])[0],
    "multiples": lambda series, labels: charts.multiples("t", labels, [series], against=series, marked=0),
    "dumbbell": lambda series, labels: charts.dumbbell(
        "t", [Pair(label, value, 3) for label, value in zip(labels, series.values, strict=True)]
    ),
    "bullet": lambda series, labels: charts.bullet(
        series.name, baseline=series.values[0], actual=series.values[-1], target=4, milestones=[(labels[0], 2)]
    ),
    "place_map": lambda series, labels: charts.place_map(
        "t",
        [
            charts.MapEntry(("RS-18", "RS-18", "RS-06", "RS-08")[at % 4], label, value, series.reasons.get(at, ""))
            for at, (label, value) in enumerate(zip(labels, series.values, strict=True))
        ],
        {"RS-18": "Raška <b>", "RS-06": "South Bačka"},
    ),
    "tiles": lambda series, labels: charts.tiles(
        "t", [Tile(f"RS-0{at}", labels[at], value) for at, value in enumerate(series.values[:9])]
    ),
}
FIGURES = {
    "a gap": [1, 2, None, 4],
    "nothing": [None] * 4,
    "zeros": [0, 0, 0, 0],
    "alone": [5, None, 5, None],
    "negative": [-3, 2, 1, 0],
    "all negative": [-3, -2, -1, -4],
    "far apart": [1e9, 0.001, 3, 2],
    "a million": [1_000_000, 1_000_000, 1_000_000, 1_000_000],
    "one": [7],
    "36 months": [at % 7 or None for at in range(36)],
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def parts(series: Series) -> Series:
    """A part of a whole is never negative."""
    return replace(series, values=[value if value is None else abs(value) for value in series.values])


def labels_for(values: list) -> list[str]:
    return DAYS[: len(values)] if len(values) <= 4 else [f"{at}. 2026" for at in range(len(values))]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [element for element in parsed(svg).iter() if name in element.get("class", "").split()]


def test_every_chart_is_valid_and_stays_inside_its_picture(subtests: pytest.Subtests) -> None:
    for figures, values in FIGURES.items():
        for kind, draw in KINDS.items():
            with subtests.test(figures=figures, kind=kind):
                chart = draw(Series("Reach", values), labels_for(values))
                for svg in filter(None, (chart.svg, chart.narrow)):
                    root = parsed(svg)
                    assert root.get("role") == "img"
                    assert root.find(f"{SVG}title").text == root.get("aria-label") == chart.title
                    assert root.find(f"{SVG}desc").text == chart.summary != ""
                    width, height = (float(element) for element in root.get("viewBox").split()[2:])
                    for element in root.iter():
                        assert not element.get("style")
                        assert not any("nan" in value or "inf" in value for value in element.attrib.values())
                        if element.tag in (f"{SVG}rect", f"{SVG}circle"):
                            assert -1 <= float(element.get("x") or element.get("cx")) <= width
                            assert -1 <= float(element.get("y") or element.get("cy")) <= height
                            assert float(element.get("width") or 1) >= 0
                            assert float(element.get("height") or 1) >= 0
                assert all(len(row) == len(chart.headings) for row in chart.rows)


def test_names_with_markup_are_escaped(subtests: pytest.Subtests) -> None:
    for kind, draw in KINDS.items():
        with subtests.test(kind=kind):
            hostile = Series('<b>&"\x0b', [1, None, 2, 3], {1: "<i>gone"})
            chart = draw(hostile, ['<script>"', "&", "b\x00", "c"])
            for svg in filter(None, (chart.svg, chart.narrow, charts.standalone(chart))):
                tags = {element.tag for element in parsed(svg).iter()}
                assert tags <= {
                    SVG + name for name in ("svg", "title", "desc", "path", "text", "rect", "g", "line", "circle")
                }
                assert "<script>" not in svg
                assert "<i>" not in svg


def test_both_drawings_have_the_same_marks_to_read_in_the_same_order(subtests: pytest.Subtests) -> None:
    for kind, draw in KINDS.items():
        with subtests.test(kind=kind):
            chart = draw(Series("Reach", [1, 2, None, 4]), DAYS)
            if chart.narrow:
                labels = [
                    [e.get("data-text") for e in parsed(s).iter() if e.get("data-text")]
                    for s in (chart.svg, chart.narrow)
                ]
                assert labels[0] == labels[1] != []


def test_a_missing_reading_breaks_the_line_and_says_why():
    chart = charts.line("Reach", DAYS, [Series("Reach", [4, 5, None, 7], {2: "the channel was disconnected"})])
    [stretch] = of_class(chart.svg, "chart-line")
    assert stretch.get("d").count("L") == 1  # Monday to Tuesday, nothing through Wednesday
    assert len(of_class(chart.svg, "chart-dot")) == 1  # Thursday stands alone
    [gap] = of_class(chart.svg, "chart-missing")
    assert gap.find(f"{SVG}title").text == "the channel was disconnected"
    assert chart.rows[2] == ("Wed", "the channel was disconnected")


def test_a_zero_is_drawn_and_written_as_a_zero():
    chart = charts.line("Reach", DAYS, [Series("Reach", [4, 0, 2, 7])])
    assert not of_class(chart.svg, "chart-missing")
    assert chart.rows[1] == ("Tue", "0")


def test_a_missing_bar_is_hatched_not_left_at_zero():
    chart = charts.bars("Posts", DAYS, [Series("Posts", [3, None, 0, 5])])
    assert len(of_class(chart.svg, "chart-bar")) == 3
    assert len(of_class(chart.svg, "chart-missing")) == 1


def test_bars_stand_on_zero_even_when_all_figures_are_close():
    chart = charts.bars("Followers", DAYS, [Series("Followers", [10_001, 10_002, 10_003, 10_004])])
    heights = [float(bar.get("height")) for bar in of_class(chart.svg, "chart-bar")]
    assert min(heights) / max(heights) > 0.99


def test_a_line_may_leave_zero_only_when_asked():
    followers = [Series("Followers", [10_001, 10_002, 10_003, 10_004])]
    texts = ChartTexts(number=lambda value: f"{value:.0f}")
    assert ">0<" in charts.line("Followers", DAYS, followers, texts).svg
    left = charts.line("Followers", DAYS, followers, texts, from_zero=False)
    assert ">0<" not in left.svg
    assert left.formula == "the axis begins at 10001, not at 0"
    assert charts.line("Followers", DAYS, followers, texts).formula == ""


def test_numbers_are_written_as_the_caller_says():
    texts = ChartTexts(number=lambda value: f"{value:,.0f}".replace(",", "."))
    chart = charts.line("Reach", DAYS, [Series("Reach", [1200, 3400, 5000, 12000])], texts)
    assert chart.rows[3] == ("Thu", "12.000")
    assert ">10.000<" in chart.svg
    assert 'data-text="Thu · 12.000"' in chart.svg


def test_small_multiples_share_one_scale():
    large, small = charts.small(DAYS, [Series("A", [0, 0, 0, 100]), Series("B", [0, 0, 0, 10])])
    ends = [of_class(chart.svg, "chart-line")[0].get("d").rsplit(" ", 1)[1] for chart in (large, small)]
    assert float(ends[0]) < float(ends[1])  # higher on the page is smaller in SVG


def test_a_series_must_have_a_value_for_each_label():
    with pytest.raises(ValueError, match="3 values for 4 labels"):
        charts.line("t", DAYS, [Series("Reach", [1, 2, 3])])


@pytest.mark.parametrize(("lowest", "highest"), [(0, 1), (0, 7), (0, 532), (-12, 40), (0, 0.03), (9990, 10010)])
def test_an_axis_encloses_its_figures_in_few_round_steps(lowest, highest):
    scale = charts.ticks(lowest, highest)
    assert scale[0] <= lowest
    assert scale[-1] >= highest
    assert 2 <= len(scale) <= 7


def test_a_sparkline_of_nothing_is_nothing():
    assert charts.sparkline([None, None]) == ""


def test_a_sparkline_says_its_figures_and_marks_the_last_one():
    svg = charts.sparkline([3, 9, None, 4, None], mark=1)
    assert parsed(svg).get("aria-label") == "from 3 to 4, lowest 3, highest 9"
    [last] = [element for element in parsed(svg) if element.get("class") == "chart-last"]
    assert last.get("d").startswith("M74 ")  # the fourth of five, not the gap after it
    assert 'class="chart-event"' in svg


def test_a_sparkline_leaves_gaps_open_and_draws_a_lone_figure_as_a_dot():
    paths = [element.get("d") for element in parsed(charts.sparkline([3, 9, None, 4, None]))]
    assert paths == ["M2 25L26 3", "M74 21h0", "M74 21h0"]
    assert [element.get("d") for element in parsed(charts.sparkline([5, 5]))] == ["M2 14L98 14", "M98 14h0"]


def test_a_sparkline_beside_its_figures_is_decoration():
    svg = charts.sparkline([3, 9], "")
    assert parsed(svg).get("aria-hidden") == "true"
    assert parsed(svg).get("role") is None


def test_what_happened_is_drawn_said_and_stands_in_the_table():
    chart = charts.line("Reach", DAYS, [Series("Reach", [1, 2, 3, 4])], marks=[Mark(2, "Training")])
    [mark] = of_class(chart.svg, "chart-mark")
    assert mark.find(f"{SVG}title").text == "Training"
    assert chart.summary.endswith("Wed: Training.")
    assert chart.rows[2] == ("Wed · Training", "3")


def test_names_of_events_close_together_stand_in_rows_of_their_own():
    marks = [Mark(1, "Training of the officers"), Mark(1.2, "Elections")]
    chart = charts.line("Reach", DAYS, [Series("Reach", [1, 2, 3, 4])], marks=marks)
    heights = [mark.find(f"{SVG}text").get("y") for mark in of_class(chart.svg, "chart-mark")]
    assert heights[0] != heights[1]


def test_another_page_breaks_the_line_before_it():
    chart = charts.line("Followers", DAYS, [Series("F", [1, 2, 30, 31])], marks=[Mark(2, "Another page", broken=True)])
    assert [element.get("d").count("L") for element in of_class(chart.svg, "chart-line")] == [1, 1]


def test_an_indicator_in_a_row_has_all_its_points_and_says_them():
    svg = charts.bullet_line(baseline=10, actual=45, target=80, milestones=[("1 Dec", 30)])
    drawn = parsed(svg)
    assert drawn.get("aria-label") == "Baseline: 10; 1 Dec: 30; Target: 80; Actual: 45."
    (bar,) = of_class(svg, "chart-bar")
    goal, begun, step = (
        float(of_class(svg, css)[0].get("d")[1:].split(" ")[0])
        for css in ("chart-goal", "chart-baseline", "chart-milestone")
    )
    end = float(bar.get("x")) + float(bar.get("width"))
    assert begun < step < end < goal <= 144
    assert not of_class(charts.bullet_line(baseline=10, actual=None, target=80), "chart-bar"), "not measured: no bar"
    assert charts.bullet_line(baseline=None, actual=None, target=None) == ""


def test_a_value_below_zero_and_a_target_of_zero_stay_inside_the_row():
    for figures in ({"actual": -5, "target": 0}, {"actual": 0, "target": 0}, {"actual": 1e9, "target": 3}):
        svg = charts.bullet_line(baseline=2, **figures)
        for mark in (*of_class(svg, "chart-goal"), *of_class(svg, "chart-baseline")):
            assert 0 <= float(mark.get("d")[1:].split(" ")[0]) <= 144, figures
        for bar in of_class(svg, "chart-bar"):
            assert 0 <= float(bar.get("x")) <= float(bar.get("x")) + float(bar.get("width")) <= 144, figures


def test_what_one_compares_with_is_muted_and_takes_no_colour():
    series = [Series("Before", [1, 1, 2, 2], muted=True), Series("Now", [2, 3, 4, 5])]
    chart = charts.line("Reach", DAYS, series)
    assert [element.get("class") for element in of_class(chart.svg, "chart-line")] == [
        "chart-line series-muted",
        "chart-line series-1",
    ]
    assert "Before" in dict(chart.legend)


def test_up_to_four_lines_have_their_names_at_their_ends_and_apart():
    series = [Series(name, [4, 5, 6, 7]) for name in ("Ћуприја", "Крагујевац", "Мали Зворник")]
    chart = charts.line("Reach", DAYS, [*series, Series("Врњачка Бања", [1, 2, None, None])])
    names = {row.name for row in series} | {"Врњачка Бања"}
    labels = [text for text in of_class(chart.svg, "chart-text-value") if text.text in names]
    assert {label.text for label in labels} == names
    heights = sorted(float(label.get("y")) for label in labels)
    assert all(after - before >= 14.9 for before, after in pairwise(heights)), "three lines end at one point"
    assert len({label.get("x") for label in labels}) == 1
    assert len(of_class(chart.svg, "chart-leader")) == 4
    assert chart.is_labelled
    assert dict(chart.legend).keys() == names, "for the narrow drawing"
    assert not names & {text.text for text in of_class(chart.narrow, "chart-text-value")}
    assert "Мали Зворник" in charts.standalone(chart)


def test_a_legend_names_what_has_no_end_and_more_than_four_lines():
    assert not charts.line("Reach", DAYS, [Series("A", [1, 2, 3, 4]), Series("B", [None] * 4)]).is_labelled
    assert not charts.line("Reach", DAYS, [Series(f"{n}", [n, 2, 3, 4]) for n in range(5)]).is_labelled
    assert not charts.line("Reach", DAYS, [Series("A", [1, 2, 3, 4])]).is_labelled, "its name is the title"


def test_shares_fill_the_column_and_sums_do_not():
    parts_ = [Series("A", [1, 3, None, 0]), Series("B", [3, 1, None, 8])]
    drawn = of_class(charts.stacked("Mix", DAYS, parts_).svg, "chart-part")
    assert float(drawn[0].get("height")) + float(drawn[1].get("height")) == pytest.approx(180, abs=0.3)
    sums = charts.stacked("Mix", DAYS, parts_, share=False)
    assert len(of_class(sums.svg, "chart-part")) == 5  # of nothing nothing is drawn
    assert sums.rows[0] == ("Mon", "1 (25\u202f%)", "3 (75\u202f%)")
    assert sums.rows[2] == ("Wed", "No value", "No value")


def test_a_whole_has_six_parts_at_most_and_none_of_them_negative():
    with pytest.raises(ValueError, match="put the smallest together"):
        charts.stacked("Mix", ["a"], [Series(str(at), [1]) for at in range(7)])
    with pytest.raises(ValueError, match="cannot be negative"):
        charts.stacked("Mix", ["a"], [Series("A", [-1])])


def test_names_of_thin_parts_make_room_for_each_other():
    chart = charts.stacked("Mix", ["a"], [Series("Large", [97]), Series("Thin", [1]), Series("Thinner", [1])])
    names = ("Large", "Thin", "Thinner")
    heights = [float(element.get("y")) for element in of_class(chart.svg, "chart-text") if element.text in names]
    assert all(one - other >= 14 for one, other in pairwise(sorted(heights, reverse=True)))


def test_an_hour_without_enough_posts_is_hatched_and_says_so():
    texts = ChartTexts(gap="not enough data")
    chart = charts.heat("Best time", ["Mon", "Tue"], ["08", "09"], [[1, None], [0, 5]], texts, reasons={(0, 1): "few"})
    assert [element.find(f"{SVG}title").text for element in of_class(chart.svg, "chart-missing")] == ["few"]
    assert [e.get("class") for e in of_class(chart.svg, "chart-cell")] == [
        "chart-cell heat-1", "chart-cell heat-0", "chart-cell heat-5",
    ]  # fmt: skip
    assert [name for name, _sample in chart.legend] == [
        "0",
        "up to 1",
        "up to 2",
        "up to 3",
        "up to 4",
        "up to 5",
        "not enough data",
    ]
    assert chart.rows == (("Mon", "1", "few"), ("Tue", "0", "5"))
    assert chart.summary == "Highest: Tue, 09 (5). not enough data: 1."


def test_heat_needs_a_figure_for_every_cell():
    with pytest.raises(ValueError, match="2 rows of 2 values"):
        charts.heat("Best time", ["Mon", "Tue"], ["08", "09"], [[1, 2], [3]])


def test_a_sentence_for_every_language():
    series = Series("Reach", [1200, 3400, None, 2500])
    with translation.override("en"):
        assert charts.line("t", DAYS, [series]).summary == (
            "Reach: lowest 1,200 (Mon), highest 3,400 (Tue), last 2,500 (Thu). 1 value is missing."
        )
    with translation.override("sr"):
        assert "1.200" in charts.line("t", DAYS, [series]).summary


def test_many_small_charts_are_sorted_by_their_last_figure():
    rows = [Series("Low", [9, 1]), Series("None", [None, None]), Series("High", [1, 9]), Series("Gone", [5, None])]
    chart = charts.multiples("All", ["a", "b"], rows, marked=0)
    assert [row[0] for row in chart.rows] == ["High", "Gone", "Low", "None"]
    assert [element.text for element in of_class(chart.svg, "chart-text-strong")] == ["Low", "1"]
    assert charts.multiples("All", ["a", "b"], rows, sort=False).rows[0][0] == "Low"


def test_many_small_charts_have_their_own_marks():
    rows = [Series("Low", [9, 1, 1]), Series("High", [1, 9, 9]), Series("Without", [5, 5, 5])]
    chart = charts.multiples("All", ["a", "b", "c"], rows, marks=[[charts.Mark(0, "x")], [charts.Mark(2, "y")], []])
    high, low = [element.get("d") for element in of_class(chart.svg, "chart-event")]  # High comes first
    assert low.startswith("M0 ")
    assert not high.startswith("M0 ")


def test_all_municipalities_over_three_years_stay_a_small_picture():
    rows = [Series(f"Municipality {at}", [(at * 7 + month * 3) % 50 for month in range(36)]) for at in range(145)]
    labels = [f"{month % 12 + 1}. {2024 + month // 12}" for month in range(36)]
    chart = charts.multiples("All", labels, rows)
    assert len(gzip.compress((chart.svg + chart.narrow).encode())) < 60_000
    assert len(chart.rows) == 145


def test_before_and_after_shows_the_difference_or_why_there_is_none():
    pairs = [Pair("A", 2, 5), Pair("B", 5, 2), Pair("C", None, 4, "joined later"), Pair("D", 3, 3)]
    chart = charts.dumbbell("Training", pairs, names=("before it", "after it"))
    assert chart.headings == ("", "before it", "after it", "Difference")
    assert [row[1:] for row in chart.rows] == [
        ("2", "5", "+3"), ("5", "2", "−3"), ("joined later", "4", "–"), ("3", "3", "0"),
    ]  # fmt: skip
    assert chart.summary.startswith("before it and after it: more in 1, less in 1, the same in 1.")
    assert len(of_class(chart.svg, "chart-between")) == 3


def test_an_indicator_without_an_actual_says_why():
    chart = charts.bullet("Posts", baseline=3, actual=None, target=9, reason="the first month is not over")
    assert ("Actual", "the first month is not over") in chart.rows
    assert len(of_class(chart.svg, "chart-missing")) == 1
    assert len(of_class(chart.svg, "chart-goal")) == 1


def test_labels_of_an_indicator_never_lie_over_each_other():
    starts = side_by_side([(100, 80), (101, 80), (300, 80)], 320)
    assert all(other - one >= 80 for one, other in pairwise(starts))
    assert starts[-1] + 80 <= 320


def test_every_district_has_a_place_of_its_own_on_the_map():
    assert set(charts.PLACES) == {district.code for district in load().districts}
    assert len(set(charts.PLACES.values())) == len(charts.PLACES) == 25


def test_the_map_lies_as_the_country_does():
    def column(code: str) -> int:
        return charts.PLACES[code][0]

    def row(code: str) -> int:
        return charts.PLACES[code][1]

    assert row("RS-01") < row("RS-00") < row("RS-12") < row("RS-20") < row("RS-24")  # Subotica … Vranje
    assert column("RS-08") < column("RS-00") < column("RS-14")  # Šabac, Belgrade, Bor


@pytest.mark.parametrize("language", ["name_cyrl", "name_latn", "name_en"])
def test_names_of_districts_fit_into_their_tiles(language):
    cells = [Tile(element.code, getattr(element, language), at) for at, element in enumerate(load().districts)]
    names = [element.text for element in of_class(charts.tiles("t", cells).svg, "chart-tile-name")]
    assert max(len(name) for name in names) <= 11
    assert not [name for name in names if "…" in name or "округ" in name or "okrug" in name or "District" in name]


def test_many_municipalities_of_a_district_are_fields_inside_its_tile():
    districts = {element.code: element.name_latn for element in load().districts}
    places = [charts.MapEntry("RS-06", f"Place {at}", at + 1) for at in range(12)]
    chart = charts.place_map("t", places, districts)
    wide, high = 112, 66
    column, row = charts.PLACES["RS-06"]
    fields = of_class(chart.svg, "chart-cell")
    assert len(fields) == 12
    for field in fields:
        x, y, width, height = (float(field.get(name)) for name in ("x", "y", "width", "height"))
        assert column * wide <= x < x + width <= (column + 1) * wide
        assert row * high <= y < y + height <= (row + 1) * high
        assert min(width, height) > 0
    assert len({(field.get("x"), field.get("y")) for field in fields}) == 12
    assert [row[0] for row in chart.rows] == [place.name for place in places]


@pytest.mark.parametrize(
    "draw",
    [
        lambda code: charts.tiles("t", [Tile(code, "Nowhere", 1)]),
        lambda code: charts.place_map("t", [charts.MapEntry(code, "Nowhere", 1)], {}),
    ],
)
def test_a_district_that_is_not_on_the_map_is_an_error(draw):
    with pytest.raises(ValueError, match="no place on the map for RS-99"):
        draw("RS-99")
