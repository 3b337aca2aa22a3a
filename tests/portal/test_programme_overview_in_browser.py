"""Ten minutes and a donor on the telephone: staff open Home, find what is off track and why, are stopped at a bad
baseline, and hand over the PDF, which says what the page says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from analytics.indicators.domain import baselines, definitions, measure, targets
from analytics.indicators.domain.targets import Wanted
from analytics.models import MunicipalityBaseline, ProgrammeIndicator
from municipalities.models import Cohort, Enrolment
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, post
from tests.browsing import enter, is_sound
from tests.people import Cast, municipality
from tests.portal.test_programme_overview_file import outcomes, rows
from tests.reports import reading

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SIDES = ("top", "right", "bottom", "left")
FEW = "Only 2 of 5 posts that it takes to judge."


@pytest.fixture
def behind(cast: Cast) -> ProgrammeIndicator:
    """OP1 is far behind its target, as one municipality asks nobody for anything. A fourth municipality has joined
    since the baselines were frozen; of its days before the training there are two posts."""
    cohort, now = Cohort.objects.get(), timezone.localdate()
    places = [cast.cuprija, cast.novi_pazar]
    for slug, cyrl, latn in (("kragujevac", "Крагујевац", "Kragujevac"), ("bor", "Бор", "Bor")):
        place = municipality(slug, cyrl, latn)
        Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=cohort.training_on)
        places.append(place)
    for number, place in enumerate(places):
        channel = factories.channel(peopled(place), cast.officer)
        for days in range(33, 39) if number < 3 else (33, 34):
            post(channel, now - timedelta(days=days), 5, call="apply" if days == 33 else "")
        for days in range(3, 9):
            post(channel, now - timedelta(days=days), 5, call="apply" if days < 5 and number else "")
    definitions.choose(cast.programme, ["OP1", "OC1"], by=cast.staff)
    row = ProgrammeIndicator.objects.get(code="OP1")
    first = cohort.training_on - timedelta(days=28)
    baselines.freeze(row, places[:3], first, cohort.training_on - timedelta(days=1), by=cast.staff)
    wanted = Wanted("value", 95, now + timedelta(days=10), is_milestone=False, reason="Agreed")
    targets.set_target(row, wanted, by=cast.staff)
    measure.renew()
    return row


def printed_pages(page: Any) -> int:
    """Of the page as the browser prints it, with the margins that its dialog offers first."""
    return len(pypdfium2.PdfDocument(page.pdf(format="A4", margin=dict.fromkeys(SIDES, "10mm"))))


@pytest.mark.slow
def test_staff_find_what_is_off_track_are_stopped_and_hand_over_the_pdf(
    page: Any, live_server: Any, cast: Cast, behind: ProgrammeIndicator
) -> None:
    enter(page, live_server, cast.staff)
    page.goto(live_server.url)
    expect(page.get_by_role("heading", name="The programme at a glance")).to_be_visible()
    outcome = page.locator(".overview-outcomes > li").first
    expect(outcome).to_contain_text("Behind: the way to the target requires")
    is_sound(page)

    outcome.get_by_role("link").click()  # the first
    table = page.get_by_role("row", name="Ćuprija")
    expect(table).to_contain_text("0 %")
    table.get_by_role("link", name="Ćuprija").click()  # the second: who holds it back, and what it had before
    expect(page.get_by_role("heading", name="Posts with a call to action").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Behind")

    page.go_back()
    page.get_by_role("link", name="Freeze a baseline").click()
    bad = page.get_by_role("row", name="Bor")
    expect(bad).to_contain_text(FEW)
    expect(bad.get_by_role("checkbox")).not_to_be_checked()
    bad.get_by_role("checkbox").check()
    page.get_by_role("button", name="Check and freeze").click()
    expect(page.get_by_role("row", name="Bor")).to_contain_text("Explain why it is frozen all the same")
    with scope(*Enrolment.objects.values_list("municipality_id", flat=True)):
        assert not MunicipalityBaseline.objects.filter(municipality__slug="bor").exists()

    page.goto(live_server.url)
    shown = rows(page.content())
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download as PDF").click()
    printed = reading.pdf(Path(fetched.value.path()).read_bytes())
    assert printed.pages <= 2
    assert [name for name, *_figures in shown] == ["Posts with a call to action"]
    for name, sentence, baseline, actual, target in shown:
        assert f"{name} {baseline} {actual} {target} {sentence}" in printed.text
    outputs = page.locator(".overview-outputs > li")
    assert outputs.count() == 14
    for at in range(outputs.count()):
        value, label = outputs.nth(at).locator("strong").inner_text(), outputs.nth(at).locator("span").inner_text()
        assert f"{label} {value}" in printed.text
    assert printed_pages(page) <= 2


@pytest.mark.slow
def test_the_page_of_the_demo_prints_on_two_pages(page: Any, live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path
    call_command("seed_demo", verbosity=0)
    enter(page, live_server, User.objects.get(email="staff@dobosar.example"))
    page.goto(f"{live_server.url}/programme/overview/")
    expect(page.locator(".overview-outcomes > li").first).to_be_visible()
    assert printed_pages(page) <= 2
    is_sound(page)


def test_thirty_outcomes_are_usable_on_a_telephone(page: Any, live_server: Any, cast: Cast) -> None:
    outcomes(cast, 30)
    enter(page, live_server, cast.staff)
    page.goto(f"{live_server.url}/programme/overview/")
    expect(page.locator(".overview-outcomes > li")).to_have_count(30)
    is_sound(page)
    page.goto(f"{live_server.url}/programme/overview/outputs/municipalities/")
    expect(page.locator("tbody tr")).to_have_count(2)
    is_sound(page)
