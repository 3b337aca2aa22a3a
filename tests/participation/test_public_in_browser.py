"""Milica opens a link on her telephone, without JavaScript: she proposes a pavement and learns what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inbox.models import Department, Settlement
from municipalities.tenancy import scope
from participation import form_tokens
from participation.domain import decide
from participation.enums import Decision
from participation.models import ConsultationTranslation, Contribution
from tests.browsing import COLOURS, PHONE, violations
from tests.participation import public_rows as make
from tests.people import Cast
from tests.posts.desk import picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
HERE = f"/consultations/cuprija/{make.SLUG}/"


@pytest.fixture
def hearing(cast: Cast) -> Any:
    with scope(cast.cuprija):
        Settlement.objects.create(municipality=cast.cuprija, name="Сење")
        department = Department.objects.create(
            municipality=cast.cuprija, name="Одељење за финансије", email="finansije@cuprija.example"
        )
    row = make.consultation(cast.cuprija, cast.officer, department=department)
    with scope(cast.cuprija):
        ConsultationTranslation.objects.create(
            municipality=cast.cuprija, consultation=row, language="hu-Latn", title="Költségvetés: mire költsünk?",
            subject="Mire van szükség?", by=cast.officer,
        )  # fmt: skip
    for decision in (Decision.ACCEPTED, Decision.PARTLY, Decision.DECLINED, Decision.OUT_OF_SCOPE, Decision.WITHDRAWN):
        make.contribution(row, decision=decision, public_text="Клупе и сенка у парку поред Дома културе, за старије.")
    make.contribution(row, decision=Decision.ACCEPTED)
    return row


class Judge:
    """Looks at what a page without scripts shows: in a page of its own, as axe is a script."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport=PHONE)
        self.page = self.context.new_page()

    def is_sound(self, page: Any) -> None:
        """On a telephone, light and dark."""
        body = page.content()
        self.page.route(page.url, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
        self.page.goto(page.url)
        self.page.unroute(page.url)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(self.page, **({} if scheme == "light" else COLOURS)) == [], (page.url, scheme)
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_milica_proposes_a_pavement_and_learns_what_became_of_it(
    browser: Any, live_server: Any, cast: Cast, hearing: Any
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, base_url=live_server.url)
    page, judge = context.new_page(), Judge(browser)
    page.goto("/consultations/cuprija/")
    judge.is_sound(page)
    page.get_by_role("link", name="Јавна расправа").first.click()
    judge.is_sound(page)
    page.get_by_role("link", name="Magyar").click()
    expect(page.get_by_role("region", name="Költségvetés: mire költsünk?")).to_be_in_viewport()
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Write a proposal").click()
    judge.is_sound(page)
    page.wait_for_timeout(form_tokens.SHORTEST * 1000)  # a form that is sent sooner is a program's
    page.get_by_label("E-mail for the answer").fill("milica")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Write the proposal first.").first).to_be_visible()
    judge.is_sound(page)
    page.get_by_label("Your proposal").fill("Тротоар у Улици кнеза Милоша. ЈМБГ 0101990710006")
    page.get_by_label("E-mail for the answer").fill("milica@mail.example")
    page.get_by_label("Where you live").select_option(label="Senje")
    page.get_by_label("Your age").select_option(label="Over 65")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your text has a personal number in it")).to_be_visible()
    judge.is_sound(page)
    page.get_by_label("Your proposal").fill("Тротоар у Улици кнеза Милоша")
    page.get_by_label("Attachment 1").set_input_files(
        {"name": "ulica.png", "mimeType": "image/png", "buffer": picture_bytes()}
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Your proposal was received")).to_be_visible()
    judge.is_sound(page)
    code = page.locator(".consultation-code").inner_text()
    page.reload()  # the browser sends the form again
    expect(page.get_by_text("It was sent before, and counts once")).to_be_visible()
    with scope(cast.cuprija):
        (one,) = Contribution.objects.filter(number=7)
        assert (one.contact, one.files.count(), one.age_band) == ("milica@mail.example", 1, "o65")
        decide.decide(one, decide.Outcome("declined", "Нема новца у овој години."), by=cast.officer)
    page.get_by_role("link", name="/consultations/cuprija/receipt/").click()
    judge.is_sound(page)
    page.get_by_label("Code of your receipt").fill("bcdf")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("twelve letters and digits, for example")).to_be_visible()
    judge.is_sound(page)
    page.get_by_label("Code of your receipt").fill(code.upper())
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("Nema novca u ovoj godini.")).to_be_visible()
    assert code not in page.url
    judge.is_sound(page)
    page.get_by_role("button", name="Withdraw the proposal").click()
    judge.is_sound(page)
    page.get_by_role("button", name="Withdraw it for good").click()
    expect(page.get_by_text("Your proposal is withdrawn")).to_be_visible()
    judge.is_sound(page)
    assert context.cookies() == []
    judge.context.close()
    context.close()
