"""Every report file of the demo as a person prints it: nothing leaves the margins, nothing is printed over anything,
and no cell reaches into the column beside it. With the demo's own names, and with the longest that the portal takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from django.utils import timezone, translation

from accounts.models import User
from analytics import reporting_period
from analytics.models import ProgrammeIndicator
from mentoring.domain import reviews
from mentoring.enums import ReviewKind
from mentoring.models import Plan
from mentoring.review_document import build
from municipalities.models import Cohort, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from portal.programme_summary import summary
from portal.programme_summary_document import document as summary_document
from reports.contents.monthly import monthly
from reports.contents.programme import programme
from reports.document import Document
from reports.files import pdf
from tests.reports import geometry, reading

pytestmark = pytest.mark.slow
CYRILLIC = "Градска управа за послове планирања и изградње у Банатском Великом Селу на Тиси"
LATIN = "Gradska uprava za poslove planiranja i izgradnje u Banatskom Velikom Selu naTisi"
ONE_WORD = "Непрестолонаследникоубедитељскоразматрањепрестолонаследништвапрестолонаследника"


def months() -> tuple[date, date]:
    """The last month that is over, and the one that is not."""
    this = today().replace(day=1)
    return (this - timedelta(days=1)).replace(day=1), this


def monthly_reports() -> Iterator[Document]:
    for place in Municipality.objects.filter(joined_on__isnull=False).order_by("pk"):
        for month in months():
            with scope(place):
                yield monthly(place, month, timezone.now())


def programme_reports() -> Iterator[Document]:
    last, this = months()
    for row in Programme.objects.all():
        for first, end in ((last, last), ((last - timedelta(days=1)).replace(day=1), last), (this, this)):
            yield programme(row, reporting_period.of_months(first, end, today()), timezone.now())


def summaries() -> Iterator[Document]:
    for row in Programme.objects.all():
        for days in ("7", "28", "90", "3m"):
            yield summary_document(summary(row, reporting_period.parse({"days": days}, today())), timezone.now())


def closing_reviews() -> Iterator[Document]:
    """Of each plan that runs, begun now; most of the demo's end in weeks."""
    mentor = User.objects.get(email="mentor@dobosar.example")
    for plan in Plan.objects.filter(agreed_at__isnull=False, closed_at__isnull=True).order_by("pk"):
        with scope(plan.municipality_id):
            review = plan.reviews.filter(kind=ReviewKind.FINAL).first()
            yield build(review or reviews.begin(plan, ReviewKind.FINAL, by=mentor))


KINDS: dict[str, tuple[Callable[[], Iterator[Document]], int]] = {
    "monthly": (monthly_reports, 6), "programme": (programme_reports, 3), "summary": (summaries, 4),
    "closing": (closing_reviews, 1),
}  # fmt: skip


def wrong(kind: str, language: str) -> list[str]:
    """The faults of all files of a kind, with the titles of the files."""
    made, least = KINDS[kind]
    with translation.override(language):
        files = [(f"{document.title}, {document.subtitle}", pdf.write(document)) for document in made()]
    assert len(files) >= least
    return [f"{title}: {fault}" for title, body in files for fault in geometry.faults(body)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["sr", "sr-latn", "en"])
def test_each_file_of_the_demo_is_right(demo: None, kind: str, language: str) -> None:
    assert wrong(kind, language) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [CYRILLIC, LATIN, ONE_WORD], ids=["cyrillic", "latin", "one-word"])
def test_the_longest_names_change_nothing(demo: None, kind: str, name: str) -> None:
    assert len(name) in (79, 80)
    for number, place in enumerate(Municipality.objects.filter(joined_on__isnull=False)):
        long = f"{name[:78]}{number:02}"
        Municipality.objects.filter(pk=place.pk).update(name_cyrl=long, name_latn=long, name_en=long)
    Programme.objects.update(name=f"{name} {name[:38]}")
    Cohort.objects.update(name=name)
    ProgrammeIndicator.objects.filter(code="").update(name=f"{name}{name}")
    assert wrong(kind, "sr") == []


def test_the_summary_of_the_demo_is_two_pages_at_most(demo: None) -> None:
    for document in summaries():
        assert reading.pdf(pdf.write(document)).pages <= 2
