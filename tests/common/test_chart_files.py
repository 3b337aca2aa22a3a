"""A chart that leaves the page is whole by itself: colours, letters, title, legend and source are in the file."""

import csv
import re
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from PIL import Image

from django.conf import settings
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from common import charts
from common.charts import ChartTexts, Figure, Mark, Series
from common.charts.themes import THEMES
from portal.gallery_charts import charts_of_all_kinds
from portal.management.commands.draw_charts import FOLDER

SVG = "{http://www.w3.org/2000/svg}"
DAYS = ["Mon", "Tue", "Wed"]


def drawn(title: str = "Reach") -> charts.Chart:
    series = [Series("Reach", [1, None, 3]), Series("Before", [1, 1, 2], muted=True)]
    return charts.line(title, DAYS, series, ChartTexts(formula="people who saw it"), marks=[Mark(1, "Training")])


def texts(svg: str) -> list[str | None]:
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_file_needs_no_style_sheet_and_no_script(subtests: pytest.Subtests) -> None:
    for kind, chart in charts_of_all_kinds().items():
        for theme in THEMES:
            with subtests.test(kind=kind, theme=theme):
                svg = charts.standalone(chart, theme=theme)
                root = ElementTree.fromstring(svg.partition("?>")[2])
                assert (root.get("width"), root.get("height")) == tuple(root.get("viewBox").split()[2:])
                for element in root.iter():
                    assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}image")
                    assert not {
                        name
                        for name in element.attrib
                        if name in ("class", "style", "hidden") or name.startswith("data-")
                    }
                    if element.tag in (f"{SVG}path", f"{SVG}rect", f"{SVG}circle"):
                        # Without either it would be a black shape, which no class of ours means.
                        assert element.get("fill") or element.get("stroke"), ElementTree.tostring(element)
                    if element.tag == f"{SVG}text":
                        assert element.get("font-family")
                        assert element.get("fill")


def test_a_file_says_what_the_page_says_around_the_picture():
    svg = charts.standalone(drawn(), source="Ћуприја · Dobošar, 25. 11. 2026.")
    assert {"Reach", "people who saw it", "Before", "Training", "Ћуприја · Dobošar, 25. 11. 2026."} <= set(texts(svg))
    root = ElementTree.fromstring(svg)
    assert root.find(f"{SVG}desc").text == drawn().summary
    assert len(root.findall(f"{SVG}title")) == len(root.findall(f"{SVG}desc")) == 1


def test_the_name_of_our_letters_is_quoted_for_it_ends_in_a_digit():
    names = {
        element.get("font-family") for element in ElementTree.fromstring(charts.standalone(drawn())).iter(f"{SVG}text")
    }
    assert all(name.startswith("'Source Sans 3', ") for name in names)


def test_a_document_gets_the_picture_without_what_it_says_itself():
    svg = charts.standalone(drawn(), bare=True)
    root = ElementTree.fromstring(svg)
    assert root.get("viewBox").split()[2] == "640"
    assert not root.findall(f"{SVG}rect")
    assert {"Before", "Training"} <= set(texts(svg))
    assert not {"people who saw it"} & set(texts(svg))
    assert root.find(f"{SVG}desc").text == drawn().summary


def test_long_titles_are_broken_into_lines_inside_the_picture():
    shown = texts(charts.standalone(drawn("Interactions of all posts with a call to action " * 4)))
    assert len([text for text in shown if text and "Interactions" in text]) > 1
    assert max(len(text or "") for text in shown) < 80


def test_the_light_look_has_the_colours_of_the_pages():
    tokens = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", tokens[: tokens.index("@media (prefers-color-scheme")]))
    theme = THEMES["light"]
    assert theme.series == tuple(light[f"series-{number}"] for number in range(1, 7))
    assert theme.shades == tuple(light[f"heat-{number}"] for number in range(6))
    assert (theme.paper, theme.ink, theme.ink_2, theme.ink_3) == tuple(
        light[name] for name in ("surface", "ink", "ink-2", "ink-3")
    )
    assert (theme.line, theme.line_strong, theme.line_control, theme.sunken) == tuple(
        light[name] for name in ("line", "line-strong", "line-control", "surface-sunken")
    )


def test_the_print_look_is_the_one_of_pages_on_paper():
    sheet = (settings.BASE_DIR / "static" / "css" / "print.css").read_text(encoding="utf-8")
    paper = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", sheet))
    theme = THEMES["print"]
    assert theme.series == tuple(paper[f"series-{number}"] for number in range(1, 7))
    assert theme.shades == tuple(paper[f"heat-{number}"] for number in range(6))
    assert (theme.paper, theme.ink, theme.ink_2) == (paper["surface"], paper["ink"], paper["ink-2"])


@pytest.mark.parametrize("theme", THEMES)
def test_greys_and_blues_of_a_scale_get_darker_step_by_step(theme):
    lightness = [sum(int(shade[at : at + 2], 16) for at in (1, 3, 5)) for shade in THEMES[theme].shades]
    assert lightness == sorted(lightness, reverse=True)
    assert min(one - other for one, other in pairwise(lightness)) >= 30


def test_every_kind_is_a_picture_in_dots_at_twice_its_size(subtests: pytest.Subtests) -> None:
    for kind, chart in charts_of_all_kinds().items():
        with subtests.test(kind=kind):
            width, height = (
                float(number)
                for number in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', charts.standalone(chart)).groups()
            )
            picture = Image.open(BytesIO(charts.png(chart)))
            assert picture.format == "PNG"
            assert picture.size == pytest.approx((width * 2, height * 2), abs=2)
            assert len(picture.convert("RGB").getcolors(1 << 24)) > 20  # something is drawn on it


def test_a_download_has_a_name_and_a_kind():
    answer = charts.download(drawn("Досег објава"), "svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"] == 'attachment; filename="doseg-objava.svg"'
    answer = charts.download(drawn("Досег објава"), "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="doseg-objava.csv"'
    answer = charts.download(drawn("<>"), "png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer["Content-Disposition"] == 'attachment; filename="chart.png"'


def figures(chart: charts.Chart) -> list[list[str]]:
    return list(csv.reader(charts.csv(chart).decode("utf-8-sig").splitlines()))


def test_the_figures_are_those_that_are_drawn_and_a_gap_is_empty():
    assert figures(drawn()) == [
        ["", "Reach", "Before"], ["Mon", "1", "1"], ["Tue · Training", "", "1"], ["Wed", "3", "2"],
    ]  # fmt: skip
    series = Series("Share", [12345.678912345, None])
    texts_of = ChartTexts(number=lambda value: f"{value:.1f} %", heading="Place", gap="not known")
    assert figures(charts.ranking("Shares", ["A", "B"], series, texts_of)) == [
        ["Place", "Share"], ["A", "12345.6789"], ["B", ""],
    ]  # fmt: skip
    pairs = [charts.Pair("A", 10, 7.5), charts.Pair("B", 1, None)]
    rows = figures(charts.dumbbell("Change", pairs, texts_of))
    assert rows[1:] == [["A", "10", "7.5", "-2.5"], ["B", "1", "", ""]]


def test_every_kind_has_its_whole_table_as_numbers(subtests: pytest.Subtests) -> None:
    for kind, chart in charts_of_all_kinds().items():
        with subtests.test(kind=kind):
            heading, *rows = figures(chart)
            assert [cell or "" for cell in heading] == list(chart.headings)
            assert len(rows) == len(chart.rows)
            for row, shown in zip(rows, chart.rows, strict=True):
                assert len(row) == len(heading)
                for cell, text in zip(row[1:], shown[1:], strict=True):
                    assert isinstance(text, Figure)
                    assert cell == "" if text.value is None else float(cell) == pytest.approx(text.value, abs=1e-4)


def test_no_name_becomes_a_formula():
    hostile = '=HYPERLINK("http://evil.example")'
    chart = charts.ranking("Reach", [hostile, "A;=1+1"], Series("@SUM(A1)", [1, -2]), ChartTexts(heading="+1"))
    assert figures(chart) == [["'+1", "'@SUM(A1)"], [f"'{hostile}", "1"], ["A;'=1+1", "-2"]]


def test_a_page_answers_with_the_picture_that_was_asked_for():
    pictures = {"reach": drawn(), "mix": None}
    ask = RequestFactory().get
    assert charts.asked(ask("/?days=7"), pictures) is None
    shown = texts(charts.asked(ask("/?days=7&picture=reach.svg"), pictures, source="Ћуприја").content.decode())
    assert "Reach" in shown
    assert charts.source_line("Ћуприја") in shown
    assert charts.asked(ask("/?picture=reach.csv"), pictures).content == charts.csv(pictures["reach"])
    for wrong in ("mix.svg", "other.svg", "reach.exe", "reach", "../reach.svg"):
        with pytest.raises(Http404):
            charts.asked(ask("/", {"picture": wrong}), pictures)


def test_a_source_line_names_us_and_the_day(time_machine):
    time_machine.move_to("2026-11-25T10:00:00Z")
    with translation.override("en"):
        assert charts.source_line("Ćuprija", "", "November") == "Ćuprija · November · Dobošar, 25 Nov 2026"


def test_the_pictures_of_the_docs_are_what_is_drawn_today():
    with translation.override("en"):
        kinds = charts_of_all_kinds()
        for kind, chart in kinds.items():
            shown = (FOLDER / f"{kind}.svg").read_text(encoding="utf-8")
            assert shown == charts.standalone(chart), "Run: .venv/bin/python -m launcher.manage draw_charts"
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(kinds)


@pytest.mark.django_db
def test_the_gallery_gives_its_charts_as_files(client):
    page = client.get("/ui/")
    assert "?picture=heat.png" in page.content.decode()
    answer = client.get("/ui/?picture=heat.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert client.get("/ui/?picture=nothing.svg").status_code == 404
