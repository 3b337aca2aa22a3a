"""The pages of indicators of a programme in which everything is set: what they say, and that they cost the same at any
size."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone, translation

from analytics.indicators.domain import baselines, definitions, manual_values, measure, targets
from analytics.indicators.domain.manual_values import EnteredValue
from analytics.indicators.domain.targets import Wanted
from analytics.logframe import INDICATORS
from analytics.models import IndicatorValue, ProgrammeIndicator
from municipalities.models import Cohort, Enrolment, Municipality
from municipalities.tenancy import everywhere
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, posts
from tests.analytics.test_indicator_pages import page, words_of
from tests.analytics.test_indicators import DEFINED
from tests.module_data import written_once
from tests.people import Cast, make_cast, municipality, sign_in

MOST = 12


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def filled(cast: Cast, count: int, months: int) -> list[Municipality]:
    """`count` more municipalities with posts, all codes of the list with baseline, target and milestone, and one of
    the programme's own with values; the months are made as rows."""
    cohort = Cohort.objects.get()
    places = [cast.cuprija, cast.novi_pazar]
    for number in range(count):
        place = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
        Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=cohort.training_on)
        places.append(place)
    today = timezone.localdate()
    for place in places:
        peopled(place)
        channel = factories.channel(place, cast.officer)
        lately = [today - timedelta(days=offset) for offset in range(1, 6)]
        posts(channel, dict.fromkeys(lately, 7), calls=lately)
    definitions.choose(cast.programme, list(INDICATORS), by=cast.staff)
    own = definitions.define(cast.programme, DEFINED, by=cast.staff)
    for row in ProgrammeIndicator.objects.all():
        for place in (None, places[0]):
            for days, is_milestone in ((90, False), (30, True)):
                wanted = Wanted("value", 50, today + timedelta(days=days), is_milestone, "Agreed")
                targets.set_target(row, wanted, by=cast.staff, place=place)
    for place in (None, *places):
        manual_values.enter(own, EnteredValue(today, 5, "Minutes"), by=cast.staff, place=place)
    op1 = ProgrammeIndicator.objects.get(code="OP1")
    window = (today - timedelta(days=28), today - timedelta(days=1))
    baselines.freeze(op1, places, *window, by=cast.staff)
    measure.renew()
    with everywhere("the test"):
        _months(places, months)
    return places


def _months(places: list[Municipality], months: int) -> None:
    rows = []
    for number in range(1, months + 1):
        first = (timezone.localdate().replace(day=1) - timedelta(days=31 * (number + 4))).replace(day=1)
        rows += [
            IndicatorValue(
                municipality=place, code=code, span="month", first=first, last=first + timedelta(days=27), value=number,
                n=9, is_enough=True,
            )
            for place in places
            for code in ("OC1", "OP1")
        ]  # fmt: skip
    IndicatorValue.objects.bulk_create(rows, ignore_conflicts=True)


@pytest.fixture(scope="module", params=[3, pytest.param(12, marks=pytest.mark.long)])
def written(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[tuple[Cast, list[Municipality]]]:
    with written_once(django_db_blocker), translation.override("en"):
        cast = make_cast()
        yield cast, filled(cast, request.param, months=3 * request.param)


@pytest.fixture
def known(db: None, written: tuple[Cast, list[Municipality]]) -> tuple[Cast, list[Municipality]]:
    return deepcopy(written)


@pytest.fixture
def cast(known: tuple[Cast, list[Municipality]]) -> Cast:
    return known[0]


@pytest.fixture
def places(known: tuple[Cast, list[Municipality]]) -> list[Municipality]:
    return known[1]


def test_a_target_worse_than_the_baseline_asks_why_at_its_field_and_is_marked(
    cast: Cast, places: list[Municipality]
) -> None:
    row = ProgrammeIndicator.objects.get(code="OP1")
    client = sign_in(cast.staff)
    day = timezone.localdate() + timedelta(days=60)
    data = {
        "is_milestone": "target",
        "kind": "value",
        "value": "40",
        "due_on": day,
        "reason": "Too high",
        "place": "programme",
    }
    address = reverse("programme_indicator_target", args=[row.pk])
    assert "More is better; the programme&#x27;s baseline is 100 %." in words_of(client.get(address))
    refused = client.post(address, data)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["worse_because"]
    assert "40 % is less than the baseline 100 %, and more is better. It asks for a decline." in words_of(refused)
    assert client.post(address, {**data, "worse_because": "Ceremonies in May"}).status_code == 302
    text = words_of(page(cast, "programme_indicator", row.pk))
    assert "No worse than the baseline, which is more than the target asks for." in text
    assert "Worse than the baseline 100 %: Ceremonies in May." in text
    assert "Too high" in text
    assert "Worse than the baseline 100 %: Ceremonies in May." in words_of(page(cast, "programme_indicators"))
    bad = client.post(address, {**data, "value": "101"})
    assert bad.status_code == 422
    assert "A share cannot be above 100 per cent." in words_of(bad)
    own_page = words_of(page(cast, "programme_indicator_place", row.pk, places[0].slug))
    assert "Agreed" in own_page


def test_a_municipality_reads_its_indicators_as_sentences(cast: Cast) -> None:
    text = words_of(page(cast, "analytics_indicators", cast.cuprija.slug, by=cast.officer))
    assert "Now: 100 % (" in text
    assert "Baseline: 100 % (" in text
    assert "Agreed: 50 % by" in text
    assert "The target is reached." in text
    assert "Mesto 0" not in text


def test_each_chart_is_saved_as_a_picture_and_as_figures(cast: Cast, places: list[Municipality]) -> None:
    indicator = ProgrammeIndicator.objects.get(code="OP1")
    pages = {
        ("programme_indicator", indicator.pk): ("bullet", "months"),
        ("programme_indicator_place", indicator.pk, places[0].slug): ("bullet", "months"),
        ("analytics_indicators", cast.cuprija.slug): (f"{indicator.pk}-bullet",),
    }
    for (name, *args), keys in pages.items():
        by = cast.officer if name == "analytics_indicators" else cast.staff
        text = page(cast, name, *args, by=by).content.decode()
        for key in keys:
            for kind in ("png", "svg", "csv"):
                assert f'href="?picture={key}.{kind}"' in text, (name, key, kind)
            answer = page(cast, name, *args, by=by, picture=f"{key}.svg")
            assert answer.status_code == 200
            assert str(indicator) in answer.content.decode()
            assert page(cast, name, *args, by=by, picture=f"{key}.csv").headers["Content-Type"].startswith("text/csv")
        for wrong in ("nothing.svg", f"{keys[0]}.exe", "0-bullet.svg"):
            assert page(cast, name, *args, by=by, picture=wrong).status_code == 404


def test_every_page_costs_the_same_at_any_size(cast: Cast, django_assert_max_num_queries: Any) -> None:
    op1 = ProgrammeIndicator.objects.get(code="OP1")
    own = ProgrammeIndicator.objects.get(code="")
    pages = [
        (cast.staff, reverse("programme_indicators")),
        (cast.staff, reverse("programme_indicators") + f"?cohort={Cohort.objects.get().pk}"),
        (cast.staff, reverse("programme_indicator", args=[op1.pk])),
        (cast.staff, reverse("programme_indicator", args=[own.pk])),
        (cast.staff, reverse("programme_indicator_baseline", args=[op1.pk])),
        (cast.staff, reverse("programme_indicators_choose", args=[cast.programme.pk])),
        (cast.officer, reverse("analytics_indicators", args=["cuprija"])),
    ]
    for person, address in pages:
        client = sign_in(person)
        client.get(address)
        with django_assert_max_num_queries(MOST, info=address):
            client.get(address)
