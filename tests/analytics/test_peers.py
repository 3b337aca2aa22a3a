"""A municipality beside others of its size: whose figures are in a median, and who sees what of whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.comparison.domain import sharing
from analytics.comparison.queries.peers import Peers, peers
from analytics.months import Months, spanning
from common.models import AuditEvent
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.tenancy import scope
from tests.analytics import factories, months
from tests.people import Cast, municipality, person, sign_in

pytestmark = pytest.mark.usefixtures("db", "november")
OCTOBER: Months = spanning(date(2026, 10, 1), date(2026, 10, 1))
AUTUMN = spanning(date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 25, 9, 0), tick=True):
        yield


def place(
    cast: Cast, number: int, interactions: int | None, population: int | None = 10_000, **month: Any
) -> Municipality:
    """Another municipality of the programme that told so many interactions in October, with one post."""
    here = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
    sized(here, population)
    Enrolment.objects.create(cohort=Cohort.objects.first(), municipality=here, starts_on=date(2026, 1, 1))
    months.month(factories.channel(here, cast.officer), OCTOBER.first, 1, interactions, **month)
    return here


def sized(here: Municipality, population: int | None) -> None:
    year, source = (2022, "census") if population else (None, "")
    Municipality.objects.filter(pk=here.pk).update(
        population=population, population_year=year, population_source=source, joined_on=date(2024, 1, 1)
    )


@pytest.fixture
def ours(cast: Cast) -> Municipality:
    """Ćuprija, of 10,000 inhabitants, told 100 interactions below four posts; Novi Pazar is of another size."""
    sized(cast.cuprija, 10_000)
    sized(cast.novi_pazar, 106_720)
    months.month(factories.channel(cast.cuprija, cast.officer), OCTOBER.first, 4, 100, calls=1, services=2)
    return cast.cuprija


def seen_by(here: Municipality, period: Months = OCTOBER) -> Peers:
    with scope(here):
        comparison = peers(here, period)
    assert comparison is not None
    return comparison


def line(comparison: Peers, key: str = "inhabitants") -> tuple[float | None, float | None, int]:
    it = next(row for row in comparison.lines if row.measure.key == key)
    return it.own, it.median, it.n


def test_the_median_is_of_the_others_of_the_size_that_agreed(cast: Cast, ours: Municipality) -> None:
    for number, interactions in enumerate((10, 20, 30, 1000)):
        place(cast, number, interactions)
    place(cast, 9, 7, population=50_000)
    comparison = seen_by(ours)
    assert (comparison.size, comparison.count) == ("small", 4)
    assert line(comparison) == (10.0, 2.5, 4)  # 100 of 10,000; 1, 2, 3 and 100 of every 1,000
    assert line(comparison, "calls") == (25.0, 0.0, 4)
    assert line(comparison, "services")[0] == 50.0
    assert line(comparison, "weekly")[0] == pytest.approx(4 * 7 / 31)


def test_over_several_months_a_total_is_a_months_mean(cast: Cast, ours: Municipality) -> None:
    for number in range(3):
        place(cast, number, 30)
    assert line(seen_by(ours, AUTUMN)) == (5.0, 1.5, 3)


def test_of_fewer_than_three_nothing_is_told(cast: Cast, ours: Municipality) -> None:
    for number in range(2):
        place(cast, number, 30)
    assert line(seen_by(ours)) == (10.0, None, 2)
    place(cast, 3, None)  # a third that told no interactions is none in their median
    assert line(seen_by(ours)) == (10.0, None, 2)
    assert line(seen_by(ours), "weekly")[2] == 3


def test_who_did_not_agree_neither_gives_nor_sees(cast: Cast, ours: Municipality) -> None:
    silent, *_others = (place(cast, number, 30) for number in range(4))
    Enrolment.objects.filter(municipality=silent).update(compares=False)
    assert seen_by(ours).count == 3
    with scope(silent):
        assert peers(silent, OCTOBER) is None


def test_who_left_the_programme_is_no_peer_any_more(cast: Cast, ours: Municipality) -> None:
    former = place(cast, 1, 30)
    Enrolment.objects.filter(municipality=former).update(ends_on=date(2026, 11, 1))
    assert seen_by(ours).count == 0


def test_municipalities_of_another_programme_are_no_peers(cast: Cast, ours: Municipality) -> None:
    other = Programme.objects.create(name="Other")
    cohort = Cohort.objects.create(programme=other, name="Other", training_on=date(2026, 9, 1))
    for number in range(3):
        here = place(cast, number, 30)
        Enrolment.objects.filter(municipality=here).update(cohort=cohort)
    assert seen_by(ours).count == 0


def test_without_a_population_nobody_knows_the_size(cast: Cast, ours: Municipality) -> None:
    for number in range(3):
        place(cast, number, 30, population=None)
    sized(ours, None)
    comparison = seen_by(ours)
    assert (comparison.is_sized, comparison.count) == (False, 0)
    assert "The population is not entered" in page(cast)


def test_practice_is_no_peer_outside_the_demo(cast: Cast, ours: Municipality, settings: Any) -> None:
    for number in range(3):
        here = place(cast, number, 30)
        Municipality.objects.filter(pk=here.pk).update(is_practice=True)
    settings.DEMO = False
    assert seen_by(ours).count == 0


# ---- unless shared


def test_figures_are_seen_by_those_who_share_theirs_and_by_nobody_else(cast: Cast, ours: Municipality) -> None:
    sharing_one, *_others = (place(cast, number, 30 + number) for number in range(6))
    with scope(sharing_one):
        sharing.share(sharing_one, by=cast.staff)
    assert seen_by(ours).shared == []
    with scope(ours):
        sharing.share(ours, by=cast.approver)
    (shared,) = seen_by(ours).shared
    assert (shared.municipality, shared.values[0]) == (sharing_one, 3.0)
    assert [row.municipality for row in seen_by(sharing_one).shared] == [ours]
    with scope(sharing_one):
        sharing.stop(sharing_one, by=cast.staff)
    assert seen_by(ours).shared == []
    assert seen_by(sharing_one).shared == []


def test_a_median_does_not_tell_on_the_only_ones_that_do_not_share(cast: Cast, ours: Municipality) -> None:
    """Of three, two show 1 and 3: a median of 2 would be the third's own figure."""
    places = [place(cast, number, interactions) for number, interactions in enumerate((10, 20, 30))]
    assert line(seen_by(ours)) == (10.0, 2.0, 3)
    for here in (ours, places[0], places[2]):
        with scope(here):
            sharing.share(here, by=cast.approver)
    assert line(seen_by(ours)) == (10.0, None, 3)
    with scope(places[1]):
        sharing.share(places[1], by=cast.approver)
    assert line(seen_by(ours)) == (10.0, 2.0, 3)


def test_an_approver_switches_sharing_and_the_activity_says_so(cast: Cast, ours: Municipality) -> None:
    address = reverse("share_figures", args=[ours.slug])
    assert sign_in(cast.officer).post(address, {"shares": "yes"}).status_code == 403
    client = sign_in(cast.approver)
    for wish in ("yes", "yes", "no", "no"):
        client.post(address, {"shares": wish})
    verbs = AuditEvent.objects.filter(municipality_id=ours.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["municipality.share_figures", "municipality.stop_sharing_figures"]
    assert "Share our figures" in client.get(reverse("settings_comparison", args=[ours.slug])).content.decode()


# ---- the page


def page(cast: Cast, **query: str) -> str:
    return str(sign_in(cast.officer).get(reverse("analytics_peers", args=[cast.cuprija.slug]), query).content.decode())


def test_the_page_names_nobody_who_does_not_share(cast: Cast, ours: Municipality) -> None:
    for number in range(3):
        place(cast, number, 30)
    text = page(cast)
    assert "Under 20,000 inhabitants" in text
    assert "municipalities: 3" in text
    assert "Mesto" not in text


def test_who_did_not_agree_reads_why_nothing_is_there(cast: Cast, ours: Municipality) -> None:
    Enrolment.objects.filter(municipality=ours).update(compares=False)
    assert "Not compared with others" in page(cast)


def test_strangers_find_no_page(cast: Cast, ours: Municipality) -> None:
    for who in (cast.stranger, person("somebody")):
        assert sign_in(who).get(reverse("analytics_peers", args=[ours.slug])).status_code == 404


def test_the_page_costs_the_same_beside_one_and_beside_many(cast: Cast, ours: Municipality) -> None:
    place(cast, 0, 30)
    client, address = sign_in(cast.officer), reverse("analytics_peers", args=[ours.slug])
    client.get(address)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as counted:
            client.get(address, {"days": "12m"})
        counts.append(len(counted))
        for more in range(20):
            place(cast, 100 * (number + 1) + more, 30)
    assert counts[0] == counts[1] <= 12
