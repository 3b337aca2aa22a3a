"""Every kind of chart in a real browser: read by keyboard and pointer, by those who see no colours, on paper."""

from __future__ import annotations

from typing import Any

import pytest

from portal.gallery_charts import charts_of_all_kinds
from tests.browsing import violations

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

KINDS = list(charts_of_all_kinds())
# The drawing that is shown.
SHOWN = ".chart-plot > div:visible > svg"


def figure(page: Any, kind: str) -> Any:
    return page.locator("#charts > .card > [data-chart]").nth(KINDS.index(kind))


def said(page: Any, kind: str) -> str:
    return (figure(page, kind).locator(".chart-readout").text_content() or "").strip()


def opened(browser: Any, live_server: Any, **options: Any) -> Any:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options})
    page = context.new_page()
    page.goto(f"{live_server.url}/ui/")
    if options.get("java_script_enabled", True):
        # The module of charts is loaded after the page.
        page.locator("#charts > .card > [data-chart][data-read]").last.wait_for(state="attached")
    return page


def test_every_kind_is_read_with_the_arrow_keys(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server)
    for kind in KINDS:
        plot = figure(page, kind).locator(".chart-plot")
        plot.focus()
        page.keyboard.press("ArrowRight")
        first = said(page, kind)
        page.keyboard.press("End")
        last = said(page, kind)
        assert first
        assert last
        assert first != last, kind
        assert figure(page, kind).locator(f"{SHOWN} .chart-current").count() == 1
        page.keyboard.press("Home")
        assert said(page, kind) == first, kind
        page.keyboard.press("Escape")
        assert not said(page, kind)
        assert figure(page, kind).locator(".chart-current").count() == 0
    page.context.close()


def test_the_arrows_go_the_four_ways_where_values_lie_in_rows(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server)
    figure(page, "heat").locator(".chart-plot").focus()
    for key, expected in [
        ("ArrowRight", "Monday, 00 · not enough data"),
        ("ArrowRight", "Monday, 01 · not enough data"),
        ("ArrowDown", "Tuesday, 01 · not enough data"),
        ("ArrowLeft", "Tuesday, 00 · not enough data"),
        ("ArrowLeft", "Tuesday, 00 · not enough data"),
        ("ArrowUp", "Monday, 00 · not enough data"),
    ]:
        page.keyboard.press(key)
        assert said(page, "heat") == expected
    figure(page, "tiles").locator(".chart-plot").focus()
    for key, place in [("ArrowRight", "West Bačka"), ("ArrowRight", "North Bačka"), ("ArrowDown", "South Bačka")]:
        page.keyboard.press(key)
        assert said(page, "tiles").startswith(place)
    page.context.close()


def test_pointing_at_a_line_says_its_figures_and_puts_a_dot_on_it(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server)
    drawing = figure(page, "line").locator(SHOWN)
    drawing.scroll_into_view_if_needed()
    drawing.hover(position={"x": 80, "y": 60})
    assert said(page, "line").startswith(("2 Nov · Reach: ", "3 Nov · Reach: "))
    assert drawing.locator(".chart-at").count() == 2
    page.mouse.move(5, 5)
    assert not said(page, "line")
    assert drawing.locator(".chart-at").count() == 0
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"reduced_motion": "reduce", "color_scheme": "dark"}])
def test_charts_are_accessible_in_chosen_colours_and_in_stillness(
    browser: Any, live_server: Any, options: dict[str, str]
) -> None:
    page = opened(browser, live_server, **options)
    for menu in page.locator("#charts details").all():
        menu.evaluate("element => element.open = true")
    assert violations(page, within="#charts") == []
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_letters_in_charts_are_large_enough_to_read(browser: Any, live_server: Any, width: int) -> None:
    page = opened(browser, live_server, viewport={"width": width, "height": 900})
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("#charts .chart-text")].filter((text) => text.getClientRects().length)
        .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
    )
    assert len(sizes) > 100
    assert min(sizes) >= 10.5
    assert max(sizes) <= 18
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_letters_stay_inside_their_drawing(browser: Any, live_server: Any, width: int) -> None:
    page = opened(browser, live_server, viewport={"width": width, "height": 900})
    outside = page.evaluate(
        """() => [...document.querySelectorAll("#charts .chart-plot svg")].flatMap((svg) => {
          const room = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length).filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < room.left - 2 || box.right > room.right + 2 || box.bottom > room.bottom + 3;
          }).map((text) => `${svg.getAttribute("aria-label")}: ${text.textContent}`);
        })"""
    )
    assert outside == []
    page.context.close()


def test_without_scripts_the_picture_the_table_and_the_files_are_there(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server, java_script_enabled=False)
    chart = figure(page, "bars")
    assert chart.locator(SHOWN).is_visible()
    assert not chart.locator(".chart-readout").is_visible()
    chart.get_by_text("The same as a table").click()
    assert chart.get_by_role("cell", name="not fetched this week").is_visible()
    chart.get_by_text("Save", exact=True).click()
    with page.expect_download() as waiting:
        chart.get_by_role("link", name="Picture (PNG)").click()
    assert waiting.value.suggested_filename == "posts-by-week.png"
    page.context.close()


def test_a_chart_is_saved_by_the_keyboard(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server)
    chart = figure(page, "bars")
    chart.locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    names = chart.get_by_role("link").all_inner_texts()
    assert [name.strip() for name in names] == ["Picture (PNG)", "Picture (SVG)", "Figures (CSV)"]
    for _kind in names:
        page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "posts-by-week.csv"
    assert "Posts" in waiting.value.path().read_text(encoding="utf-8-sig")
    page.context.close()


def test_on_paper_charts_are_wide_and_black_on_white(browser: Any, live_server: Any) -> None:
    page = opened(browser, live_server, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    bar = figure(page, "bars").locator(".chart-wide .chart-bar.series-1").first
    assert bar.evaluate("bar => getComputedStyle(bar).fill") == "rgb(26, 26, 26)"
    label = figure(page, "bars").locator(".chart-wide .chart-text").first
    assert label.evaluate("text => getComputedStyle(text).fill") == "rgb(51, 51, 51)"
    assert not figure(page, "bars").get_by_text("Save", exact=True).is_visible()
    page.context.close()
