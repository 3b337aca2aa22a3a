"""OC6: of the needs first heard in some days, how many were done or declined and told to everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.logframe import INDICATORS, Measured, provider
from analytics.rollups.domain import daily_counts
from municipalities.models import Municipality
from municipalities.tenancy import scope
from needs.enums import NeedStage, SupporterSource
from needs.models import Need, NeedsPage, Supporter
from tests.analytics import factories as numbers
from tests.needs import factories as make
from tests.people import Cast

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
pytestmark = pytest.mark.usefixtures("db")


def measured(cast: Cast) -> dict[int, Measured]:
    formula_provider = provider("OC6")
    assert formula_provider is not None
    with scope(cast.cuprija, cast.novi_pazar):
        return dict(formula_provider.measure([cast.cuprija, cast.novi_pazar], FIRST, LAST))


def value(cast: Cast) -> tuple[float | None, int]:
    daily_counts.sweep()
    values = measured(cast)[cast.cuprija.pk]
    return (None if values.value is None else round(values.value, 1), values.n)


def need(cast: Cast, **fields: Any) -> Need:
    return make.need(cast.cuprija, cast.officer, **fields)


def test_needs_that_are_settled_and_public_count_as_told(cast: Cast) -> None:
    make.page(cast.cuprija)
    need(cast, stage=NeedStage.DONE, is_public=True)
    need(cast, stage=NeedStage.DECLINED, is_public=True)
    need(cast, stage=NeedStage.DONE)  # done, and nobody was told
    need(cast, stage=NeedStage.PLANNED, is_public=True)  # not done yet
    need(cast)
    assert value(cast) == (40.0, 5)
    assert measured(cast)[cast.novi_pazar.pk] == Measured(None, 0, "no_needs")


def test_a_page_that_is_off_tells_nobody(cast: Cast) -> None:
    need(cast, stage=NeedStage.DONE, is_public=True)
    assert value(cast) == (0.0, 1)
    make.page(cast.cuprija, is_on=False)
    assert value(cast) == (0.0, 1)
    make.page(cast.cuprija)
    assert value(cast) == (100.0, 1)


def test_a_post_that_is_out_tells_everybody(cast: Cast) -> None:
    out = numbers.published(numbers.channel(cast.cuprija, cast.officer), timezone.now())
    row = need(cast, stage=NeedStage.DONE, follow_up_id=out.post_id)
    need(cast, follow_up_id=out.post_id)  # not settled, whatever the post says
    assert value(cast) == (50.0, 2)
    with scope(cast.cuprija):
        type(out.delivery).objects.filter(pk=out.delivery_id).update(state="withdrawn")
        assert Need.objects.get(pk=row.pk).follow_up_id
    assert value(cast) == (0.0, 2)


def test_the_first_voice_says_when_it_was_heard(cast: Cast) -> None:
    make.page(cast.cuprija)
    need(cast, stage=NeedStage.DONE, is_public=True, received_on=FIRST)
    need(cast, received_on=LAST)
    before = need(cast, stage=NeedStage.DONE, is_public=True, received_on=FIRST - timedelta(days=1))
    make.supporter(before, received_on=FIRST)  # heard again, and no new need
    need(cast, received_on=LAST + timedelta(days=1))
    need(cast, supporters=0)
    assert value(cast) == (50.0, 2)


def test_practice_does_not_count_outside_the_demo(cast: Cast, settings: Any) -> None:
    make.page(cast.cuprija)
    channel = numbers.channel(cast.cuprija, cast.officer, is_practice=True)
    row = need(cast, stage=NeedStage.DONE, is_public=True, supporters=0)
    make.supporter(row, source=SupporterSource.MESSAGE, message=make.message(channel))
    posted = numbers.published(channel, timezone.now())
    need(cast, stage=NeedStage.DONE, follow_up_id=posted.post_id)
    assert value(cast) == (0.0, 1)
    settings.DEMO = True
    assert value(cast) == (100.0, 2)
    settings.DEMO = False
    with scope(cast.cuprija):  # somebody said it at the counter as well
        make.supporter(row, source=SupporterSource.COUNTER)
    assert value(cast) == (50.0, 2)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_practice=True)
    assert value(cast) == (None, 0)


def test_a_voice_whose_message_is_gone_still_counts(cast: Cast) -> None:
    with scope(cast.cuprija):
        row = need(cast, supporters=0)
    make.supporter(row, source=SupporterSource.MESSAGE, message=None)
    assert value(cast) == (0.0, 1)


def test_one_query_for_any_number(cast: Cast) -> None:
    for place, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        make.page(place)
        for _ in range(3):
            make.need(place, by, stage=NeedStage.DONE, is_public=True, supporters=4)
    daily_counts.sweep()
    with CaptureQueriesContext(connection) as captured:
        values = measured(cast)
    assert len(captured) == 1
    assert {value.value for value in values.values()} == {100.0}
    with scope(cast.cuprija, cast.novi_pazar):
        assert (Supporter.objects.count(), NeedsPage.objects.count()) == (24, 2)


def test_its_definition_says_what_counts() -> None:
    assert "first recorded in these days" in str(INDICATORS["OC6"].formula)
    assert str(INDICATORS["OC6"].counts) == "needs"
