"""Near-duplicates of a consultation: found, named, and never at the price of comparing with all of them."""

from __future__ import annotations

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.tenancy import scope
from participation.domain import contribute
from participation.domain.contribute import COMPARED
from participation.enums import WayIn
from participation.models import Consultation, Contribution
from tests.participation.contributed import by_form, consultation_of
from tests.people import Cast


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return consultation_of(cast)


def test_similar_words_are_found_among_the_newest_and_the_same_words_however_old(cast: Cast, row: Consultation) -> None:
    first = by_form(cast, row, "Предлажем нов тротоар у Улици кнеза Милоша код школе")
    alike = by_form(cast, row, "Predlažem novi trotoar u Ulici kneza Miloša kod škole!")
    assert first.fingerprint != alike.fingerprint
    assert alike.similar_group == first.similar_group
    add_others(row, COMPARED - 2)
    # its group is found by its newest member
    another = by_form(cast, row, "Предлажем нов тротоар у Улици кнеза Милоша код основне школе")
    assert another.fingerprint not in (first.fingerprint, alike.fingerprint)
    assert another.similar_group == first.similar_group
    add_others(row, COMPARED)
    older = by_form(cast, row, "Предлажем нов тротоар у Улици кнеза Милоша поред школе")
    assert older.similar_group == older.fingerprint
    assert by_form(cast, row, first.text).similar_group == first.similar_group


def add_others(row: Consultation, count: int) -> None:
    """So many contributions that have nothing in common with anything, as rows."""
    with scope(row.municipality_id):
        row.refresh_from_db()
        numbers = range(row.last_number + 1, row.last_number + count + 1)
        Contribution.objects.bulk_create(
            Contribution(
                municipality_id=row.municipality_id, consultation=row, number=number, way_in=WayIn.FORM, text="…",
                received_at=timezone.now(),
            )
            for number in numbers
        )  # fmt: skip
        Consultation.objects.filter(pk=row.pk).update(last_number=numbers[-1])


def test_how_many_a_new_one_is_compared_with_is_bounded(cast: Cast, row: Consultation) -> None:
    """By the plan: the condition on the number reaches the index, so older rows are not read."""
    with scope(cast.cuprija), CaptureQueriesContext(connection) as queries:
        contribute.similar_group(Consultation(pk=row.pk, last_number=50_000), 7)
    compared = [query["sql"] for query in queries if "bit_count" in query["sql"]]
    assert len(compared) == 1
    assert f'"number" > {50_000 - contribute.COMPARED}' in compared[0]
