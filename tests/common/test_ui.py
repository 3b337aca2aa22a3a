"""The design system: its colours can be read, its files are what they claim, its page is accessible."""

import hashlib
import json
import re
from types import SimpleNamespace

import pytest
from PIL import ImageFont

from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from common.states import STATES
from common.templatetags.ui import NETWORK_NAMES, sprite_names, undo_url
from portal.gallery import Example
from tests.browsing import violations

STATIC = settings.BASE_DIR / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
PAPERS = ("paper", "paper-rail", "surface", "surface-sunken", "surface-hover", "surface-selected")
STATES_TONES = ("info", "good", "warning", "problem", "waiting", "quiet")


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = colours(TOKENS[: TOKENS.index("@media (prefers-color-scheme")])
SYSTEM_DARK = TOKENS[TOKENS.index(':root:not([data-theme="light"])') : TOKENS.index(':root[data-theme="dark"]')]
CHOSEN_DARK = TOKENS[TOKENS.index(':root[data-theme="dark"]') :]
THEMES = {"light": LIGHT, "dark": LIGHT | colours(SYSTEM_DARK)}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


# ---- colours


def test_text_can_be_read_on_every_paper(subtests: pytest.Subtests) -> None:
    for ink in ["ink", "ink-2", "ink-3", "link"]:
        for paper in PAPERS:
            for theme in THEMES:
                with subtests.test(ink=ink, paper=paper, theme=theme):
                    assert contrast(THEMES[theme][ink], THEMES[theme][paper]) >= 4.5


def test_states_can_be_read_on_their_wash_and_on_paper(subtests: pytest.Subtests) -> None:
    for tone in STATES_TONES:
        for theme in THEMES:
            with subtests.test(tone=tone, theme=theme):
                for ground in (f"{tone}-wash", "surface", "paper"):
                    assert contrast(THEMES[theme][tone], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_marks_of_networks_stand_out_on_every_paper(theme: str, subtests: pytest.Subtests) -> None:
    brands = {name: colour for name, colour in THEMES[theme].items() if name.startswith("brand-")}
    in_ink = {"google_business", "mail", "x", "threads", "tiktok"}
    assert set(brands) == {f"brand-{network}" for network in set(NETWORK_NAMES) - in_ink}
    for name, colour in brands.items():
        with subtests.test(name=name):
            assert min(contrast(colour, THEMES[theme][paper]) for paper in PAPERS) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_primary_act_can_be_read_and_controls_can_be_seen(theme):
    palette = THEMES[theme]
    assert contrast(palette["on-act"], palette["act"]) >= 4.5
    assert contrast(palette["on-act"], palette["act-hover"]) >= 4.5
    for paper in ("surface", "paper", "paper-rail"):
        assert contrast(palette["line-control"], palette[paper]) >= 3
    for number in range(1, 7):
        assert contrast(palette[f"series-{number}"], palette["surface"]) >= 3


def test_dark_is_the_same_whether_the_system_or_the_person_asks():
    assert colours(SYSTEM_DARK) == colours(CHOSEN_DARK)


def test_every_colour_of_the_styles_is_a_token():
    # The practice network is a site of its own, paper has its own colours, and `embed` repeats the few that it has.
    for sheet in {path.stem for path in (STATIC / "css").glob("*.css")} - {
        "tokens",
        "practice",
        "practice-looks",
        "print",
        "embed",
    }:
        text = (STATIC / "css" / f"{sheet}.css").read_text(encoding="utf-8")
        assert re.findall(r"(?:#[0-9a-f]{3,8}\b|rgba?\(|oklch\()", text) == [], sheet
        known = set(re.findall(r"(--[\w-]+):", TOKENS + text)) | {"--series"}
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= known, sheet


@pytest.mark.parametrize("path", sorted((STATIC / "css").rglob("*.css")), ids=lambda path: path.stem)
def test_every_brace_of_a_style_sheet_has_its_other_one(path):
    """A `}` too many ends the layer, and whatever follows is stronger than all layers."""
    text = re.sub(r"""/\*.*?\*/|"[^"\n]*"|'[^'\n]*'""", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for brace in re.findall("[{}]", line):
            depth += 1 if brace == "{" else -1
            assert depth >= 0, f"{path.name}: one }} too many, about line {number}"
    assert depth == 0, f"{path.name}: {depth} }} missing"


# ---- files


def test_modules_import_files_that_are_served(subtests: pytest.Subtests) -> None:
    """Also what stands in a comment: the manifest of static files reads imports there as well, and fails on others."""
    for path in (STATIC / "js").rglob("*.js"):
        for name in re.findall(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""", path.read_text(encoding="utf-8")):
            with subtests.test(path=path.name, imported=name):
                assert name.startswith(".")
                assert (path.parent / name).is_file()


def test_third_party_files_are_the_ones_on_record():
    for entry in json.loads((STATIC / "vendor" / "VENDOR.json").read_text(encoding="utf-8")):
        assert entry["version"]
        assert entry["licence"]
        for file in entry["files"]:
            digest = hashlib.sha256((settings.BASE_DIR / file["path"]).read_bytes()).hexdigest()
            assert digest == file["sha256"], f"{file['path']} was changed by hand; run `make maintain WHAT=vendor`."


def test_the_font_stays_small():
    """What every page in Serbian asks for, and all that one page can ask for."""
    fonts = (STATIC / "fonts").glob("source-sans-3-*.woff2")
    sizes = {path.stem.removeprefix("source-sans-3-"): path.stat().st_size for path in fonts}
    assert sizes["latin"] + sizes["cyrillic"] <= 30_000
    assert sum(sizes.values()) <= 50_000


def _span(part):
    """The first and the last character of "U+0402" or "U+0408-040B"."""
    first, _dash, last = part.strip().removeprefix("U+").partition("-")
    return int(first, 16), int(last or first, 16)


def test_the_font_has_each_letter_of_our_alphabets_in_one_file_that_browsers_know_of():
    letters = "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШабвгдђежзијклљмнњопрстћуфхцчџшЙЩЫѓќіїґABCČĆDĐŠŽabcčćdđšžéőßăș„”–…§№"
    base = (STATIC / "css" / "base.css").read_text(encoding="utf-8")
    faces = re.findall(r"fonts/([\w-]+)\.woff2.*?unicode-range:([^;]+);", base, flags=re.DOTALL)
    ranges = {name: [_span(part) for part in parts.split(",")] for name, parts in faces}
    for letter in letters:
        names = [name for name, spans in ranges.items() if any(first <= ord(letter) <= last for first, last in spans)]
        assert len(names) == 1, (letter, names)
        font = ImageFont.truetype(STATIC / "fonts" / f"{names[0]}.woff2", 40)
        assert bytes(font.getmask(letter)) != bytes(font.getmask("\uffff")), f"{letter} is not in {names[0]}"


def test_pages_use_no_inline_scripts_or_styles():
    forbidden = re.compile(r"<style|<script(?![^>]*\b(?:src=|type=\"application/json\"))|\sstyle=|\son[a-z]+=\"")
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


# ---- tags


def test_a_misspelt_icon_is_an_error():
    with pytest.raises(TemplateSyntaxError, match="calender"):
        rendered('{% icon "calender" %}')


def test_every_state_has_an_icon_and_a_word(subtests: pytest.Subtests) -> None:
    for name in STATES:
        with subtests.test(name=name):
            assert STATES[name].icon in sprite_names()
            assert str(STATES[name].label) in rendered("{% state name %}", name=name)


def test_an_unknown_state_is_still_said():
    assert "Gone fishing" in rendered("{% state 'gone_fishing' %}")


def test_a_missing_number_is_a_dash_with_its_reason_and_zero_is_zero():
    assert "not told" in rendered("{% number value 'not told' %}", value=None)
    assert ">0<" in rendered("{% number value %}", value=0)


def test_numbers_are_grouped_as_the_language_does():
    with translation.override("sr"):
        assert ">12.480<" in rendered("{% number 12480 %}")


def test_numbers_are_rounded_and_not_cut_off():
    with translation.override("sr"):
        assert ">40,9<" in rendered("{% number value places=1 %}", value=40.87)


def test_a_stat_without_a_value_gives_the_reason_not_a_number():
    html = rendered('{% stat "Followers" value reason="Not reported by the network" %}', value=None)
    assert "Not reported by the network" in html
    assert ">0<" not in html


def test_fewer_hours_to_an_answer_are_an_improvement():
    assert "stat-change-up" in rendered('{% stat "Answer time" 4 change=change better="down" %}', change=-12.0)


def test_names_are_escaped():
    for source in (
        "{% person name %}",
        "{% avatar name %}",
        "{% network name %}",
        "{% callout title=name %}{% endcallout %}",
    ):
        assert "<b>" not in rendered(source, name="<b>x")


def test_the_colour_of_a_municipality_is_used_only_when_it_is_one():
    good = rendered("{% arms municipality %}", municipality=SimpleNamespace(arms=None, colour="#1f5a8f"))
    bad = rendered("{% arms municipality %}", municipality=SimpleNamespace(arms=None, colour='"><script>'))
    assert 'color="#1f5a8f"' in good
    assert "color=" not in bad
    assert "script" not in bad


def test_a_form_says_its_problems_on_top_and_beside_the_field():
    html = str(Example({}))
    assert 'href="#id_title"' in html
    assert 'id="id_title_error"' in html
    assert re.search(r'<input[^>]*name="title"[^>]*aria-invalid="true"', html)
    assert re.search(r'aria-describedby="id_title_helptext id_title_error"', html)
    assert 'href="#id_layout_0"' in html


def test_a_fresh_form_has_no_problems():
    assert "There is a problem" not in str(Example())


def test_pages_of_a_list_keep_the_filters():
    request = RequestFactory().get("/", {"q": "вода", "page": "2"})
    html = rendered("{% pagination page %}", page=Paginator(range(100), 10).page(2), request=request)
    assert "?q=%D0%B2%D0%BE%D0%B4%D0%B0&amp;page=3" in html
    assert 'aria-current="page">2<' in html


def test_undo_takes_only_addresses_of_ours():
    assert undo_url(Message(constants.SUCCESS, "Deleted.", "undo:/posts/1/restore/")) == "/posts/1/restore/"
    assert undo_url(Message(constants.SUCCESS, "Deleted.", "undo:https://elsewhere.example/")) == ""


@pytest.mark.parametrize(("code", "tag"), [("sr", "sr-Cyrl"), ("sr-latn", "sr-Latn"), ("en", "en")])
def test_the_page_names_its_language_and_script(code, tag):
    with translation.override(code):
        assert rendered("{% html_lang %}") == tag


def test_a_theme_from_a_cookie_must_be_one_of_ours():
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    assert rendered("{% theme %}", request=request) == ""
    request.COOKIES["theme"] = "dark"
    assert rendered("{% theme %}", request=request) == "dark"


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "maintenance"])
def test_error_pages_render_without_a_request(name):
    html = rendered(f'{{% include "{name}.html" %}}')
    assert "<h1>" in html


# ---- the gallery


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (1440, "light"),
        (390, "dark"),
        *(
            pytest.param(*width_and_theme, marks=pytest.mark.long)
            for width_and_theme in ((1440, "dark"), (768, "light"), (768, "dark"))
        ),
        pytest.param(390, "light", marks=pytest.mark.long),
    ],
)
def test_every_component_is_accessible(browser, live_server, theme, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="en-GB")
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/ui/")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not complaints
    context.close()


@pytest.mark.django_db(transaction=True)
def test_the_menu_opens_on_a_phone_and_the_theme_is_remembered(browser, live_server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/ui/")
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("navigation", name="Main").is_visible()
    page.keyboard.press("Escape")
    context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    context.close()


@pytest.mark.django_db(transaction=True)
def test_a_chart_is_read_with_the_arrow_keys(page, live_server):
    from playwright.sync_api import expect

    page.goto(f"{live_server.url}/ui/")
    chart = page.locator("[data-chart]").first
    expect(chart).to_have_attribute("data-read", "yes")  # its module is loaded after the page
    chart.locator(".chart-plot").focus()
    page.keyboard.press("ArrowRight")
    assert "1 Nov · Reach" in chart.locator(".chart-readout").text_content()
    page.keyboard.press("End")
    assert "30 Nov" in chart.locator(".chart-readout").text_content()
