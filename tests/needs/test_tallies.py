"""Needs counted by day come to what the needs themselves come to, whatever happens in whatever order."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from django.utils import timezone

from analytics.logframe import provider
from analytics.models import Tally
from analytics.rollups.domain import daily_counts
from common.errors import ActionNotAllowed
from inbox.domain import retention
from inbox.enums import MessageState
from inbox.models import Message
from municipalities.tenancy import everywhere, scope
from needs.domain import decide, merge, page, publish, supporters
from needs.domain.write import NeedContent, create, delete
from needs.enums import SupporterSource
from needs.models import Need, Supporter
from tests.analytics import factories as numbers
from tests.needs import factories as make
from tests.needs import slow
from tests.people import Cast

DEEDS = (
    *("write", "hear", "done", "done", "decline", "show", "show", "show"),
    *("reopen", "hide", "merge", "take", "page"),
)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def the_end_of_november() -> Any:
    with time_machine.travel("2026-11-30T10:00:00Z", tick=False):
        yield


def measured(cast: Cast, first: date = FIRST, last: date = LAST) -> dict[int, tuple[Any, int, str]]:
    formula_provider = provider("OC6")
    assert formula_provider is not None
    with scope(cast.cuprija, cast.novi_pazar):
        values = formula_provider.measure([cast.cuprija, cast.novi_pazar], first, last)
    return {pk: (value.value, value.n, value.why) for pk, value in values.items()}


def reckoned(cast: Cast, first: date, last: date) -> dict[int, tuple[Any, int, str]]:
    with scope(cast.cuprija, cast.novi_pazar):
        values = slow.answered_share([cast.cuprija, cast.novi_pazar], first, last)
    return {pk: (value.value, value.n, value.why) for pk, value in values.items()}


@pytest.mark.parametrize(
    ("deeds", "seed"),
    [
        (35, 0),
        pytest.param(70, 0, marks=pytest.mark.slow),
        *(pytest.param(70, seed, marks=pytest.mark.long) for seed in (1, 2)),
    ],
)
def test_whatever_happens_in_whatever_order_the_days_come_to_what_the_needs_come_to(
    cast: Cast, deeds: int, seed: int
) -> None:
    rng, was_told = random.Random(seed), False
    make.page(cast.cuprija)
    for _ in range(deeds):
        with scope(cast.cuprija):
            _something_happens(cast, rng)
        daily_counts.rebuild_dirty_days()
        since = FIRST + timedelta(days=rng.randrange(10))
        until = since + timedelta(days=rng.randrange(20))
        values = measured(cast, since, until)
        assert values == reckoned(cast, since, until), (since, until)
        was_told = was_told or bool(values[cast.cuprija.pk][0])
    assert was_told
    with everywhere("a test begins anew"):
        tallies = list(Tally.objects.order_by("day").values_list("day", "counted", "met"))
        Tally.objects.all().delete()
        daily_counts.rebuild()
        assert list(Tally.objects.order_by("day").values_list("day", "counted", "met")) == tallies


def _something_happens(cast: Cast, rng: random.Random) -> None:
    """Only verbs of people: each has to say by itself what is to be counted again."""
    by, rows = cast.officer, list(Need.objects.order_by("pk"))
    deed = rng.choice(DEEDS)
    if deed == "write" or len(rows) < 3:
        row = create(cast.cuprija, NeedContent(f"Клупа {len(rows)}"), by=by)
        supporters.add(row, SupporterSource.PHONE, FIRST + timedelta(days=rng.randrange(30)), by=by)
        return
    row, other = rng.sample(rows, 2)
    try:
        if deed == "hear":
            supporters.add(row, SupporterSource.COUNTER, FIRST + timedelta(days=rng.randrange(30)), by=by)
        elif deed == "done":
            decide.done(row, "Постављена.", on=LAST, by=by)
        elif deed == "decline":
            decide.decide(row, "declined", reason="Нема новца.", by=by)
        elif deed == "reopen":
            decide.reopen(row, by=by)
        elif deed in ("show", "hide"):
            getattr(publish, deed)(row, by=by)
        elif deed == "merge":
            merge.merge(row, other, by=by)
        elif deed == "take":
            if found := Supporter.objects.filter(need=row).first():
                supporters.remove(found, by=by)
            else:
                delete(row, by=by)
        elif deed == "page":
            page.save(cast.cuprija, is_on=rng.random() < 0.8, contact="", by=by)
    except ActionNotAllowed:
        pass


def test_a_post_that_goes_out_and_is_taken_down_is_found_without_anybody_telling(cast: Cast) -> None:
    out = numbers.published(numbers.channel(cast.cuprija, cast.officer), timezone.now())
    make.need(cast.cuprija, cast.officer, stage="done", follow_up_id=out.post_id)
    daily_counts.sweep()
    assert measured(cast)[cast.cuprija.pk] == (100, 1, "")
    with scope(cast.cuprija):
        type(out.delivery).objects.filter(pk=out.delivery_id).update(state="withdrawn")
    daily_counts.sweep()
    assert measured(cast)[cast.cuprija.pk] == (0, 1, "")


def test_needs_outlive_the_words_of_those_who_asked(cast: Cast) -> None:
    make.page(cast.cuprija)
    channel = numbers.channel(cast.cuprija, cast.officer)
    row = make.need(cast.cuprija, cast.officer, stage="done", is_public=True, supporters=0)
    long_ago = timezone.now() - timedelta(days=500)
    message = make.message(channel, at=long_ago, state=MessageState.CLOSED, settled_at=long_ago)
    make.supporter(row, source=SupporterSource.MESSAGE, message=message, received_on=long_ago.date())
    daily_counts.sweep()
    span = (long_ago.date(), long_ago.date())
    assert measured(cast, *span)[cast.cuprija.pk] == (100, 1, "")
    assert retention.purge_expired() == 1
    daily_counts.rebuild()
    assert measured(cast, *span)[cast.cuprija.pk] == (100, 1, "")
    with scope(cast.cuprija):
        assert Message.objects.get(pk=message.pk).erased_at
