"""The public report of a consultation as what shows that an activity was done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from mentoring.domain import plan_activities as verbs
from mentoring.enums import Proof
from mentoring.models import Activity, Evidence
from mentoring.queries import plans as queries
from municipalities.models import Municipality
from municipalities.tenancy import scope
from participation.models import Consultation, Edition
from tests.mentoring.plans import agreed, only, wanted
from tests.participation import reported as make
from tests.people import Cast, sign_in


def activity(cast: Cast) -> Activity:
    return only(agreed(cast, wanted("Јавна расправа", proof=Proof.LINK, wanted=1)))


def public(cast: Cast, slug: str = "budzet", *, days_ago: int = 0, place: Municipality | None = None) -> Edition:
    """A published edition without files."""
    place, at = place or cast.cuprija, timezone.now() - timedelta(days=days_ago)
    row: Consultation = make.consultation(place, cast.officer, slug=slug, stage="reported", reported_at=at)
    with scope(place):
        return Edition.objects.create(
            municipality=place, consultation=row, number=1, state="ready", asked_by=cast.officer, ready_at=at,
            published_at=at, published_by=cast.approver,
        )  # fmt: skip


def test_a_mentor_finds_the_report_and_it_shows_the_activity(cast: Cast) -> None:
    row, edition = activity(cast), public(cast)
    page = f"/m/cuprija/mentoring/activities/{row.pk}/"
    client = sign_in(cast.officer)
    assert "Add the report of a consultation" in client.get(page).text
    answer = client.post(f"{page}evidence/", {"kind": "reports", "reports": [edition.pk]})
    assert answer.status_code == 302
    text = client.get(page).text
    assert "/consultations/cuprija/budzet/report/report-sr-Cyrl.pdf" in text
    # it stands there, so it is not offered again
    assert "Add the report of a consultation" not in text
    with scope(cast.cuprija):
        evidence = Evidence.objects.get()
        assert (evidence.kind, evidence.title) == (Proof.LINK, "Буџет за 2027. годину")
        assert queries.item_of(Activity.objects.select_related("plan__municipality", "kind").get(pk=row.pk)).is_proved
        assert not verbs.add_reports(row, [edition.pk], by=cast.officer)


def test_only_reports_of_this_municipality_since_the_plan_began(cast: Cast) -> None:
    row = activity(cast)
    old = public(cast, "star", days_ago=400)
    other = public(cast, "drugi", place=cast.novi_pazar)
    unpublished = public(cast, "nacrt")
    withdrawn = public(cast, "povucen", days_ago=1)
    with scope(cast.cuprija):
        Edition.objects.filter(pk=unpublished.pk).update(published_at=None)
    one = make.contribution(withdrawn.consultation)
    make.withdraw(one)
    with scope(cast.cuprija), translation.override("en"):
        assert queries.offered_reports(row) == []
        for edition in (old, other, unpublished, withdrawn):
            with pytest.raises(ActionNotAllowed):
                verbs.add_reports(row, [edition.pk], by=cast.officer)


@pytest.mark.parametrize("many", [1, 5])
def test_two_queries_for_any_number(cast: Cast, many: int) -> None:
    row = activity(cast)
    for number in range(many):
        public(cast, f"budzet-{number}")
    with scope(cast.cuprija), CaptureQueriesContext(connection) as captured:
        assert len(queries.offered_reports(row)) == many
    assert len(captured) == 2
