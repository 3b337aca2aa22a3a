"""Near-duplicates of a consultation: found, named, and never at the price of comparing with all of them."""

from __future__ import annotations

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from municipalities.tenancy import scope
from participation.domain import contribute
from participation.models import Consultation
from tests.participation.contributed import by_form, consultation_of
from tests.people import Cast


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return consultation_of(cast)


def test_similar_words_are_found_among_the_newest_and_the_same_words_however_old(
    cast: Cast, row: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contribute, "COMPARED", 5)
    first = by_form(cast, row, "Предлажем нов тротоар у Улици кнеза Милоша код школе")
    alike = by_form(cast, row, "Predlažem novi trotoar u Ulici kneza Miloša kod škole!")
    assert first.fingerprint != alike.fingerprint
    assert alike.similar_group == first.similar_group
    for place in ("Више клупа у парку", "Сређивање пијаце", "Аутобус до Супске"):
        by_form(cast, row, place)
    # its group is found by its newest member
    another = by_form(cast, row, "Предлажем нов тротоар у Улици кнеза Милоша код основне школе")
    assert another.fingerprint not in (first.fingerprint, alike.fingerprint)
    assert another.similar_group == first.similar_group
    for place in ("Јавни тоалет", "Базен за све грађане", "Бициклистичка стаза", "Дечје игралиште", "Тржница"):
        by_form(cast, row, place)
    assert by_form(cast, row, first.text).similar_group == first.similar_group


def test_how_many_a_new_one_is_compared_with_is_bounded(cast: Cast, row: Consultation) -> None:
    """By the plan: the condition on the number reaches the index, so older rows are not read."""
    with scope(cast.cuprija), CaptureQueriesContext(connection) as queries:
        contribute.similar_group(Consultation(pk=row.pk, last_number=50_000), 7)
    compared = [query["sql"] for query in queries if "bit_count" in query["sql"]]
    assert len(compared) == 1
    assert f'"number" > {50_000 - contribute.COMPARED}' in compared[0]
