"""Where everybody finds the newest report: on "You asked, we did" and on the page of the municipality."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client
from django.utils import translation

from municipalities.tenancy import scope
from participation.domain import editions
from participation.domain.editions import EditionContent
from participation.models import Consultation, Edition
from tests.needs import factories as needs
from tests.participation import reported as make
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def public(cast: Cast) -> Consultation:
    row = make.consultation(cast.cuprija, cast.officer, approver=cast.approver)
    make.contribution(row)
    with scope(cast.cuprija), translation.override("en"):
        edition = editions.ask(row, EditionContent(), by=cast.officer)
        editions.make(edition.pk)
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
    return row


@pytest.mark.parametrize("page", ["/asked/cuprija/sr-Latn/", "/places/cuprija/sr-Latn/"])
def test_both_pages_lead_to_the_newest_report_and_lose_it_at_once(
    cast: Cast, public: Consultation, page: str, settings: Any
) -> None:
    needs.page(cast.cuprija)
    address = f"/consultations/cuprija/{public.slug}/report/report-sr-Latn.pdf"
    text = Client().get(page).text
    assert address in text
    assert "Budžet za 2027. godinu" in text
    assert Client().get(address).status_code == 200
    with scope(cast.cuprija):
        one = public.contributions.get()
    make.withdraw(one)
    assert address not in Client().get(page).text
    assert Client().get(address).status_code == 404


def test_the_address_without_a_number_is_that_of_the_newest_edition(cast: Cast, public: Consultation) -> None:
    address = f"/consultations/cuprija/{public.slug}/report/report.json"
    assert '"version": "1"' in b"".join(Client().get(address).streaming_content).decode()  # type: ignore[attr-defined]
    with scope(cast.cuprija), translation.override("en"):
        edition = editions.ask(public, EditionContent(changes="Датум."), by=cast.officer)
        editions.make(edition.pk)
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
    assert '"version": "2"' in b"".join(Client().get(address).streaming_content).decode()  # type: ignore[attr-defined]
