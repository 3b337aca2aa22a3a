"""The comparison in Chromium: sorting, columns and a chosen few by hand; axe by day and by night, wide and narrow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.conf import settings
from django.urls import reverse

from analytics.comparison.domain import sharing
from analytics.months import first_of
from municipalities.models import Cohort, District, Enrolment, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from tests.analytics import factories, months
from tests.browsing import violations
from tests.people import Cast, municipality, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# Each width and each scheme once in each language, and all four together.
LOOKS = {"en": [(1280, "light"), (390, "dark")], "sr": [(1280, "dark"), (390, "light")]}
NAMES = (
    ("aleksinac", "Алексинац", "Aleksinac", "RS-20"), ("arandjelovac", "Аранђеловац", "Aranđelovac", "RS-12"),
    ("vrnjacka-banja", "Врњачка Бања", "Vrnjačka Banja", "RS-18"), ("kragujevac", "Крагујевац", "Kragujevac", "RS-12"),
    ("ljig", "Љиг", "Ljig", "RS-09"), ("topola", "Топола", "Topola", "RS-12"), ("cacak", "Чачак", "Čačak", "RS-17"),
    ("raca", "Рача", "Rača", "RS-12"),
)  # fmt: skip


@pytest.fixture
def programme(cast: Cast) -> Cast:
    """Ten municipalities with two years of months that swing, and a training four months ago."""
    cohort = Cohort.objects.get()
    cohort.training_on = today() - timedelta(days=70)
    cohort.save()
    places = [cast.cuprija, cast.novi_pazar]
    for slug, cyrl, latn, code in NAMES:
        district, _ = District.objects.get_or_create(
            code=code,
            defaults={"name_cyrl": f"Округ {code}", "name_latn": f"Okrug {code}", "name_en": f"District {code}"},
        )
        place = municipality(slug, cyrl, latn)
        Municipality.objects.filter(pk=place.pk).update(district=district)
        Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=today() - timedelta(days=200))
        places.append(place)
    last = first_of(today(), -1)
    for number, place in enumerate(places):
        population = 8_000 + 17_000 * number if number != 4 else None
        source = (2022, "census") if population else (None, "")
        Municipality.objects.filter(pk=place.pk).update(
            population=population, population_year=source[0], population_source=source[1],
            joined_on=today() - timedelta(days=700),
        )  # fmt: skip
        channel = factories.channel(place, cast.officer)
        for ago in range(24):
            if (number, ago) != (3, 5):
                posts = 12 + (number * 7 + ago * 5) % 17
                interactions = posts * (9 + (number * 3 + ago) % 11) * (2 if ago < 3 else 1)
                months.month(
                    channel, first_of(last, -ago), posts, interactions, calls=posts // 2, services=posts // 5,
                    informing=posts // 2, ceremonies=posts // 8, interactive=posts // 6,
                    followers=900 + number * 150 - ago * 9,
                )  # fmt: skip
        for ago in range(1, 110):
            months.told(channel, today() - timedelta(days=ago), 1, 5 + (number + ago) % 23 + (9 if ago < 70 else 0))
    return cast


def enter(page: Any, live_server: Any, who: Any) -> None:
    page.context.clear_cookies()
    value = sign_in(who).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


def names(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(".compare tbody th a").all_inner_texts()]


def test_staff_sort_choose_columns_and_compare_a_chosen_few(page: Any, live_server: Any, programme: Cast) -> None:
    enter(page, live_server, programme.staff)
    page.goto(live_server.url + reverse("programme") + "?days=12m")
    assert names(page)[:4] == ["Aleksinac", "Aranđelovac", "Čačak", "Ćuprija"]
    page.locator(".compare thead a", has_text="Posts a week").click()
    expect(page.locator('.compare th[aria-sort="descending"]')).to_have_text("Posts a week")
    # the columns one wants, and the address keeps them with the order
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Boosted posts", exact=True).check()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.locator(".compare thead")).to_contain_text("Boosted posts")
    assert "sort=weekly" in page.url
    assert "columns=boosted" in page.url
    # a measure from the list, without a button
    page.locator("#by").select_option("calls")
    page.wait_for_url("**by=calls**")
    assert "columns=boosted" in page.url
    for name in ("Ćuprija", "Ljig"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("button", name="Compare the chosen ones").click()
    expect(page.locator(".compare thead")).to_contain_text("Ćuprija")
    expect(page.locator(".compare thead")).to_contain_text("Ljig")
    assert "m=cuprija" in page.url
    assert "by=calls" in page.url


@pytest.mark.slow
def test_the_names_stay_in_sight_on_a_telephone(page: Any, live_server: Any, programme: Cast) -> None:
    enter(page, live_server, programme.staff)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + reverse("programme") + "?days=12m")
    region = page.locator(".compare .table-region")
    region.evaluate("element => { element.scrollLeft = 500 }")
    box, edge = page.locator(".compare tbody th").first.bounding_box(), region.bounding_box()
    assert abs(box["x"] - edge["x"]) <= 2
    assert box["width"] <= 190
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def addresses() -> list[tuple[str, str]]:
    compare = "?m=cuprija&m=ljig&m=kragujevac"
    return [
        ("table", reverse("programme") + "?days=12m"),
        ("days", reverse("programme")),
        ("groups", reverse("programme") + "?days=12m&group=district"),
        ("over-time", reverse("programme_multiples")),
        ("few", reverse("programme_compare") + compare),
        ("none-chosen", reverse("programme_compare")),
        ("districts", reverse("programme_districts") + "?days=3m"),
        ("training", reverse("programme_training") + "?by=inhabitants"),
        ("one", reverse("programme_municipality", args=["ljig"])),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", pytest.param("sr", marks=pytest.mark.long)])
def test_no_page_hinders_anybody(page: Any, live_server: Any, programme: Cast, language: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    programme.staff.language = programme.officer.language = language
    for who in (programme.staff, programme.officer):
        who.save()
    with scope(programme.cuprija):
        sharing.share(programme.cuprija, by=programme.approver)
    own = [(name, reverse(name, args=["cuprija"])) for name in ("analytics_peers", "settings_comparison")]
    for who, wanted in ((programme.staff, addresses()), (programme.officer, own)):
        enter(page, live_server, who)
        for width, scheme in LOOKS[language]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            for name, address in wanted:
                page.goto(live_server.url + address)
                assert violations(page) == [], (name, width, scheme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    assert complaints == []
