"""Charts say what was measured and nothing else."""

from xml.etree import ElementTree

import pytest

from common import charts
from common.charts import Series, Words

DAYS = ["Mon", "Tue", "Wed", "Thu"]
SVG = "{http://www.w3.org/2000/svg}"
EVERY = [
    lambda series, labels: charts.line("t", labels, [series]).svg,
    lambda series, labels: charts.bars("t", labels, [series]).svg,
    lambda series, labels: charts.ranking("t", labels, series).svg,
    lambda series, labels: charts.heat("t", [series.name], labels, [series.values]).svg,
    lambda series, labels: charts.small(labels, [series])[0].svg,
    lambda series, labels: charts.sparkline(series.values, "d"),
]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [each for each in parsed(svg).iter() if name in each.get("class", "").split()]


@pytest.mark.parametrize("draw", EVERY)
@pytest.mark.parametrize(
    "values", [[1, 2, None, 4], [None] * 4, [0, 0, 0, 0], [5, None, 5, None], [-3, 2, 1, 0], [1e9, 0.001, 3, 2]]
)
def test_every_chart_is_valid_xml_without_style_attributes(draw, values):
    svg = draw(Series("Reach", values), DAYS)
    if svg:
        assert not [each for each in parsed(svg).iter() if each.get("style")]
        assert "nan" not in svg
        assert "inf" not in svg


@pytest.mark.parametrize("draw", EVERY[:5])
def test_names_with_markup_are_escaped(draw):
    svg = draw(Series('<b>&"', [1, None, 2, 3], {1: "<i>gone"}), ['<script>"', "&", "b", "c"])
    tags = {each.tag for each in parsed(svg).iter()}
    assert tags <= {SVG + name for name in ("svg", "title", "desc", "path", "text", "rect", "g", "line", "circle")}
    assert "<script>" not in svg
    assert "<i>" not in svg


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
    words = Words(number=lambda value: f"{value:.0f}")
    assert ">0<" in charts.line("Followers", DAYS, followers, words).svg
    assert ">0<" not in charts.line("Followers", DAYS, followers, words, from_zero=False).svg


def test_numbers_are_written_as_the_caller_says():
    words = Words(number=lambda value: f"{value:,.0f}".replace(",", "."))
    chart = charts.line("Reach", DAYS, [Series("Reach", [1200, 3400, 5000, 12000])], words)
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
